/**
 * A file that grows by pieces: what the writers of tracks, packs and latents stand on.
 *
 * In: bytes, one call after another. Out: the file; Fault `disk_full` or `not_writable` where it cannot grow. Nothing is
 * held but what the system holds. Main thread; writing happens on the runtime's.
 */
import { createHash } from "node:crypto";
import { diskFull, Fault, oneLine } from "../errors/mod.ts";

const HASHED_AT_ONCE_BYTES = 1 << 20;

/** A file of an avatar's folder as its manifest lists it. */
export interface FileEntry {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
}

export class OutFile implements Disposable {
  readonly #path: string;
  readonly #file: Deno.FsFile;
  #isOpen = true;
  #bytes = 0;

  private constructor(path: string, file: Deno.FsFile) {
    this.#path = path;
    this.#file = file;
  }

  /** Makes the file, or empties the one that is there. */
  static async create(path: string): Promise<OutFile> {
    try {
      return new OutFile(path, await Deno.open(path, { write: true, create: true, truncate: true }));
    } catch (error) {
      throw writeFault(path, error);
    }
  }

  /** Written so far. */
  get bytes(): number {
    return this.#bytes;
  }

  async write(bytes: Uint8Array): Promise<void> {
    try {
      for (let at = 0; at < bytes.length;) at += await this.#file.write(bytes.subarray(at));
    } catch (error) {
      throw writeFault(this.#path, error);
    }
    this.#bytes += bytes.length;
  }

  /** Writes over the file's beginning and closes it. */
  async finish(beginning?: Uint8Array): Promise<void> {
    if (beginning) {
      await this.#file.seek(0, Deno.SeekMode.Start);
      await this.write(beginning);
    }
    this[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    if (this.#isOpen) this.#file.close();
    this.#isOpen = false;
  }
}

/** Reads the file once more: its size and hash are what lies on the disk. */
export async function fileEntry(folder: string, name: string): Promise<FileEntry> {
  const path = `${folder}/${name}`;
  using file = await Deno.open(path);
  const hash = createHash("sha256");
  const piece = new Uint8Array(HASHED_AT_ONCE_BYTES);
  let bytes = 0;
  for (;;) {
    const count = await file.read(piece);
    if (count === null) return { name, bytes, sha256: hash.digest("hex") };
    hash.update(piece.subarray(0, count));
    bytes += count;
  }
}

export function writeFault(path: string, error: unknown): Fault {
  const action = `writing ${path}`;
  const { code } = error as { code?: string };
  if (
    code === "ENOSPC" || code === "EDQUOT" || code === "EFBIG" ||
    /os error (28|122|27)\)/.test(oneLine(error))
  ) {
    return diskFull(action, error);
  }
  return new Fault(`${action} failed: ${oneLine(error)}, wanted a folder that can be written to`, {
    code: "not_writable",
    cause: error,
  });
}
