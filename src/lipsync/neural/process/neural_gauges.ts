/** What the video engine's host tells about it; written by the host's thread, read by anybody. */
import { Gauges } from "../../../metrics/mod.ts";

export const NEURAL_GAUGES = [
  /** 1 while patches can come: the engine's process is there and speaks. */
  "isActive",
  /** Index into FAMILIES of the family in use, -1 for none. */
  "family",
  /** Of a frame, in the batches that run now. */
  "frameMs",
  /** Every how many frames one is rendered. */
  "stride",
  "renderedFrames",
  /** Left out because they would have come too late. */
  "skippedFrames",
  /** Silence: answered without a network. */
  "restFrames",
  /** Runs of the network that held frames of several programmes. */
  "sharedRuns",
  /** Of the engine's process. */
  "rssBytes",
  /** Processes started beyond the first. */
  "restarts",
  /** Results that came when an interrupt had made them stale, or that found no place. */
  "droppedResults",
] as const;
export type NeuralGauge = typeof NEURAL_GAUGES[number];
export type NeuralGauges = Gauges<NeuralGauge>;

export function neuralGauges(buffer?: SharedArrayBuffer): NeuralGauges {
  return new Gauges(NEURAL_GAUGES, buffer);
}
