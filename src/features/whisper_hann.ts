/**
 * The window over each of Whisper's columns of 400 samples: Hann's, periodic, in the 32 bits that PyTorch makes it of.
 *
 * Pure; a new array. In quiet bands the last bit shows in the logarithm, by 1e-5. PyTorch's cosine (SLEEF's, good to one
 * unit in the last place) is not the nearest number everywhere; where that reaches the window, it is written down.
 */
const SAMPLES = 400;
const STEP = Math.fround(2 * Math.PI / SAMPLES);
const UNIT = 2 ** -25;
/** Place, and by how many units the window is off there. */
const OFF = [
  [18, -1],
  [23, -1],
  [26, -1],
  [27, -1],
  [88, -1],
  [195, -2],
  [341, -1],
  [381, -1],
  [385, -1],
  [395, 1],
  [398, 1],
] as const;

export function whisperHann(): Float32Array {
  const window = Float32Array.from(
    { length: SAMPLES },
    (_, at) => 0.5 - 0.5 * Math.fround(Math.cos(Math.fround(at * STEP))),
  );
  for (const [at, units] of OFF) window[at]! += units * UNIT;
  return window;
}
