/**
 * Pastes a neural engine's square RGB patch into a frame: converted to I420 once when it arrives, then scaled
 * (bilinear) and blended by the avatar's mask and the stage's opacity. All memory is allocated here, at the start.
 *
 * Chroma is computed at half size from the mean of 2x2 pixels; colours are BT.601 limited range, in 16-bit fixed
 * point (coefficients of ITU-R BT.601 times 219/255 or 224/255 times 65536).
 */
import type { Box, I420Frame, PatchPlacement } from "../avatar/mod.ts";
import type { FrameSize } from "../time/mod.ts";

export class PatchPaster {
  readonly #patchSize: number;
  readonly #placement: PatchPlacement;
  readonly #luma: Uint8Array;
  readonly #chromaU: Uint8Array;
  readonly #chromaV: Uint8Array;
  readonly #maskLuma: Uint8Array;
  readonly #maskChroma: Uint8Array;
  readonly #lumaScale: ScaleTable;
  readonly #chromaScale: ScaleTable;
  readonly #boxWidth: number;
  readonly #boxHeight: number;

  /** `patchSize` is even; the placement's box keeps its size through all frames. */
  constructor(patchSize: number, placement: PatchPlacement, size: FrameSize) {
    const box = placement.boxAt(0);
    if (patchSize % 2 !== 0 || box.width % 2 !== 0 || box.height % 2 !== 0) {
      throw new RangeError(`patch ${patchSize} into ${box.width}x${box.height}: wanted even sides`);
    }
    if (box.width > size.width || box.height > size.height) {
      throw new RangeError(
        `patch box ${box.width}x${box.height} is larger than ${size.width}x${size.height}`,
      );
    }
    this.#patchSize = patchSize;
    this.#placement = placement;
    this.#boxWidth = box.width;
    this.#boxHeight = box.height;
    this.#luma = new Uint8Array(patchSize * patchSize);
    this.#chromaU = new Uint8Array(patchSize * patchSize / 4);
    this.#chromaV = new Uint8Array(patchSize * patchSize / 4);
    this.#maskLuma = placement.mask;
    this.#maskChroma = halveMask(placement.mask, box);
    this.#lumaScale = new ScaleTable(patchSize, box.width, box.height);
    this.#chromaScale = new ScaleTable(patchSize / 2, box.width / 2, box.height / 2);
  }

  /** Takes a new patch: patchSize * patchSize RGB pixels. */
  take(rgb: Uint8Array): void {
    const size = this.#patchSize;
    const luma = this.#luma;
    for (let pixel = 0, at = 0; pixel < luma.length; pixel++, at += 3) {
      luma[pixel] = ((16829 * rgb[at]! + 33039 * rgb[at + 1]! + 6416 * rgb[at + 2]! + 32768) >> 16) + 16;
    }
    const row = size * 3;
    for (let y = 0, chroma = 0; y < size; y += 2) {
      for (let x = 0, at = y * row; x < size; x += 2, at += 6, chroma++) {
        const below = at + row;
        const red = rgb[at]! + rgb[at + 3]! + rgb[below]! + rgb[below + 3]!;
        const green = rgb[at + 1]! + rgb[at + 4]! + rgb[below + 1]! + rgb[below + 4]!;
        const blue = rgb[at + 2]! + rgb[at + 5]! + rgb[below + 2]! + rgb[below + 5]!;
        this.#chromaU[chroma] = ((-9714 * red - 19070 * green + 28784 * blue + 131072) >> 18) + 128;
        this.#chromaV[chroma] = ((28784 * red - 24103 * green - 4681 * blue + 131072) >> 18) + 128;
      }
    }
  }

  /** Blends the last patch into `frame` where the mask says, times `opacity` 0..1. */
  paste(into: I420Frame, frame: number, opacity: number): void {
    const box = this.#placement.boxAt(frame);
    const weight = opacity * 65536 / 255; // so that mask * weight spans 0..65536
    const { width, height, bytes } = into;
    const area = width * height;
    const halfWidth = width / 2;
    const boxAt = box.y * width + box.x;
    const chromaAt = (box.y / 2) * halfWidth + box.x / 2;
    blendPlane(bytes, boxAt, width, this.#luma, this.#lumaScale, this.#maskLuma, weight);
    blendPlane(bytes, area + chromaAt, halfWidth, this.#chromaU, this.#chromaScale, this.#maskChroma, weight);
    blendPlane(
      bytes,
      area * 5 / 4 + chromaAt,
      halfWidth,
      this.#chromaV,
      this.#chromaScale,
      this.#maskChroma,
      weight,
    );
  }
}

/** For each row and column of the box: which two patch pixels it lies between, and how far (0..256). */
class ScaleTable {
  readonly isIdentity: boolean;
  readonly columns: Axis;
  readonly rows: Axis;
  constructor(readonly from: number, readonly width: number, readonly height: number) {
    this.isIdentity = from === width && from === height;
    this.columns = new Axis(from, width);
    this.rows = new Axis(from, height);
  }
}

class Axis {
  readonly first: Uint16Array;
  readonly second: Uint16Array;
  readonly fraction: Uint16Array;
  constructor(from: number, to: number) {
    this.first = new Uint16Array(to);
    this.second = new Uint16Array(to);
    this.fraction = new Uint16Array(to);
    for (let i = 0; i < to; i++) {
      const position = Math.max(0, Math.min(from - 1, (i + 0.5) * from / to - 0.5));
      const first = Math.floor(position);
      this.first[i] = first;
      this.second[i] = Math.min(from - 1, first + 1);
      this.fraction[i] = Math.round((position - first) * 256);
    }
  }
}

function blendPlane(
  into: Uint8Array,
  intoAt: number,
  stride: number,
  patch: Uint8Array,
  scale: ScaleTable,
  mask: Uint8Array,
  weight: number,
): void {
  const { width, height, from, isIdentity } = scale;
  const { first, second, fraction } = scale.columns;
  for (let y = 0; y < height; y++) {
    const rowAt = intoAt + y * stride;
    const maskAt = y * width;
    if (isIdentity) {
      for (let x = 0; x < width; x++) {
        const alpha = (mask[maskAt + x]! * weight) | 0;
        const below = into[rowAt + x]!;
        into[rowAt + x] = below + (((patch[maskAt + x]! - below) * alpha + 32768) >> 16);
      }
      continue;
    }
    const top = scale.rows.first[y]! * from;
    const bottom = scale.rows.second[y]! * from;
    const down = scale.rows.fraction[y]!;
    for (let x = 0; x < width; x++) {
      const alpha = (mask[maskAt + x]! * weight) | 0;
      if (alpha === 0) continue;
      const left = first[x]!;
      const right = second[x]!;
      const across = fraction[x]!;
      const upper = (patch[top + left]! << 8) + (patch[top + right]! - patch[top + left]!) * across;
      const lower = (patch[bottom + left]! << 8) + (patch[bottom + right]! - patch[bottom + left]!) * across;
      const value = ((upper << 8) + (lower - upper) * down + 32768) >> 16;
      const below = into[rowAt + x]!;
      into[rowAt + x] = below + (((value - below) * alpha + 32768) >> 16);
    }
  }
}

/** The mask at half size, each the mean of 2x2. */
function halveMask(mask: Uint8Array, box: Box): Uint8Array {
  const half = new Uint8Array(box.width * box.height / 4);
  for (let y = 0, to = 0; y < box.height; y += 2) {
    for (let x = 0, at = y * box.width; x < box.width; x += 2, at += 2, to++) {
      half[to] = (mask[at]! + mask[at + 1]! + mask[at + box.width]! + mask[at + box.width + 1]! + 2) >> 2;
    }
  }
  return half;
}
