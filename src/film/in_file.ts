/**
 * A file of an avatar's folder that is read by pieces, trusting nothing: no link that leads out of the folder, nothing
 * that is not a file, no byte beyond its end.
 *
 * In: the folder, a plain file name. Out: bytes at places; InputFault `bad_avatar` that names the file. Any thread; reading
 * is synchronous, and nothing is held but the system's handle.
 */
import { InputFault, oneLine } from "../errors/mod.ts";
import { HEAD_BYTES } from "./layout.ts";

/** `label` names the avatar and its file, `is` goes on from there. */
export function badFile(label: string, is: string, cause?: unknown): InputFault {
  return new InputFault(
    `${label} ${is}`,
    cause === undefined ? { code: "bad_avatar" } : { code: "bad_avatar", cause },
  );
}

/** How messages name a file of an avatar's folder. */
export function fileLabel(folder: string, name: string): string {
  return `avatar ${folder}: ${name}`;
}

/** The file's real path. Throws InputFault `bad_avatar` where it is missing, no file, or a link out of the folder. */
export function pathInFolder(folder: string, name: string, wanted: string): string {
  const label = fileLabel(folder, name);
  try {
    const real = Deno.realPathSync(`${folder}/${name}`);
    if (!real.startsWith(`${Deno.realPathSync(folder)}/`)) {
      throw badFile(label, "is a link out of the folder, wanted a file in it");
    }
    if (!Deno.statSync(real).isFile) throw badFile(label, `is no file, wanted ${wanted}`);
    return real;
  } catch (error) {
    if (error instanceof InputFault) throw error;
    if (error instanceof Deno.errors.NotFound) throw badFile(label, `is missing, wanted ${wanted}`, error);
    throw badFile(label, `cannot be read (${oneLine(error)}), wanted ${wanted}`, error);
  }
}

export class InFile implements Disposable {
  readonly label: string;
  readonly bytes: number;
  readonly #file: Deno.FsFile;
  #isOpen = true;

  private constructor(label: string, file: Deno.FsFile, bytes: number) {
    this.label = label;
    this.#file = file;
    this.bytes = bytes;
  }

  /** `wanted` ends the messages, such as "a clip's track". */
  static open(folder: string, name: string, wanted: string): InFile {
    const path = pathInFolder(folder, name, wanted);
    try {
      const file = Deno.openSync(path);
      return new InFile(fileLabel(folder, name), file, file.statSync().size);
    } catch (error) {
      throw badFile(fileLabel(folder, name), `cannot be read (${oneLine(error)}), wanted ${wanted}`, error);
    }
  }

  /** Fills `into` with what begins at byte `at`. */
  read(at: number, into: Uint8Array): void {
    if (at + into.length > this.bytes) {
      throw this.bad(`has ${this.bytes} bytes, wanted ${at + into.length}`);
    }
    this.#file.seekSync(at, Deno.SeekMode.Start);
    for (let from = 0; from < into.length;) {
      const count = this.#file.readSync(from === 0 ? into : into.subarray(from));
      if (count === null) throw this.bad(`ends at byte ${at + from}, wanted ${this.bytes} bytes`);
      from += count;
    }
  }

  bad(is: string, cause?: unknown): InputFault {
    return badFile(this.label, is, cause);
  }

  [Symbol.dispose](): void {
    if (this.#isOpen) this.#file.close();
    this.#isOpen = false;
  }
}

/** Four numbers that a file begins with. Throws where they are not those of `magic`, version and `count`. */
export function checkHead(
  file: InFile,
  head: { magic: number; version: number; count: number; fourth: number },
  wanted: string,
): void {
  const bytes = new Uint8Array(HEAD_BYTES);
  if (file.bytes < HEAD_BYTES) throw file.bad(`has ${file.bytes} bytes, wanted ${wanted}`);
  file.read(0, bytes);
  const view = new DataView(bytes.buffer);
  if (view.getUint32(0, true) !== head.magic) throw file.bad(`begins like something else, wanted ${wanted}`);
  const version = view.getUint32(4, true);
  if (version !== head.version) {
    throw file.bad(`has layout version ${version}, wanted ${head.version}; prepare the avatar again`);
  }
  const count = view.getUint32(8, true);
  if (count !== head.count) {
    throw file.bad(`holds ${count} frames, wanted the ${head.count} of avatar.json`);
  }
  const fourth = view.getUint32(12, true);
  if (fourth !== head.fourth) throw file.bad(`has ${fourth} in its head, wanted ${head.fourth}`);
}
