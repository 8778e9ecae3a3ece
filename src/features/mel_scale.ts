/**
 * What is done to log-mel values before a network sees them: two ways, one for each kind of network.
 *
 * In: values of LogMel, log10 of an energy, -10 and up. Out: the same array, scaled, about -1..2. Any thread;
 * in place, nothing allocated.
 */

/** Orders of magnitude under the loudest value that Whisper keeps. */
export const WHISPER_RANGE = 8;

/**
 * Whisper's: (max(m, loudest - 8) + 4) / 4 over a whole encoded window (HF WhisperFeatureExtractor). It needs all of
 * the window at once, and a loud moment changes what a quiet one looks like.
 */
export function scaleForWhisper(window: Float32Array): void {
  let loudest = -Infinity;
  for (let index = 0; index < window.length; index++) loudest = Math.max(loudest, window[index]!);
  scaleFromFloor(window, loudest - WHISPER_RANGE);
}

/**
 * The viseme networks': (max(m, floor) + 4) / 4 with a fixed floor, so that a column never changes afterwards. With
 * a floor of -8 silence is -1.
 */
export function scaleFromFloor(values: Float32Array, floor: number): void {
  for (let index = 0; index < values.length; index++) {
    values[index] = (Math.max(values[index]!, floor) + 4) / 4;
  }
}
