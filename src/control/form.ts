/**
 * A form with at most one file: fields as texts, the file spooled as it comes, in whatever order they are. In: a request.
 * Out: both; the file is the caller's to remove. Limits: FIELD_BYTES_MAX a field, a file's most in all.
 */
import { formParts } from "./multipart.ts";
import { HttpProblem } from "./problem.ts";
import { spool, type Spooled } from "./spool.ts";
import type { SpoolRoom } from "./spool_room.ts";

const FIELD_BYTES_MAX = 64 * 1024;

export interface FormWishes {
  /** Names of fields that may hold the file. */
  readonly files: readonly string[];
  readonly purpose: "sound" | "avatar";
  readonly room: SpoolRoom;
}

export interface SpooledForm {
  readonly fields: Readonly<Record<string, string>>;
  readonly file: Spooled | undefined;
}

/** Rejects with HttpProblem 400, 408, 413, 415, 429, 507; nothing is left behind then. */
export async function spoolForm(request: Request, wishes: FormWishes): Promise<SpooledForm> {
  const fields: Record<string, string> = Object.create(null);
  let file: Spooled | undefined;
  try {
    for await (const { name, isFile, pieces } of formParts(request, wishes.room.fileBytesMax)) {
      if (!isFile) fields[name] = await textOf(pieces);
      else if (wishes.files.includes(name)) {
        if (file !== undefined) throw new HttpProblem(400, "bad_form", "the form has two files, wanted one");
        file = await spool(pieces, wishes.purpose, wishes.room);
      }
    }
    return { fields, file };
  } catch (error) {
    await file?.[Symbol.asyncDispose]();
    throw error;
  }
}

async function textOf(pieces: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const piece of pieces) {
    bytes += piece.length;
    if (bytes > FIELD_BYTES_MAX) {
      throw new HttpProblem(413, "too_large", `a field of the form is larger than ${FIELD_BYTES_MAX} bytes`);
    }
    text += decoder.decode(piece, { stream: true });
  }
  return text + decoder.decode();
}
