/** What is wrong with a model that was given: one kind of fault, so that everybody can tell it from the others. */
import { InputFault } from "../errors/mod.ts";

/** A fault of a model: code `bad_model`, exit code 2. */
export function badModel(message: string, cause?: unknown): InputFault {
  return new InputFault(message, cause === undefined ? { code: "bad_model" } : { code: "bad_model", cause });
}
