/** What every model's folder says about itself, whatever its kind: the common part of model.json. */
import { z } from "zod";

/** A model's name and its folder's. */
export const MODEL_NAME = /^[a-z0-9][a-z0-9-]{0,39}$/;
/** Neither a folder nor a hidden file. */
export const FILE_NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,79}$/;

/** One file of the folder. */
export function modelFile(bytesMax: number) {
  return z.object({
    name: z.string().regex(FILE_NAME, "wanted a file name without folders"),
    sha256: z.string().regex(/^[0-9a-f]{64}$/, "wanted 64 hexadecimal digits"),
    bytes: z.int().min(1).max(bytesMax),
  });
}

/** The fields that all kinds share. */
export function manifestBase(filesMax: number, fileBytesMax: number) {
  return {
    name: z.string().regex(MODEL_NAME, "wanted 1 to 40 of a-z, 0-9 and -"),
    version: z.literal(1),
    files: z.array(modelFile(fileBytesMax)).min(1).max(filesMax),
    licence: z.string().min(1).max(2000),
    author: z.string().max(200).optional(),
  };
}

/** A manifest of any kind, as far as the store reads it. */
export interface ModelManifest {
  readonly name: string;
  readonly kind: string;
  readonly files: readonly { readonly name: string; readonly sha256: string; readonly bytes: number }[];
  readonly licence: string;
  readonly author?: string | undefined;
}

/** The first thing wrong, in one line: where, and what is wanted. */
export function firstIssue(error: z.ZodError): string {
  const issue = error.issues[0]!;
  const where = issue.path.join(".");
  return where === "" ? issue.message : `${where}: ${issue.message}`;
}
