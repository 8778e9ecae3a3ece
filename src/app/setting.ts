/** How a setting is declared: a schema with its default, one line of explanation and what is wanted of it. */
import { z } from "zod";

/** What a setting's schema carries beside its type; `wanted` ends the sentence "fps is 23, wanted ...". */
interface Note {
  readonly doc: string;
  readonly wanted: string;
  /** A file or folder: relative to the configuration file when it stands there, else to the working folder. */
  readonly isPath?: true;
  /** Of a path: pattern of the values that are words and stay as they are. */
  readonly words?: string;
}

export const NOTES: z.core.$ZodRegistry<Note> = z.registry<Note>();

export function note<T extends z.ZodType>(schema: T, doc: string, wanted: string, isPath?: true): T {
  NOTES.add(schema, isPath ? { doc, wanted, isPath } : { doc, wanted });
  return schema;
}

export function whole(low: number, high: number, byDefault: number, doc: string) {
  const schema = z.number().int().min(low).max(high).default(byDefault);
  return note(schema, doc, `a whole number from ${low} to ${high}`);
}

export function side(byDefault: number, doc: string) {
  const schema = z.number().int().min(64).max(4096).multipleOf(2).default(byDefault);
  return note(schema, doc, "an even number from 64 to 4096");
}

export function choice<const T extends readonly string[]>(names: T, byDefault: T[number], doc: string) {
  return note(z.enum(names).default(byDefault as never), doc, `one of ${names.join(", ")}`);
}

export function text(byDefault: string, doc: string, wanted: string) {
  return note(z.string().min(1).default(byDefault), doc, wanted);
}

export function folders(doc: string) {
  return note(z.array(z.string().min(1)).default([]), doc, "a list of folders", true);
}

/** Their type is made true by obs_rules.ts, whose lines say more than a schema's. */
export function rules<T>(doc: string) {
  return note(z.array(z.custom<T>()).default([]), doc, "a list as docs/obs.md describes it");
}
