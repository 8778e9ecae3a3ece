/**
 * Why a file of pickled values is not read: thrown wherever it turns out, and named after its file where reading began.
 * Pure.
 */
import { InputFault } from "../errors/mod.ts";

/** What is wrong, and what was wanted, in one line. */
export class Refusal extends Error {}

export const WANTED = "wanted lists, numbers, numpy arrays and torch tensors";

/** Runs `read`; a Refusal becomes an InputFault `bad_pickle` that begins with the file's name. */
export function named<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new InputFault(`${what}: ${error.message}`, { code: "bad_pickle", cause: error });
  }
}

/** A name out of a file, fit for a message: short, and nothing in it that a terminal would take for more than text. */
export function quoted(name: string): string {
  const plain = name.replace(/[^\x21-\x7e]/g, "?");
  return plain.length <= 80 ? plain : `${plain.slice(0, 77)}...`;
}
