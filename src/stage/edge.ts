/**
 * Edges of sound: where speech is cut off or joined in the middle of a wave, five milliseconds of ramp keep it
 * from clicking. In place, on the samples of one unit.
 */
import { SAMPLE_RATE_HZ } from "../time/mod.ts";

export const EDGE_SAMPLES = SAMPLE_RATE_HZ * 5 / 1000;

/** Ramps the first samples up from silence. */
export function fadeIn(samples: Float32Array): void {
  const count = Math.min(EDGE_SAMPLES, samples.length);
  for (let i = 0; i < count; i++) samples[i]! *= (i + 1) / count;
}

/** Fills `into` with silence that begins with `from`'s first samples dying away. */
export function fadeOutInto(into: Float32Array, from: Float32Array): void {
  const count = Math.min(EDGE_SAMPLES, into.length, from.length);
  for (let i = 0; i < count; i++) into[i] = from[i]! * (1 - (i + 1) / count);
  into.fill(0, count);
}

/** Fills `into` with silence that begins with the level `last` dying away (for when no samples are at hand). */
export function decayInto(into: Float32Array, last: number): void {
  const count = Math.min(EDGE_SAMPLES, into.length);
  for (let i = 0; i < count; i++) into[i] = last * (1 - (i + 1) / count);
  into.fill(0, count);
}
