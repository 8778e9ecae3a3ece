/**
 * Gaussian blur of a grey picture as OpenCV's GaussianBlur(picture, (k, k), 0) does it.
 *
 * In: bytes of any size, an odd kernel. Out: bytes of a part of it. Sigma is 0.3 ((k - 1) / 2 - 1) + 0.8; edges are
 * mirrored without repeating the last pixel. Main thread; rows without anything in them cost nothing.
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
  const weights = gaussianWeights(kernel);
  const half = (kernel - 1) / 2;
  const [left, right] = [Math.max(0, part.x), Math.min(width, part.x + part.width)];
  const [top, bottom] = [Math.max(0, part.y), Math.min(height, part.y + part.height)];
  if (left >= right || top >= bottom) return out;
  const columns = right - left;
  const line = new Float32Array(columns + 2 * half);
  /** Of each row that was wanted, blurred to the sides; null where the row is empty. */
  const rows = new Map<number, Float32Array | null>();
  const rowAt = (y: number): Float32Array | null => {
    const at = mirrored(y, height);
    let row = rows.get(at);
    if (row === undefined) rows.set(at, row = blurRow(picture, at * width, width, left, line, weights, half));
    return row;
  };
  const sums = new Float32Array(columns);
  for (let y = top; y < bottom; y++) {
    sums.fill(0);
    for (let tap = 0; tap < kernel; tap++) {
      const row = rowAt(y + tap - half);
      if (row === null) continue;
      const weight = weights[tap]!;
      for (let x = 0; x < columns; x++) sums[x]! += weight * row[x]!;
    }
    const into = (y - part.y) * part.width + left - part.x;
    for (let x = 0; x < columns; x++) out[into + x] = Math.round(sums[x]!);
  }
  return out;
}

function blurRow(
  picture: Uint8Array,
  from: number,
  width: number,
  left: number,
  line: Float32Array,
  weights: Float64Array,
  half: number,
): Float32Array | null {
  let isEmpty = true;
  for (let at = 0; at < line.length; at++) {
    const value = line[at] = picture[from + mirrored(left + at - half, width)]!;
    if (value !== 0) isEmpty = false;
  }
  if (isEmpty) return null;
  const row = new Float32Array(line.length - 2 * half);
  for (let x = 0; x < row.length; x++) {
    // Both halves of the kernel are alike.
    let sum = weights[half]! * line[x + half]!;
    for (let tap = 0; tap < half; tap++) sum += weights[tap]! * (line[x + tap]! + line[x + 2 * half - tap]!);
    row[x] = sum;
  }
  return row;
}

function mirrored(at: number, length: number): number {
  if (length === 1) return 0;
  while (at < 0 || at >= length) at = at < 0 ? -at : 2 * length - 2 - at;
  return at;
}
