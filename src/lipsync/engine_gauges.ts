/** What an engine station tells about itself; written by the engine's thread, read by anybody. */
import { Gauges } from "../metrics/mod.ts";

export const ENGINE_GAUGES = [
  /** Speech frames taken from the ring, stale ones included. */
  "framesIn",
  /** Mouths handed to the stage. */
  "mouthsOut",
  /** Number of the newest speech frame taken, plus one. */
  "takenBefore",
  /** (main) Frames before this number got no mouth and never will: the engine's thread died over them. */
  "lostBefore",
  /** Frames dropped because an interrupt had made them stale. */
  "framesStale",
  /** Utterances in which the engine failed and the built-in one took over. */
  "faults",
  /** 1 while loudness moves the mouth because the engine failed in this utterance. */
  "isFallback",
  /** How long the last step with work took, and the longest so far. */
  "stepMs",
  "stepMsMax",
] as const;
export type EngineGauge = typeof ENGINE_GAUGES[number];
export type EngineGauges = Gauges<EngineGauge>;

export function engineGauges(buffer?: SharedArrayBuffer): EngineGauges {
  return new Gauges(ENGINE_GAUGES, buffer);
}
