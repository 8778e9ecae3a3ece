/**
 * Cuts a box out of a picture and resizes it to a square, as the engines' own preparations do.
 *
 * In: RGB of a frame, a box inside it, a side. Out: RGB of side x side. Kernels as OpenCV names them: both read the nearest
 * pixels without smoothing. "linear" counts in OpenCV's fixed point and gives its bytes; "lanczos4" is within one of them.
 * Main thread.
 */
import { roundHalfEven } from "../../features/mod.ts";
import type { Edges } from "../../film/mod.ts";

export type ResizeKernel = "linear" | "lanczos4";

interface Taps {
  readonly first: Int32Array;
  /** LANCZOS_TAPS weights for each of the side's places. */
  readonly weights: Float64Array;
}

const LANCZOS_TAPS = 8;

/** `width` is the picture's; throws RangeError where the box is empty or leaves the picture. */
export function cutResized(
  rgb: Uint8Array,
  width: number,
  box: Edges,
  side: number,
  kernel: ResizeKernel,
): Uint8Array {
  const [x1, y1, x2, y2] = box;
  const isInside = x1 >= 0 && y1 >= 0 && x2 <= width && y2 * width * 3 <= rgb.length;
  if (!(isInside && x2 > x1 && y2 > y1)) {
    throw new RangeError(`a box of ${box.join(", ")} to cut, wanted one inside the picture`);
  }
  if (kernel === "lanczos4") return lanczos(rgb, width, box, side);
  // Where it halves a picture, OpenCV's linear is its area: the mean of four pixels.
  const isHalved = x2 - x1 === 2 * side && y2 - y1 === 2 * side;
  return isHalved ? halved(rgb, width, box, side) : linear(rgb, width, box, side);
}

function halved(rgb: Uint8Array, width: number, [x1, y1]: Edges, side: number): Uint8Array {
  const out = new Uint8Array(side * side * 3);
  const row = width * 3;
  for (let y = 0, into = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const from = ((y1 + 2 * y) * width + x1 + 2 * x) * 3;
      for (let at = from; at < from + 3; at++, into++) {
        out[into] = (rgb[at]! + rgb[at + 3]! + rgb[at + row]! + rgb[at + row + 3]! + 2) >> 2;
      }
    }
  }
  return out;
}

function lanczos(rgb: Uint8Array, width: number, [x1, y1, x2, y2]: Edges, side: number): Uint8Array {
  const [from, rows] = [x2 - x1, y2 - y1];
  const across = lanczosTaps(from, side);
  const down = lanczosTaps(rows, side);
  const stride = side * 3;
  const between = new Float32Array(rows * stride);
  for (let y = 0; y < rows; y++) {
    const row = ((y1 + y) * width + x1) * 3;
    for (let x = 0, into = y * stride; x < side; x++, into += 3) {
      let [red, green, blue] = [0, 0, 0];
      const first = across.first[x]!;
      for (let tap = 0; tap < LANCZOS_TAPS; tap++) {
        const weight = across.weights[x * LANCZOS_TAPS + tap]!;
        const at = row + clamp(first + tap, from) * 3;
        red += weight * rgb[at]!;
        green += weight * rgb[at + 1]!;
        blue += weight * rgb[at + 2]!;
      }
      between[into] = red;
      between[into + 1] = green;
      between[into + 2] = blue;
    }
  }
  const out = new Uint8ClampedArray(side * side * 3);
  for (let y = 0; y < side; y++) {
    for (let at = 0; at < stride; at++) {
      let sum = 0;
      for (let tap = 0; tap < LANCZOS_TAPS; tap++) {
        sum += down.weights[y * LANCZOS_TAPS + tap]! *
          between[clamp(down.first[y]! + tap, rows) * stride + at]!;
      }
      out[y * stride + at] = Math.round(sum);
    }
  }
  return new Uint8Array(out.buffer);
}

function lanczosTaps(from: number, to: number): Taps {
  const scale = from / to;
  const first = new Int32Array(to);
  const weights = new Float64Array(to * LANCZOS_TAPS);
  for (let place = 0; place < to; place++) {
    const position = (place + 0.5) * scale - 0.5;
    const whole = Math.floor(position);
    const part = position - whole;
    first[place] = whole - 3;
    const at = place * LANCZOS_TAPS;
    let sum = 0;
    for (let tap = 0; tap < LANCZOS_TAPS; tap++) sum += weights[at + tap] = lanczos4(part + 3 - tap);
    for (let tap = 0; tap < LANCZOS_TAPS; tap++) weights[at + tap]! /= sum;
  }
  return { first, weights };
}

/** Weights of 11 bits, sums that lose their last bits on the way: imgproc/src/resize.cpp for bytes. */
function linear(rgb: Uint8Array, width: number, [x1, y1, x2, y2]: Edges, side: number): Uint8Array {
  const across = fixedTaps(x2 - x1, side, true);
  const down = fixedTaps(y2 - y1, side, false);
  const stride = side * 3;
  const [upper, lower] = [new Int32Array(stride), new Int32Array(stride)];
  const readRow = (y: number, into: Int32Array) => {
    const row = ((y1 + y) * width + x1) * 3;
    for (let x = 0, at = 0; x < side; x++, at += 3) {
      const left = row + across.first[x]! * 3;
      const right = row + across.second[x]! * 3;
      const [a, b] = [across.weight[x]!, across.other[x]!];
      into[at] = rgb[left]! * a + rgb[right]! * b;
      into[at + 1] = rgb[left + 1]! * a + rgb[right + 1]! * b;
      into[at + 2] = rgb[left + 2]! * a + rgb[right + 2]! * b;
    }
  };
  const out = new Uint8Array(side * stride);
  for (let y = 0; y < side; y++) {
    readRow(down.first[y]!, upper);
    readRow(down.second[y]!, lower);
    const [a, b] = [down.weight[y]!, down.other[y]!];
    for (let at = 0; at < stride; at++) {
      out[y * stride + at] = ((a * (upper[at]! >> 4) >> 16) + (b * (lower[at]! >> 4) >> 16) + 2) >> 2;
    }
  }
  return out;
}

const FIXED_ONE = 2048;

/** At the edges a pixel is read twice; across, it is read once with the whole weight, which loses fewer bits. */
function fixedTaps(from: number, to: number, isAcross: boolean) {
  const scale = from / to;
  const [first, second] = [new Int32Array(to), new Int32Array(to)];
  const [weight, other] = [new Int32Array(to), new Int32Array(to)];
  for (let place = 0; place < to; place++) {
    const position = Math.fround((place + 0.5) * scale - 0.5);
    let whole = Math.floor(position);
    let part = Math.fround(position - whole);
    if (isAcross && whole < 0) [whole, part] = [0, 0];
    if (isAcross && whole >= from - 1) [whole, part] = [from - 1, 0];
    first[place] = clamp(whole, from);
    second[place] = clamp(whole + 1, from);
    weight[place] = roundHalfEven(Math.fround(1 - part) * FIXED_ONE);
    other[place] = roundHalfEven(part * FIXED_ONE);
  }
  return { first, second, weight, other };
}

/** sinc(x) sinc(x / 4). */
function lanczos4(x: number): number {
  if (Math.abs(x) < 1e-9) return 1;
  if (Math.abs(x) >= 4) return 0;
  const angle = Math.PI * x;
  return 4 * Math.sin(angle) * Math.sin(angle / 4) / (angle * angle);
}

function clamp(at: number, length: number): number {
  return at < 0 ? 0 : at >= length ? length - 1 : at;
}
