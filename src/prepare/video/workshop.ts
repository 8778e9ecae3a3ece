/**
 * What of a long preparation is kept so that it can be taken up again after a kill: the points of each frame and the
 * latents, in a folder named after the avatar, the input and the wishes. The avatar itself is made in it too.
 *
 * In: records of one length, one after another. Out: how many there are, and each of them. Main thread. A record that was
 * cut off in the middle does not count. Folders that nobody has touched for a week are removed, and those of the same
 * avatar at once where somebody wants to begin anew; never one that a process is at work in.
 */
import { createHash } from "node:crypto";
import { Fault, InputFault } from "../../errors/mod.ts";
import { writeFault } from "../../film/mod.ts";

const PREFIX = ".prepare-";
const KEY_LETTERS = 16;
const STALE_MS = 7 * 24 * 3600 * 1000;
const LOCK = "lock";

export interface WorkshopPlace {
  /** The folder that holds avatars. */
  readonly parent: string;
  readonly id: string;
  /** Wall-clock time, to tell what is stale. */
  readonly nowMs: number;
  /** What was left of this avatar with other wishes is not wanted any more. */
  readonly isAnew: boolean;
}

export class Workshop {
  private constructor(readonly folder: string) {}

  /** `wishes`: everything that what is kept depends on. Throws Fault `not_writable` or `disk_full`. */
  static async open(place: WorkshopPlace, wishes: unknown): Promise<Workshop> {
    const key = createHash("sha256").update(JSON.stringify(wishes)).digest("hex").slice(0, KEY_LETTERS);
    const folder = `${place.parent}/${PREFIX}${place.id}-${key}`;
    try {
      await Deno.mkdir(folder, { recursive: true });
    } catch (error) {
      throw writeFault(folder, error);
    }
    await removeStale(place, folder);
    return new Workshop(folder);
  }

  /** Where the avatar is made, to be moved from there when it is whole. */
  get made(): string {
    return `${this.folder}/made`;
  }

  /**
   * Does all the work in it, others being kept out, and removes it when nothing of it is wanted any more: at the end, where
   * the input is wrong and stays so, where a full disk needs the room. Throws InputFault `prepare_running`, and what
   * `work` throws.
   */
  async during<T>(work: () => Promise<T>): Promise<T> {
    using _lock = await this.lock();
    try {
      const done = await work();
      await this.remove();
      return done;
    } catch (error) {
      const isFinal = error instanceof InputFault || error instanceof Fault && error.code === "disk_full";
      if (isFinal) await this.remove();
      throw error;
    }
  }

  /** Keeps others out until it is disposed or the process ends. Throws InputFault `prepare_running`. */
  async lock(): Promise<Disposable> {
    const path = `${this.folder}/${LOCK}`;
    const file = await Deno.open(path, { write: true, create: true }).catch((error: unknown) => {
      throw writeFault(path, error);
    });
    if (await file.tryLock(true)) return file;
    file.close();
    throw new InputFault("the same avatar is being prepared by another process, wanted one at a time", {
      code: "prepare_running",
    });
  }

  /** A file of records of `bytes` each. */
  records(name: string, bytes: number): Promise<Records> {
    return Records.open(`${this.folder}/${name}`, bytes);
  }

  /** Nothing of it is wanted any more. */
  async remove(): Promise<void> {
    await Deno.remove(this.folder, { recursive: true }).catch(() => {}); // it goes within a week all the same
  }
}

async function removeStale({ parent, id, nowMs, isAnew }: WorkshopPlace, own: string): Promise<void> {
  for (const { name, isDirectory } of Deno.readDirSync(parent)) {
    const path = `${parent}/${name}`;
    if (!isDirectory || !name.startsWith(PREFIX) || path === own) continue;
    const isOfThis = name.slice(PREFIX.length, -KEY_LETTERS) === `${id}-`;
    try {
      const { mtime } = Deno.statSync(path);
      const isStale = isAnew && isOfThis || mtime !== null && nowMs - mtime.getTime() > STALE_MS;
      if (isStale && !await isAtWork(path)) await Deno.remove(path, { recursive: true });
    } catch {
      // Somebody else has removed it, or it is not ours to remove.
    }
  }
}

/** Throws where it cannot be told. */
async function isAtWork(folder: string): Promise<boolean> {
  try {
    using file = await Deno.open(`${folder}/${LOCK}`, { write: true });
    return !await file.tryLock(true);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false; // it has never been locked
    throw error;
  }
}

export class Records implements Disposable {
  /** Whole records. */
  count: number;
  readonly #path: string;
  readonly #file: Deno.FsFile;
  readonly #bytes: number;

  private constructor(path: string, file: Deno.FsFile, bytes: number, count: number) {
    this.#path = path;
    this.#file = file;
    this.#bytes = bytes;
    this.count = count;
  }

  static async open(path: string, bytes: number): Promise<Records> {
    try {
      const file = await Deno.open(path, { read: true, write: true, create: true });
      const { size } = await file.stat();
      return new Records(path, file, bytes, Math.floor(size / bytes));
    } catch (error) {
      throw writeFault(path, error);
    }
  }

  add(record: Uint8Array): void {
    try {
      this.#file.seekSync(this.count * this.#bytes, Deno.SeekMode.Start);
      for (let at = 0; at < record.length;) at += this.#file.writeSync(record.subarray(at));
    } catch (error) {
      throw writeFault(this.#path, error);
    }
    this.count++;
  }

  read(index: number, into: Uint8Array): void {
    this.#file.seekSync(index * this.#bytes, Deno.SeekMode.Start);
    for (let at = 0; at < into.length;) at += this.#file.readSync(into.subarray(at)) ?? into.length;
  }

  [Symbol.dispose](): void {
    this.#file.close();
  }
}
