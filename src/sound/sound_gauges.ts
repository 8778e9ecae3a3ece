/**
 * The numbers of the sound station, on shared memory. One writer each: the stage thread those marked (stage), the
 * sound worker the rest. Anybody reads them.
 */
import { Gauges } from "../metrics/mod.ts";

export const SOUND_GAUGES = [
  /** (stage) Samples queued, in ms, just before the newest unit was added: the margin. The stage steers by it. */
  "depthMs",
  /** (stage) Samples put into the buffer: here, as another stage may take over. */
  "writtenSamples",
  /** (stage) Units refused because the buffer was full. */
  "droppedUnits",
  /** The margin wanted now, between low and high water. */
  "targetDepthMs",
  /** Media sample leaving the speaker at heardAtMs; -1 before the first. */
  "heardSample",
  /** Monotonic ms (Clock.nowMs) at which heardSample leaves the speaker. */
  "heardAtMs",
  /** From publishing a unit to hearing its first sample: margin + in flight + device, smoothed. */
  "latencyMs",
  /** Samples handed to the player and not yet taken by the device. */
  "inFlightMs",
  /** What lies behind the player: device queue and hardware, by formula. */
  "deviceLatencyMs",
  /** Times the buffer ran empty, or the player had nothing to give; one an episode. */
  "underruns",
  /** Media sample at which the last interrupted speech began to fade, -1 for none yet. */
  "staleFromSample",
  /** Monotonic ms (Clock.nowMs) at which that fade was handed to the device; no interrupted speech enters it later. */
  "flushedAtMs",
  /** Silent samples put in (pre-buffering, underruns, a deeper buffer). */
  "insertedSamples",
  /** Samples left out (a shallower buffer, a device change). */
  "skippedSamples",
  /** Samples taken out of the buffer: played, faded or skipped. */
  "consumedSamples",
  /** Samples handed to a player or to the null device, silence included. */
  "sentSamples",
  /** Times the player was started again. */
  "deviceRestarts",
  /** 1 while a real device consumes and its position moves; then the stage follows depthMs. */
  "isDeviceClock",
] as const;

export type SoundGauge = typeof SOUND_GAUGES[number];
export type SoundGauges = Gauges<SoundGauge>;

/** All of them, new or seen from another isolate. */
export function openSoundGauges(buffer?: SharedArrayBuffer): SoundGauges {
  const gauges = new Gauges(SOUND_GAUGES, buffer);
  if (!buffer) {
    gauges.set("heardSample", -1);
    gauges.set("staleFromSample", -1);
  }
  return gauges;
}
