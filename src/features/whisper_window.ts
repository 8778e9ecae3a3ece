/**
 * Which of Whisper's features a video frame is conditioned on: ten in a row, five hidden states each.
 *
 * In: a frame, the length of the sound. Out: the numbers of ten features, -1 where the window reaches over the sound's
 * ends. Pure. The definition is MuseTalk's (musetalk/utils/audio_processor.py): features are padded by
 * ceil(50 / fps) * 2 zeros in front and three times as many behind, and frame i reads ten of the padded ones from
 * floor(i * (50 / fps)) on, rates being whole numbers. At 25 fps: features 2i - 4 to 2i + 5. Version 1.0
 * (musetalk/whisper/audio2feature.py) begins four features early at every rate, and repeats the first and the last.
 */
import { FEATURE_RATE_HZ } from "../time/mod.ts";

/** Features of Whisper a second. */
export const WHISPER_RATE_HZ = 50;
export const WINDOW_FEATURES = 10;
const FEATURES_BEFORE_1_0 = 4;

/** Features that a sound of so many 16 kHz samples has. */
export function featureCount(samples: number): number {
  return Math.floor(samples / FEATURE_RATE_HZ * WHISPER_RATE_HZ);
}

/** Video frames of a sound of so many 16 kHz samples. */
export function frameCount(samples: number, fps: number): number {
  return Math.floor(samples / FEATURE_RATE_HZ * Math.trunc(fps));
}

/** Number of the first feature of frame `frame`'s window; negative before the beginning. */
export function firstFeature(frame: number, fps: number): number {
  // In this order of operations: at 29 fps another one begins some windows a feature later.
  const step = WHISPER_RATE_HZ / Math.trunc(fps);
  return Math.floor(frame * step) - 2 * Math.ceil(step);
}

/** The ten features of a frame; -1 stands for five rows of zeros. */
export function windowOf(frame: number, fps: number, features: number): number[] {
  const first = firstFeature(frame, fps);
  return Array.from({ length: WINDOW_FEATURES }, (_, at) => {
    const feature = first + at;
    return feature >= 0 && feature < features ? feature : -1;
  });
}

/** The ten features of a frame in version 1.0. */
export function clampedWindowOf(frame: number, fps: number, features: number): number[] {
  const first = Math.floor(frame * WHISPER_RATE_HZ / fps) - FEATURES_BEFORE_1_0;
  return Array.from(
    { length: WINDOW_FEATURES },
    (_, at) => Math.min(features - 1, Math.max(0, first + at)),
  );
}
