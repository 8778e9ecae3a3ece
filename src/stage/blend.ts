/**
 * The one place where a patch meets the picture: a value laid over a byte by a mask, and whole planes of them.
 *
 *   pastePlane(into, width, height, source, box, mask, crop, opacity = 1)
 *
 * In: values with VALUE_BITS behind the point, opacities of MaskAlpha. Out: bytes, rounded once to the nearest; with
 * whole values and opacity 1 they are the bytes of PIL's paste, t = v m + b (255 - m) + 128, (t + (t >> 8)) >> 8.
 * Allocates nothing.
 */

/** Bits behind the point of a patch's values while they are stretched and blended. */
export const VALUE_BITS = 6;
const ALPHA_BITS = 16;
/** Of a product of value and alpha, and what rounds it. */
export const BLEND_BITS = VALUE_BITS + ALPHA_BITS;
export const BLEND_HALF = 1 << (BLEND_BITS - 1);

/** What the 256 values of a mask come to for an opacity: 0..65536. */
export class MaskAlpha {
  readonly of = new Int32Array(256);
  #opacity = 0;

  /** `opacity` 0..1. */
  set(opacity: number): void {
    if (opacity === this.#opacity) return;
    this.#opacity = opacity;
    const share = Math.min(1, Math.max(0, opacity)) * (1 << ALPHA_BITS) / 255;
    for (let value = 0; value < 256; value++) this.of[value] = Math.round(value * share);
  }
}

/** The byte between `below` and `value`, for an alpha of MaskAlpha. */
export function blended(below: number, value: number, alpha: number): number {
  return below + ((Math.imul(value - (below << VALUE_BITS), alpha) + BLEND_HALF) >> BLEND_BITS);
}

/** In pixels; right and bottom are outside. */
export interface PlaneBox {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

const ALPHA = new MaskAlpha();

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
  opacity = 1,
): void {
  ALPHA.set(opacity);
  const alphas = ALPHA.of;
  const left = Math.max(0, box.x1, crop.x1);
  const right = Math.min(width, box.x2, crop.x2);
  const top = Math.max(0, box.y1, crop.y1);
  const bottom = Math.min(height, box.y2, crop.y2);
  for (let y = top; y < bottom; y++) {
    let out = y * width + left;
    let from = (y - box.y1) * (box.x2 - box.x1) + left - box.x1;
    let maskAt = (y - crop.y1) * (crop.x2 - crop.x1) + left - crop.x1;
    for (let x = left; x < right; x++, out++) {
      into[out] = blended(into[out]!, source[from++]! << VALUE_BITS, alphas[mask[maskAt++]!]!);
    }
  }
}
