/**
 * What stands between pictures and MuseTalk's autoencoder: a face crop becomes two planes-first images, and what the
 * decoder answers becomes a patch.
 *
 * In and out: RGB bytes, rows from the top, and float32 in the order channel, row, column. Any thread; in memory of the
 * caller, nothing is allocated.
 */

/** Side of MuseTalk's crops and patches. */
export const LATENT_IMAGE_SIDE = 256;
const SIDE = LATENT_IMAGE_SIDE;
const PLANE = SIDE * SIDE;
/** Values of one image. */
export const LATENT_IMAGE_VALUES = 3 * PLANE;
/** Rows from here on are hidden from the network. */
const MASKED_FROM_ROW = SIDE / 2;
/** From here on 32-bit numbers are whole. */
const WHOLE = 2 ** 23;

/**
 * Writes `rgb` (256 x 256) as -1..1; with `isMasked` the lower half counts as black, which is -1: it is emptied before the
 * values are scaled.
 */
export function encoderImage(rgb: Uint8Array, isMasked: boolean, into: Float32Array, at = 0): void {
  const seen = isMasked ? MASKED_FROM_ROW * SIDE : PLANE;
  for (let channel = 0; channel < 3; channel++) {
    const plane = at + channel * PLANE;
    for (let pixel = 0; pixel < seen; pixel++) {
      // As torchvision does it, in 32 bits: /255, then (x - 0.5) / 0.5.
      into[plane + pixel] = Math.fround(Math.fround(rgb[pixel * 3 + channel]! / 255) - 0.5) / 0.5;
    }
    into.fill(-1, plane + seen, plane + PLANE);
  }
}

/** Half to even, as NumPy's round does. */
export function roundHalfEven(value: number): number {
  const down = Math.floor(value);
  const part = value - down;
  return part < 0.5 ? down : part > 0.5 ? down + 1 : down + (down & 1);
}

/** One value of the decoder (-1..1) as a byte: x / 2 + 0.5, clamped to 0..1, times 255, half to even, in 32 bits. */
export function decodedByte(value: number): number {
  const unit = Math.fround(Math.fround(Math.fround(value) / 2) + 0.5);
  const level = Math.fround((unit < 0 ? 0 : unit > 1 ? 1 : unit) * 255);
  // A sum as large as this has no place for a fraction: it is rounded half to even.
  return Math.fround(level + WHOLE) - WHOLE;
}

/** From a decoder's image of `side` pixels a side (channel, row, column) to RGB bytes. */
export function decodedPatch(
  values: Float32Array,
  from: number,
  side: number,
  into: Uint8Array,
  at = 0,
): void {
  const plane = side * side;
  for (let channel = 0; channel < 3; channel++) {
    const start = from + channel * plane;
    for (let pixel = 0; pixel < plane; pixel++) {
      into[at + pixel * 3 + channel] = decodedByte(values[start + pixel]!);
    }
  }
}
