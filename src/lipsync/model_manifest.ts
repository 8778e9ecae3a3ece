/** What a model's folder says about itself: the shape of model.json, checked where it comes in. */
import { z } from "zod";
import { HOP_SAMPLES, MEL_COUNT } from "../features/mod.ts";
import { FEATURE_RATE_HZ } from "../time/mod.ts";
import { MOUTH_PARAMETERS } from "./mouth.ts";
import { VISEMES } from "./viseme.ts";

/** A model's name and its folder's. */
export const MODEL_NAME = /^[a-z0-9][a-z0-9-]{0,39}$/;
/** Neither a folder nor a hidden file. */
const FILE_NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,79}$/;
const FILE_BYTES_MAX = 64 * 1024 * 1024;

const file = z.object({
  name: z.string().regex(FILE_NAME, "wanted a file name without folders"),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, "wanted 64 hexadecimal digits"),
  bytes: z.int().min(1).max(FILE_BYTES_MAX),
});

/** The words in this order and no others. */
function words(wanted: readonly string[]) {
  return z.array(z.string()).refine(
    (given) => given.length === wanted.length && given.every((word, at) => word === wanted[at]),
    `wanted ${wanted.join(" ")}`,
  );
}

/** A network that hears log-mel columns and answers a viseme and a mouth for every 20 ms. */
export const visemeManifest = z.object({
  name: z.string().regex(MODEL_NAME, "wanted 1 to 40 of a-z, 0-9 and -"),
  kind: z.literal("viseme"),
  version: z.literal(1),
  files: z.array(file).min(1).max(8),
  licence: z.string().min(1).max(2000),
  author: z.string().max(200).optional(),
  rateHz: z.literal(FEATURE_RATE_HZ),
  hopSamples: z.literal(HOP_SAMPLES),
  mels: z.literal(MEL_COUNT),
  /** Log-mel values below are cut off there. */
  floor: z.number().min(-10).max(0),
  /** Columns before the first new one that a run wants to see. */
  contextFrames: z.int().min(1).max(64),
  stateSize: z.int().min(1).max(4096),
  /** How many 20 ms frames an answer lags behind what was heard. */
  delayFrames: z.int().min(0).max(25),
  /** From a frame's middle to the last sample needed for its answer. */
  lookAheadMs: z.number().min(0).max(1000),
  frameMs: z.literal(20),
  visemes: words(VISEMES),
  parameters: words(MOUTH_PARAMETERS),
});

export type VisemeManifest = z.infer<typeof visemeManifest>;

/** The first thing wrong, in one line: where, and what is wanted. */
export function firstIssue(error: z.ZodError): string {
  const issue = error.issues[0]!;
  const where = issue.path.join(".");
  return where === "" ? issue.message : `${where}: ${issue.message}`;
}
