/**
 * Finds models on disk and reads their folders, trusting nothing in them.
 *
 * In: a name and the folders to look in, first found wins. Out: a checked manifest and the bytes of its one ONNX
 * file, whole and of the promised SHA-256. Any thread. Limits: 1 MB of model.json, 64 MB a file; files that are
 * links out of the folder are refused.
 */
import { fileURLToPath } from "node:url";
import { InputFault, oneLine } from "../errors/mod.ts";
import { firstIssue, MODEL_NAME, type VisemeManifest, visemeManifest } from "./model_manifest.ts";

const MANIFEST = "model.json";
const MANIFEST_BYTES_MAX = 1024 * 1024;

/** The models that come with the project. */
export const SHIPPED_MODELS = fileURLToPath(new URL("../../models", import.meta.url));

export interface StoredModel {
  readonly manifest: VisemeManifest;
  readonly folder: string;
  /** The ONNX file. */
  readonly onnx: Uint8Array;
}

/** A fault of a model: code `bad_model`, exit code 2. */
export function badModel(message: string, cause?: unknown): InputFault {
  return new InputFault(message, cause === undefined ? { code: "bad_model" } : { code: "bad_model", cause });
}

/** Reads and checks model `name`. Throws InputFault `bad_model`, in one line. */
export async function openModel(
  name: string,
  folders: readonly string[] = [SHIPPED_MODELS],
): Promise<StoredModel> {
  if (!MODEL_NAME.test(name)) {
    throw badModel(`model name ${JSON.stringify(name.slice(0, 60))}, wanted 1 to 40 of a-z, 0-9 and -`);
  }
  const folder = folders.map((parent) => `${parent}/${name}`).find(isFolder);
  if (folder === undefined) {
    throw badModel(`model "${name}" does not exist, wanted a folder of that name in ${folders.join(" or ")}`);
  }
  const manifest = readManifest(folder, name);
  let onnx: Uint8Array | undefined;
  for (const file of manifest.files) {
    const bytes = readFile(folder, file.name, file.bytes, "as model.json promises");
    if (bytes.length !== file.bytes) {
      throw badModel(
        `model ${folder}: ${file.name} has ${bytes.length} bytes, wanted ${file.bytes} as model.json promises`,
      );
    }
    const sha256 = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
    if (sha256 !== file.sha256) {
      throw badModel(`model ${folder}: ${file.name} has the SHA-256 ${sha256}, wanted ${file.sha256}`);
    }
    if (file.name.endsWith(".onnx")) onnx ??= bytes;
  }
  if (onnx === undefined) throw badModel(`model ${folder}: model.json names no .onnx file, wanted one`);
  return { manifest, folder, onnx };
}

function readManifest(folder: string, name: string): VisemeManifest {
  let value: unknown;
  try {
    const bytes = readFile(folder, MANIFEST, MANIFEST_BYTES_MAX, "at most");
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    if (error instanceof InputFault) throw error;
    throw badModel(`model ${folder}: ${MANIFEST} is not JSON (${oneLine(error)}), wanted a manifest`, error);
  }
  const parsed = visemeManifest.safeParse(value);
  if (!parsed.success) {
    throw badModel(`model ${folder}: ${MANIFEST} is no viseme model's manifest: ${firstIssue(parsed.error)}`);
  }
  if (parsed.data.name !== name) {
    throw badModel(
      `model ${folder}: ${MANIFEST} has the name "${parsed.data.name}", wanted the folder's name "${name}"`,
    );
  }
  return parsed.data;
}

/** `file` is a plain name; a link may lead elsewhere inside the folder only. */
function readFile(folder: string, file: string, bytesMax: number, why: string): Uint8Array<ArrayBuffer> {
  try {
    const real = Deno.realPathSync(`${folder}/${file}`);
    if (!real.startsWith(`${Deno.realPathSync(folder)}/`)) {
      throw badModel(`model ${folder}: ${file} is a link out of the folder, wanted a file in it`);
    }
    const { size, isFile } = Deno.statSync(real);
    if (!isFile) throw badModel(`model ${folder}: ${file} is no file, wanted one`);
    if (size > bytesMax) {
      throw badModel(`model ${folder}: ${file} has ${size} bytes, wanted ${bytesMax} ${why}`);
    }
    return Deno.readFileSync(real);
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
