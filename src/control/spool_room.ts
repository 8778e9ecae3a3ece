/**
 * How much room uploads may take on the disk, those that wait to be heard too: FILES_MAX of the largest. In: bytes as they come.
 * Out: 429 where there is no room left for them. What earlier processes left behind is removed when one starts. Main thread.
 */
import { join } from "node:path";
import { HttpProblem } from "./problem.ts";

export const UPLOAD_PREFIX = "lipcam-upload-";
const FILES_MAX = 4;
const STALE_MS = 24 * 3600 * 1000;
const RETRY_S = 10;

export class SpoolRoom {
  readonly fileBytesMax: number;
  readonly bytesMax: number;
  #taken = 0;

  constructor(fileBytesMax: number) {
    this.fileBytesMax = fileBytesMax;
    this.bytesMax = FILES_MAX * fileBytesMax;
  }

  /** Bytes, right now. */
  get taken(): number {
    return this.#taken;
  }

  /** For one file. */
  place(): SpoolPlace {
    let bytes = 0;
    return {
      take: (more) => {
        if (this.#taken + more > this.bytesMax) {
          throw new HttpProblem(
            429,
            "uploads_full",
            `files that were sent and are not heard yet take ${this.#taken} bytes of ${this.bytesMax}, ` +
              "wanted this one when some of them are",
            // what is unread of the body must not be taken for the next request
            { "Retry-After": String(RETRY_S), "Connection": "close" },
          );
        }
        this.#taken += more;
        bytes += more;
      },
      [Symbol.dispose]: () => {
        this.#taken -= bytes;
        bytes = 0;
      },
    };
  }
}

export interface SpoolPlace extends Disposable {
  /** Throws HttpProblem 429 `uploads_full`. Disposing gives all of it back; a second time nothing. */
  take(bytes: number): void;
}

/**
 * Removes what processes that were killed have left in `folder`: folders of uploads of this user, a day old. Younger ones may be
 * another programme's that waits to speak them. What cannot be removed stays.
 */
export async function removeLeftUploads(folder: string, nowMs: number): Promise<void> {
  try {
    for await (const { name } of Deno.readDir(folder)) {
      if (name.startsWith(UPLOAD_PREFIX)) await removeLeft(join(folder, name), nowMs);
    }
  } catch {
    // no such folder, or not for us to read: nothing is ours there
  }
}

async function removeLeft(path: string, nowMs: number): Promise<void> {
  try {
    // a link of that name may be anybody's, and lead anywhere
    const { isDirectory, uid, mtime } = await Deno.lstat(path);
    const isOurs = isDirectory && (Deno.uid() === null || uid === Deno.uid());
    if (isOurs && mtime !== null && nowMs - mtime.getTime() > STALE_MS) {
      await Deno.remove(path, { recursive: true });
    }
  } catch {
    // gone meanwhile
  }
}
