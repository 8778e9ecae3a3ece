/** Masks of patches: stretched with their box, or made of the box alone. Bytes in, bytes out; nothing is allocated. */

/** A mask of `width` x `height` at another size, bilinear between the middles of its pixels; the same size is a copy. */
export function stretchMask(
  mask: Uint8Array,
  width: number,
  height: number,
  into: Uint8Array,
  toWidth: number,
  toHeight: number,
): void {
  if (width === toWidth && height === toHeight) return into.set(mask.subarray(0, width * height));
  const stepX = width / toWidth;
  const stepY = height / toHeight;
  for (let y = 0, at = 0; y < toHeight; y++) {
    const fromY = Math.min(height - 1, Math.max(0, (y + 0.5) * stepY - 0.5));
    const top = Math.floor(fromY);
    const down = fromY - top;
    const upper = top * width;
    const lower = Math.min(height - 1, top + 1) * width;
    for (let x = 0; x < toWidth; x++, at++) {
      const fromX = Math.min(width - 1, Math.max(0, (x + 0.5) * stepX - 0.5));
      const left = Math.floor(fromX);
      const right = Math.min(width - 1, left + 1);
      const across = fromX - left;
      const above = mask[upper + left]! + (mask[upper + right]! - mask[upper + left]!) * across;
      const below = mask[lower + left]! + (mask[lower + right]! - mask[lower + left]!) * across;
      into[at] = above + (below - above) * down + 0.5;
    }
  }
}

/** How a mask made of a box alone fades, in parts of its sides. */
export interface Fade {
  /** Clear above `top`, opaque `topFade` further down. */
  readonly top: number;
  readonly topFade: number;
  readonly bottomFade: number;
  readonly sideFade: number;
}

/**
 * Wav2Lip is shown the upper half of the face and draws the lower one (contract section 6); Ultralight draws all but the
 * rim of its square (section 7). MuseTalk's is for a mask that cannot be read.
 */
export const FADES = {
  musetalk: { top: 0.42, topFade: 0.16, bottomFade: 0.1, sideFade: 0.14 },
  wav2lip: { top: 0.42, topFade: 0.12, bottomFade: 0.08, sideFade: 0.12 },
  ultralight: { top: 0.02, topFade: 0.1, bottomFade: 0.1, sideFade: 0.1 },
} as const satisfies Record<string, Fade>;

export function softMask(width: number, height: number, fade: Fade, into: Uint8Array): void {
  for (let y = 0, at = 0; y < height; y++) {
    const part = (y + 0.5) / height;
    const row = Math.min(rise((part - fade.top) / fade.topFade), rise((1 - part) / fade.bottomFade));
    for (let x = 0; x < width; x++, at++) {
      const across = (x + 0.5) / width;
      const column = rise(Math.min(across, 1 - across) / fade.sideFade);
      into[at] = 255 * row * column + 0.5;
    }
  }
}

/** 0 below 0, 1 above 1, without a corner between. */
function rise(part: number): number {
  const t = part < 0 ? 0 : part > 1 ? 1 : part;
  return t * t * (3 - 2 * t);
}
