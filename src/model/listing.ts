/**
 * What models are there, good and bad, for a person to look at: names and sizes, no sums.
 *
 * In: folders that hold one folder a model; of two of one name the first counts. Out: a line each, by name.
 */
import { z } from "zod";
import { InputFault } from "../errors/mod.ts";
import { checkSize } from "./checksum.ts";
import { badModel } from "./fault.ts";
import { MANIFEST, readManifest, readManifestValue } from "./folder.ts";
import { firstIssue, manifestBase, MODEL_NAME } from "./manifest.ts";
import { NEURAL_KINDS, neuralManifest } from "./neural_manifest.ts";

export interface ModelListing {
  readonly name: string;
  readonly folder: string;
  /** "viseme", "musetalk", ...; absent where model.json cannot be read. */
  readonly kind?: string;
  /** Of a video engine's model. */
  readonly contract?: string;
  /** Of all its files. */
  readonly bytes: number;
  readonly licence?: string;
  readonly author?: string;
  /** In one line, where it cannot be used. */
  readonly trouble?: string;
}

const anyKind = z.object({ ...manifestBase(64, Number.MAX_SAFE_INTEGER), kind: z.string().min(1).max(40) });

export function listModels(folders: readonly string[]): ModelListing[] {
  const found = new Map<string, ModelListing>();
  for (const parent of folders) {
    for (const name of folderNames(parent)) {
      if (!found.has(name)) found.set(name, listing(name, `${parent}/${name}`));
    }
  }
  return [...found.values()].sort((a, b) => a.name < b.name ? -1 : 1);
}

function listing(name: string, folder: string): ModelListing {
  let known: ModelListing = { name, folder, bytes: 0 };
  try {
    const parsed = anyKind.safeParse(readManifestValue(folder));
    if (!parsed.success) {
      throw badModel(`model ${folder}: ${MANIFEST} is no model's manifest: ${firstIssue(parsed.error)}`);
    }
    const { kind, files, licence, author } = parsed.data;
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    known = { ...known, kind, bytes, licence, ...(author === undefined ? {} : { author }) };
    if (NEURAL_KINDS.some((each) => each === kind)) {
      known = { ...known, contract: readManifest(folder, name, neuralManifest, "video engine").contract };
    }
    for (const file of files) checkSize(folder, file);
    return known;
  } catch (error) {
    if (!(error instanceof InputFault)) throw error;
    return { ...known, trouble: error.message };
  }
}

/** Folders with a model.json; a folder that is not there holds none. */
function folderNames(parent: string): string[] {
  try {
    return [...Deno.readDirSync(parent)].map(({ name }) => name).filter((name) =>
      MODEL_NAME.test(name) && isThere(`${parent}/${name}/${MANIFEST}`)
    );
  } catch {
    return [];
  }
}

function isThere(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}
