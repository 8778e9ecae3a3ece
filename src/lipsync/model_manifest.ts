/** What a viseme model's folder says about itself: the shape of model.json, checked where it comes in. */
import { z } from "zod";
import { HOP_SAMPLES, MEL_COUNT } from "../features/mod.ts";
import { manifestBase } from "../model/mod.ts";
import { FEATURE_RATE_HZ } from "../time/mod.ts";
import { MOUTH_PARAMETERS } from "./mouth.ts";
import { VISEMES } from "./viseme.ts";

const FILES_MAX = 8;
const FILE_BYTES_MAX = 64 * 1024 * 1024;

/** The words in this order and no others. */
function words(wanted: readonly string[]) {
  return z.array(z.string()).refine(
    (given) => given.length === wanted.length && given.every((word, at) => word === wanted[at]),
    `wanted ${wanted.join(" ")}`,
  );
}

/** A network that hears log-mel columns and answers a viseme and a mouth for every 20 ms. */
export const visemeManifest = z.object({
  ...manifestBase(FILES_MAX, FILE_BYTES_MAX),
  kind: z.literal("viseme"),
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
