/**
 * A contour of the face as a height over x: a smooth line through a few points of the mesh, sampled once a pixel.
 *
 * In: points from left to right. Out: y at any x, level beyond the ends. Made at loading for a photo, laid anew with
 * every frame for a film: neither that nor reading allocates anything. One thread at a time.
 */
import type { Mesh } from "./mesh.ts";

/** Points nearer to each other than this are one: a turned face lays some of them over one another. */
const STEP_MIN = 0.25;
const POINTS_MAX = 40;

// The points that rise, and the slopes at them, of the line being laid.
const risingX = new Float64Array(POINTS_MAX);
const risingY = new Float64Array(POINTS_MAX);
const slope = new Float64Array(POINTS_MAX);
// Points of the mesh on their way into lay().
const meshX = new Float64Array(POINTS_MAX);
const meshY = new Float64Array(POINTS_MAX);

export class Curve {
  #from = 0;
  #length = 0;
  readonly #values: Float32Array;

  /** Has room for `lengthMax` pixels; lay() before reading. */
  constructor(lengthMax: number) {
    this.#values = new Float32Array(lengthMax);
  }

  /** `xs` rise. */
  static of(xs: readonly number[], ys: readonly number[], from: number, to: number): Curve {
    const curve = new Curve(lengthOf(from, to));
    curve.lay(Float64Array.from(xs), Float64Array.from(ys), xs.length, from, to);
    return curve;
  }

  static through(mesh: Mesh, indices: readonly number[], from: number, to: number): Curve {
    const curve = new Curve(lengthOf(from, to));
    curve.layThrough(mesh, indices, from, to);
    return curve;
  }

  layThrough(mesh: Mesh, indices: readonly number[], from: number, to: number): void {
    for (let at = 0; at < indices.length; at++) {
      meshX[at] = mesh.x(indices[at]!);
      meshY[at] = mesh.y(indices[at]!);
    }
    this.lay(meshX, meshY, indices.length, from, to);
  }

  /**
   * Takes the first `count` of `xs` (which rise) and `ys`; the line is a cubic that never overshoots its points (Fritsch
   * and Carlson 1980). What does not fit between `from` and `to` into the room that there is is level.
   */
  lay(xs: Float64Array, ys: Float64Array, count: number, from: number, to: number): void {
    const last = settle(rise(xs, ys, count));
    const values = this.#values;
    this.#from = Math.floor(from);
    this.#length = Math.min(values.length, lengthOf(from, to));
    let at = 0;
    for (let index = 0; index < this.#length; index++) {
      const place = this.#from + index;
      while (at < last - 1 && place > risingX[at + 1]!) at++;
      values[index] = place <= risingX[0]! ? risingY[0]! : place >= risingX[last]! ? risingY[last]! : hermite(
        risingX[at]!,
        risingX[at + 1]!,
        risingY[at]!,
        risingY[at + 1]!,
        slope[at]!,
        slope[at + 1]!,
        place,
      );
    }
  }

  at(x: number): number {
    const values = this.#values;
    const place = Math.min(Math.max(x - this.#from, 0), this.#length - 1.001);
    const index = Math.floor(place);
    const low = values[index]!;
    return low + (values[index + 1]! - low) * (place - index);
  }
}

/** Pixels from `from` to `to`, at least two. */
function lengthOf(from: number, to: number): number {
  return Math.max(2, Math.ceil(to) - Math.floor(from) + 2);
}

/** Leaves out the points that do not rise. The index of the last one that is left. */
function rise(xs: Float64Array, ys: Float64Array, count: number): number {
  risingX[0] = xs[0]!;
  risingY[0] = ys[0]!;
  let last = 0;
  for (let index = 0; index < count; index++) {
    if (!(xs[index]! >= risingX[last]! + STEP_MIN)) continue;
    last++;
    risingX[last] = xs[index]!;
    risingY[last] = ys[index]!;
  }
  if (last === 0) {
    last = 1;
    risingX[1] = risingX[0]! + STEP_MIN;
    risingY[1] = risingY[0]!;
  }
  return last;
}

/** Slopes at the points that keep a cubic between them monotone. Answers `last`. */
function settle(last: number): number {
  for (let index = 0; index <= last; index++) {
    const before = index > 0 ? secant(index - 1) : secant(0);
    const after = index < last ? secant(index) : before;
    slope[index] = index === 0 || index === last
      ? (index === 0 ? after : before)
      : before * after <= 0
      ? 0
      : 2 / (1 / before + 1 / after);
  }
  return last;
}

function secant(piece: number): number {
  return (risingY[piece + 1]! - risingY[piece]!) / (risingX[piece + 1]! - risingX[piece]!);
}

function hermite(x0: number, x1: number, y0: number, y1: number, m0: number, m1: number, x: number): number {
  const h = x1 - x0;
  const t = (x - x0) / h;
  const s = 1 - t;
  return y0 * (1 + 2 * t) * s * s + m0 * h * t * s * s + y1 * t * t * (3 - 2 * t) - m1 * h * t * t * s;
}
