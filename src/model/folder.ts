/**
 * Finds a model's folder and reads what lies in it, trusting nothing.
 *
 * In: a name and the folders to look in, first found wins. Out: a checked manifest; the bytes of small files. Any
 * thread. Limits: 1 MB of model.json; files that are links out of the folder are refused. Throws InputFault
 * `bad_model`, in one line.
 */
import type { z } from "zod";
import { InputFault, oneLine } from "../errors/mod.ts";
import { badModel } from "./fault.ts";
import { firstIssue, MODEL_NAME, type ModelManifest } from "./manifest.ts";

export const MANIFEST = "model.json";
const MANIFEST_BYTES_MAX = 1024 * 1024;

/** The folder of model `name`. */
export function findModel(name: string, folders: readonly string[]): string {
  if (!MODEL_NAME.test(name)) {
    throw badModel(`model name ${JSON.stringify(name.slice(0, 60))}, wanted 1 to 40 of a-z, 0-9 and -`);
  }
  const folder = folders.map((parent) => `${parent}/${name}`).find(isFolder);
  if (folder === undefined) {
    throw badModel(`model "${name}" does not exist, wanted a folder of that name in ${folders.join(" or ")}`);
  }
  return folder;
}

/** model.json as it is written, checked for being JSON only. */
export function readManifestValue(folder: string): unknown {
  try {
    const bytes = readModelFile(folder, MANIFEST, MANIFEST_BYTES_MAX, "at most");
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    if (error instanceof InputFault) throw error;
    throw badModel(`model ${folder}: ${MANIFEST} is not JSON (${oneLine(error)}), wanted a manifest`, error);
  }
}

/** model.json of the folder of `name`. `kind` is said where it is another's: "a viseme model's". */
export function readManifest<M extends ModelManifest>(
  folder: string,
  name: string,
  schema: z.ZodType<M>,
  kind: string,
): M {
  const parsed = schema.safeParse(readManifestValue(folder));
  if (!parsed.success) {
    throw badModel(
      `model ${folder}: ${MANIFEST} is no ${kind} model's manifest: ${firstIssue(parsed.error)}`,
    );
  }
  if (parsed.data.name !== name) {
    throw badModel(
      `model ${folder}: ${MANIFEST} has the name "${parsed.data.name}", wanted the folder's name "${name}"`,
    );
  }
  return parsed.data;
}

/** The real path and the size of a file of the folder; a link may lead elsewhere inside the folder only. */
export function statModelFile(folder: string, file: string): { path: string; info: Deno.FileInfo } {
  return named(folder, file, () => {
    const path = Deno.realPathSync(`${folder}/${file}`);
    if (!path.startsWith(`${Deno.realPathSync(folder)}/`)) {
      throw badModel(`model ${folder}: ${file} is a link out of the folder, wanted a file in it`);
    }
    const info = Deno.statSync(path);
    if (!info.isFile) throw badModel(`model ${folder}: ${file} is no file, wanted one`);
    return { path, info };
  });
}

/** `file` is a plain name. A larger file than `bytesMax` is refused, with `why`. */
export function readModelFile(
  folder: string,
  file: string,
  bytesMax: number,
  why: string,
): Uint8Array<ArrayBuffer> {
  const { path, info } = statModelFile(folder, file);
  if (info.size > bytesMax) {
    throw badModel(`model ${folder}: ${file} has ${info.size} bytes, wanted ${bytesMax} ${why}`);
  }
  return named(folder, file, () => Deno.readFileSync(path));
}

/** Says which file it was. */
export function named<T>(folder: string, file: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof InputFault) throw error;
    if (error instanceof Deno.errors.NotFound) {
      throw badModel(`model ${folder}: ${file} is missing, wanted it beside the others`, error);
    }
    throw badModel(`model ${folder}: ${file} cannot be read (${oneLine(error)}), wanted a file`, error);
  }
}

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false; // not there, or not for us: the same to a search
  }
}
