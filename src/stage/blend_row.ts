/**
 * The one place where a patch meets the picture: a row of values laid over a row of bytes by a mask.
 *
 * In: values (0..255, fractions allowed), opacities 0..255. Out: bytes, rounded once to the nearest: with whole values
 * that is PIL's paste, (value * mask + below * (255 - mask)) / 255 rounded. Allocates nothing.
 */

/** `weight` is 1 / 255 times what the whole patch is faded to; `offset` is added to every value. */
export function blendRow(
  into: Uint8Array,
  intoAt: number,
  values: Float32Array | Uint8Array,
  valuesAt: number,
  mask: Uint8Array,
  maskAt: number,
  count: number,
  weight: number,
  offset = 0,
): void {
  for (let at = 0; at < count; at++) {
    const opacity = mask[maskAt + at]!;
    if (opacity === 0) continue;
    const below = into[intoAt + at]!;
    const value = below + (values[valuesAt + at]! + offset - below) * (opacity * weight) + 0.5;
    into[intoAt + at] = value < 0 ? 0 : value > 255 ? 255 : value;
  }
}

/** In pixels; right and bottom are outside. */
export interface PlaneBox {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

/**
 * Pastes a box-sized plane into a picture's plane by a mask of the crop around it, as MuseTalk does: what of box or crop
 * lies outside the picture is left out, and so is what of the box lies outside the crop.
 */
export function pastePlane(
  into: Uint8Array,
  width: number,
  height: number,
  source: Uint8Array,
  box: PlaneBox,
  mask: Uint8Array,
  crop: PlaneBox,
): void {
  const left = Math.max(0, box.x1, crop.x1);
  const right = Math.min(width, box.x2, crop.x2);
  const top = Math.max(0, box.y1, crop.y1);
  const bottom = Math.min(height, box.y2, crop.y2);
  if (right <= left) return;
  for (let y = top; y < bottom; y++) {
    const from = (y - box.y1) * (box.x2 - box.x1) + left - box.x1;
    const maskAt = (y - crop.y1) * (crop.x2 - crop.x1) + left - crop.x1;
    blendRow(into, y * width + left, source, from, mask, maskAt, right - left, 1 / 255);
  }
}
