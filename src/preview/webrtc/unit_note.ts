/**
 * What goes over the data channel `sync` with every unit: which it is, what is being said, how loud it is. Field names
 * are those that existing pages read.
 */

/** Of one unit, for all viewers. */
export interface UnitNote {
  readonly unit: number;
  readonly mediaSample: number;
  readonly isSpeaking: boolean;
  /** -1 in silence. */
  readonly utterance: number;
  /** Units since the utterance began, -1 in silence. */
  readonly utteranceFrame: number;
  /** RMS of the four quarters of the unit's samples, 0..255. */
  readonly levels: readonly number[];
  /** What began with it: plain objects with a `kind`. */
  readonly events: readonly unknown[];
}

export const TICKS_A_SAMPLE = 90_000 / 48_000;

/** What one viewer is told. `frame` counts from 0 since its session or take began, -1 before. */
export function syncMessage(
  note: UnitNote,
  frame: number,
  fps: number,
  rtp: number,
  audioRtp: number,
): string {
  return JSON.stringify({
    frame_idx: frame,
    pts: Math.max(0, Math.round(frame / fps * 1e6) / 1e6),
    rtp,
    audio_rtp: audioRtp,
    speaking: note.isSpeaking,
    utterance: note.utterance,
    utterance_frame: note.utteranceFrame,
    levels: note.levels,
    events: note.events,
  });
}

const QUARTERS = 4;

/** Into `levels`, which has room for four. */
export function measureLevels(samples: Float32Array, levels: number[]): void {
  const length = Math.floor(samples.length / QUARTERS);
  for (let quarter = 0; quarter < QUARTERS; quarter++) {
    let sum = 0;
    for (let at = quarter * length; at < (quarter + 1) * length; at++) sum += samples[at]! * samples[at]!;
    levels[quarter] = Math.min(255, Math.round(Math.sqrt(sum / length) * 255));
  }
}
