/**
 * Takes an upload into a file of our own: in a folder that only this user enters, under a name that we make up, sniffed
 * by its first bytes before the rest is taken, never larger than allowed, and all of them together no larger than the room for
 * them. Disposing removes it.
 */
import { sniff, SNIFF_BYTES, type Sniffed } from "./sniff.ts";
import { HttpProblem } from "./problem.ts";
import { type SpoolRoom, UPLOAD_PREFIX } from "./spool_room.ts";

export interface Spooled extends AsyncDisposable {
  readonly path: string;
  readonly sniffed: Sniffed;
  readonly bytes: number;
}

const WANTED = {
  sound: "a WAV, MP3, FLAC, OGG, M4A, AIFF, MP4 or WebM file",
  avatar: "a JPEG, PNG or WebP picture, or an MP4, WebM, MKV, MOV or AVI film",
};

/**
 * `purpose`: a film has sound too. Rejects with HttpProblem 415 for another kind, 429 where too much waits already, 507 for a
 * full disk, and what `pieces` rejects with.
 */
export async function spool(
  pieces: AsyncIterable<Uint8Array>,
  purpose: "sound" | "avatar",
  room: SpoolRoom,
): Promise<Spooled> {
  const folder = await Deno.makeTempDir({ prefix: UPLOAD_PREFIX });
  const place = room.place();
  const remove = async () => {
    await Deno.remove(folder, { recursive: true }).catch(() => {}); // gone already is as good
    place[Symbol.dispose]();
  };
  try {
    let head = new Uint8Array(0);
    let file: Deno.FsFile | undefined;
    let found: { path: string; sniffed: Sniffed } | undefined;
    let bytes = 0;
    const begin = async () => {
      const sniffed = sniff(head);
      const isRight = sniffed !== undefined &&
        (purpose === "sound" ? sniffed.kind !== "picture" : sniffed.kind !== "sound");
      if (!isRight) {
        throw new HttpProblem(
          415,
          "bad_file",
          `the file is not of a kind we know, wanted ${WANTED[purpose]}`,
        );
      }
      found = { path: `${folder}/upload${sniffed.extension}`, sniffed };
      file = await Deno.open(found.path, { write: true, createNew: true, mode: 0o600 });
      await writeAll(file, head);
    };
    try {
      for await (const piece of pieces) {
        place.take(piece.length);
        bytes += piece.length;
        if (file !== undefined) {
          await writeAll(file, piece);
          continue;
        }
        const grown = new Uint8Array(head.length + piece.length);
        grown.set(head);
        grown.set(piece, head.length);
        head = grown;
        if (head.length >= SNIFF_BYTES) await begin();
      }
      if (file === undefined) await begin();
    } finally {
      file?.close();
    }
    return { ...found!, bytes, [Symbol.asyncDispose]: remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Rejects with HttpProblem 507 where there is no room. */
export async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  try {
    for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    if (code !== "ENOSPC" && code !== "EDQUOT") throw error;
    throw new HttpProblem(507, "disk_full", "there is no room for the file on the disk, wanted some");
  }
}
