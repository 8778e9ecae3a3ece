/**
 * Gaussian blur of a grey picture as OpenCV's GaussianBlur(picture, (k, k), 0) does it.
 *
 * In: bytes of any size, an odd kernel. Out: bytes of a part of it. Sigma is 0.3 ((k - 1) / 2 - 1) + 0.8; edges are
 * mirrored without repeating the last pixel. Main thread; memory is kept from call to call.
 */

/** MuseTalk's kernel for a crop of that width: int(0.1 * w // 2 * 2) + 1. */
export function maskKernel(cropWidth: number): number {
  return Math.trunc(Math.floor(0.1 * cropWidth / 2) * 2) + 1;
}

export function gaussianWeights(kernel: number): Float64Array {
  const sigma = 0.3 * ((kernel - 1) * 0.5 - 1) + 0.8;
  const middle = (kernel - 1) / 2;
  const weights = Float64Array.from(
    { length: kernel },
    (_, at) => Math.exp(-((at - middle) ** 2) / (2 * sigma * sigma)),
  );
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / sum);
}

export interface Part {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Blurs `picture` (width x height) and answers the pixels of `part`, which may lie partly outside: those are 0. */
export function blurPart(
  picture: Uint8Array,
  width: number,
  height: number,
  kernel: number,
  part: Part,
): Uint8Array {
  const out = new Uint8Array(part.width * part.height);
  if (kernel <= 1) {
    copyPart(picture, width, height, part, out);
    return out;
  }
  const weights = gaussianWeights(kernel);
  const half = (kernel - 1) / 2;
  const [left, right] = [Math.max(0, part.x), Math.min(width, part.x + part.width)];
  const [top, bottom] = [Math.max(0, part.y), Math.min(height, part.y + part.height)];
  if (left >= right || top >= bottom) return out;
  const columns = right - left;
  const fromRow = Math.max(0, top - half);
  const toRow = Math.min(height, bottom + half);
  const across = new Float32Array(columns * height);
  for (let y = fromRow; y < toRow; y++) {
    const row = y * width;
    for (let x = left; x < right; x++) {
      let sum = 0;
      for (let at = 0; at < kernel; at++) {
        sum += weights[at]! * picture[row + mirrored(x + at - half, width)]!;
      }
      across[y * columns + x - left] = sum;
    }
  }
  for (let y = top; y < bottom; y++) {
    for (let x = 0; x < columns; x++) {
      let sum = 0;
      for (let at = 0; at < kernel; at++) {
        sum += weights[at]! * across[mirrored(y + at - half, height) * columns + x]!;
      }
      out[(y - part.y) * part.width + x + left - part.x] = Math.round(sum);
    }
  }
  return out;
}

function copyPart(picture: Uint8Array, width: number, height: number, part: Part, out: Uint8Array): void {
  for (let y = 0; y < part.height; y++) {
    for (let x = 0; x < part.width; x++) {
      const [px, py] = [part.x + x, part.y + y];
      if (px >= 0 && px < width && py >= 0 && py < height) {
        out[y * part.width + x] = picture[py * width + px]!;
      }
    }
  }
}

function mirrored(at: number, length: number): number {
  if (length === 1) return 0;
  while (at < 0 || at >= length) at = at < 0 ? -at : 2 * length - 2 - at;
  return at;
}
