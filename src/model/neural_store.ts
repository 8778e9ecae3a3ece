/**
 * A video engine's model on disk: its checked manifest and where its graphs lie.
 *
 * In: a name and the folders to look in, first found wins. Out: the manifest, every file of it whole (checksum.ts). The
 * graphs are opened from their paths: they may be gigabytes. Any thread. Throws InputFault `bad_model`.
 */
import { checkFiles, type CheckOptions } from "./checksum.ts";
import { badModel } from "./fault.ts";
import { findModel, readManifest } from "./folder.ts";
import { type GraphEntry, type GraphRole, type NeuralManifest, neuralManifest } from "./neural_manifest.ts";

export interface StoredNeuralModel {
  readonly manifest: NeuralManifest;
  readonly folder: string;
}

export async function openNeuralModel(
  name: string,
  folders: readonly string[],
  options: CheckOptions = {},
): Promise<StoredNeuralModel> {
  const folder = findModel(name, folders);
  const manifest = readManifest(folder, name, neuralManifest, "video engine");
  await checkFiles(folder, manifest.files, options);
  return { manifest, folder };
}

/** Where the graph of a role lies and what model.json says of it. */
export function graphOf(
  { manifest, folder }: StoredNeuralModel,
  role: GraphRole,
): { entry: GraphEntry; path: string; what: string } {
  const entry = manifest.graphs[role];
  if (entry === undefined) throw badModel(`model ${folder}: model.json has no graph "${role}", wanted one`);
  return { entry, path: `${folder}/${entry.file}`, what: `model ${folder}: ${entry.file}` };
}
