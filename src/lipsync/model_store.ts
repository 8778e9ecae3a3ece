/**
 * Finds viseme models on disk.
 *
 * In: a name and the folders to look in, first found wins. Out: a checked manifest and the bytes of its one ONNX
 * file, whole and of the promised SHA-256. Any thread. Limits: 64 MB a file.
 */
import { fileURLToPath } from "node:url";
import { badModel, checkedBytes, findModel, readManifest } from "../model/mod.ts";
import { type VisemeManifest, visemeManifest } from "./model_manifest.ts";

/** The models that come with the project. */
export const SHIPPED_MODELS = fileURLToPath(new URL("../../models", import.meta.url));

export interface StoredModel {
  readonly manifest: VisemeManifest;
  readonly folder: string;
  /** The ONNX file. */
  readonly onnx: Uint8Array;
}

/** Reads and checks model `name`. Throws InputFault `bad_model`, in one line. */
export async function openModel(
  name: string,
  folders: readonly string[] = [SHIPPED_MODELS],
): Promise<StoredModel> {
  const folder = findModel(name, folders);
  const manifest = readManifest(folder, name, visemeManifest, "viseme");
  let onnx: Uint8Array | undefined;
  for (const file of manifest.files) {
    const bytes = await checkedBytes(folder, file);
    if (file.name.endsWith(".onnx")) onnx ??= bytes;
  }
  if (onnx === undefined) throw badModel(`model ${folder}: model.json names no .onnx file, wanted one`);
  return { manifest, folder, onnx };
}
