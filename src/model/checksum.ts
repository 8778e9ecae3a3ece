/**
 * Checks a model's files against the sizes and SHA-256 sums that model.json promises, without holding them in memory.
 *
 * In: a folder, its manifest, and a folder for stamps. Out: nothing, or InputFault `bad_model`. A stamp says that a file
 * of this path, size, times and sum was found whole: weights of gigabytes are not hashed at every start. It lies outside
 * the model's folder, so that nobody ships one; without a folder for them every file is hashed.
 */
import { createHash } from "node:crypto";
import { oneLine } from "../errors/mod.ts";
import { badModel } from "./fault.ts";
import { named, statModelFile } from "./folder.ts";
import type { ModelManifest } from "./manifest.ts";

const CHUNK_BYTES = 1 << 20;
/** Times of change come in whole seconds, on some disks of 2 s. */
const SETTLED_MS = 2000;

export interface CheckOptions {
  /** Where stamps are kept; made where it is missing. */
  readonly stamps?: string;
  readonly signal?: AbortSignal;
}

/** Sizes of all files first, which costs nothing; then the sums. */
export async function checkFiles(
  folder: string,
  files: ModelManifest["files"],
  options: CheckOptions = {},
): Promise<void> {
  for (const file of files) checkSize(folder, file);
  for (const file of files) {
    const stamp = options.stamps === undefined ? undefined : stampOf(options.stamps, folder, file);
    const { path, info } = statModelFile(folder, file.name);
    if (stamp !== undefined && await isGood(stamp, info)) continue;
    const sha256 = await sha256OfFile(path, options.signal).catch((error) => {
      options.signal?.throwIfAborted();
      throw badModel(
        `model ${folder}: ${file.name} cannot be read (${oneLine(error)}), wanted a file`,
        error,
      );
    });
    if (sha256 !== file.sha256) {
      throw badModel(`model ${folder}: ${file.name} has the SHA-256 ${sha256}, wanted ${file.sha256}`);
    }
    if (stamp !== undefined) await leave(options.stamps!, stamp);
  }
}

/** Throws for a file that is missing, no file of the folder, or of another size. */
export function checkSize(folder: string, { name, bytes }: ModelManifest["files"][number]): void {
  const { size } = statModelFile(folder, name).info;
  if (size !== bytes) {
    throw badModel(
      `model ${folder}: ${name} has ${size} bytes, wanted ${bytes} as model.json promises`,
    );
  }
}

/** Hexadecimal; a megabyte at a time. */
export async function sha256OfFile(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  const chunk = new Uint8Array(CHUNK_BYTES);
  using file = await Deno.open(path);
  for (let read = await file.read(chunk); read !== null; read = await file.read(chunk)) {
    signal?.throwIfAborted();
    hash.update(chunk.subarray(0, read));
  }
  return hash.digest("hex");
}

function stampOf(stamps: string, folder: string, file: ModelManifest["files"][number]): string {
  const { path, info } = statModelFile(folder, file.name);
  const about = [path, info.size, info.mtime?.getTime(), info.ctime?.getTime(), info.ino, file.sha256];
  return `${stamps}/${createHash("sha256").update(JSON.stringify(about)).digest("hex")}`;
}

/** A file that was written about when the stamp was could have been changed again within one tick of the disk's clock. */
async function isGood(stamp: string, { ctime, mtime }: Deno.FileInfo): Promise<boolean> {
  const changedMs = Math.max(ctime?.getTime() ?? 0, mtime?.getTime() ?? 0);
  const stampedMs = await Deno.stat(stamp).then((info) => info.mtime?.getTime() ?? 0, () => 0);
  return stampedMs > changedMs + SETTLED_MS;
}

/** What cannot be written is hashed again next time. */
async function leave(stamps: string, stamp: string): Promise<void> {
  try {
    await Deno.mkdir(stamps, { recursive: true, mode: 0o700 });
    await Deno.writeFile(stamp, new Uint8Array(0), { mode: 0o600 });
  } catch { /* a read-only or full disk: nothing but time is lost */ }
}

/** The bytes of a small file, of the promised size and sum. */
export async function checkedBytes(
  folder: string,
  file: ModelManifest["files"][number],
): Promise<Uint8Array<ArrayBuffer>> {
  checkSize(folder, file);
  const bytes = named(folder, file.name, () => Deno.readFileSync(statModelFile(folder, file.name).path));
  const sha256 = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
  if (sha256 !== file.sha256) {
    throw badModel(`model ${folder}: ${file.name} has the SHA-256 ${sha256}, wanted ${file.sha256}`);
  }
  return bytes;
}
