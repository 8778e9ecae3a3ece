/**
 * Which of Whisper's features a video frame is conditioned on: ten in a row, five hidden states each.
 *
 * In: a frame, the length of the sound. Out: the numbers of ten features, -1 where the window reaches over the sound's
 * ends. Pure. The definition is MuseTalk's (musetalk/utils/audio_processor.py): features are padded by
 * ceil(50 / fps) * 2 zeros in front and three times as many behind, and frame i reads ten of the padded ones from
 * floor(i * 50 / fps) on. At 25 fps: features 2i - 4 to 2i + 5.
 */
import { FEATURE_RATE_HZ } from "../time/mod.ts";

/** Features of Whisper a second. */
export const WHISPER_RATE_HZ = 50;
export const WINDOW_FEATURES = 10;

/** Features that a sound of so many 16 kHz samples has. */
export function featureCount(samples: number): number {
  return Math.floor(samples / FEATURE_RATE_HZ * WHISPER_RATE_HZ);
}

/** Video frames of a sound of so many 16 kHz samples. */
export function frameCount(samples: number, fps: number): number {
  return Math.floor(samples / FEATURE_RATE_HZ * fps);
}

/** Number of the first feature of frame `frame`'s window; negative before the beginning. */
export function firstFeature(frame: number, fps: number): number {
  return Math.floor(frame * WHISPER_RATE_HZ / fps) - 2 * Math.ceil(WHISPER_RATE_HZ / fps);
}

/** The ten features of a frame; -1 stands for ten rows of zeros. */
export function windowOf(frame: number, fps: number, features: number): number[] {
  const first = firstFeature(frame, fps);
  return Array.from({ length: WINDOW_FEATURES }, (_, at) => {
    const feature = first + at;
    return feature >= 0 && feature < features ? feature : -1;
  });
}

/** Version 1.0 repeats the first and last feature instead. */
export function clampedWindowOf(frame: number, fps: number, features: number): number[] {
  const first = firstFeature(frame, fps);
  return Array.from(
    { length: WINDOW_FEATURES },
    (_, at) => Math.min(features - 1, Math.max(0, first + at)),
  );
}
