/**
 * A contour of the face as a height over x: a smooth line through a few points of the mesh, sampled once a pixel.
 *
 * In: points from left to right. Out: y at any x, level beyond the ends. Made at loading; reading allocates nothing.
 */
import type { Mesh } from "./mesh.ts";

/** Points nearer to each other than this are one: a turned face lays some of them over one another. */
const STEP_MIN = 0.25;

export class Curve {
  readonly #from: number;
  readonly #values: Float32Array;

  /** `xs` rise; the line is a cubic that never overshoots its points (Fritsch and Carlson 1980). */
  constructor(xs: readonly number[], ys: readonly number[], from: number, to: number) {
    const [x, y] = rising(xs, ys);
    const slopes = monotoneSlopes(x, y);
    this.#from = Math.floor(from);
    this.#values = new Float32Array(Math.ceil(to) - this.#from + 2);
    let at = 0;
    for (let index = 0; index < this.#values.length; index++) {
      const place = this.#from + index;
      while (at < x.length - 2 && place > x[at + 1]!) at++;
      this.#values[index] = place <= x[0]!
        ? y[0]!
        : place >= x.at(-1)!
        ? y.at(-1)!
        : hermite(x[at]!, x[at + 1]!, y[at]!, y[at + 1]!, slopes[at]!, slopes[at + 1]!, place);
    }
  }

  static through(mesh: Mesh, indices: readonly number[], from: number, to: number): Curve {
    return new Curve(indices.map((index) => mesh.x(index)), indices.map((index) => mesh.y(index)), from, to);
  }

  at(x: number): number {
    const values = this.#values;
    const place = Math.min(Math.max(x - this.#from, 0), values.length - 1.001);
    const index = Math.floor(place);
    const low = values[index]!;
    return low + (values[index + 1]! - low) * (place - index);
  }
}

function rising(xs: readonly number[], ys: readonly number[]): [number[], number[]] {
  const x: number[] = [xs[0]!];
  const y: number[] = [ys[0]!];
  for (let index = 1; index < xs.length; index++) {
    if (xs[index]! < x.at(-1)! + STEP_MIN) continue;
    x.push(xs[index]!);
    y.push(ys[index]!);
  }
  if (x.length < 2) {
    x.push(x[0]! + STEP_MIN);
    y.push(y[0]!);
  }
  return [x, y];
}

/** Slopes at the points that keep a cubic between them monotone. */
function monotoneSlopes(x: readonly number[], y: readonly number[]): number[] {
  const secants = x.slice(1).map((right, index) => (y[index + 1]! - y[index]!) / (right - x[index]!));
  return x.map((_, index) => {
    const before = secants[index - 1];
    const after = secants[index];
    if (before === undefined) return after!;
    if (after === undefined) return before;
    if (before * after <= 0) return 0;
    return 2 / (1 / before + 1 / after);
  });
}

function hermite(x0: number, x1: number, y0: number, y1: number, m0: number, m1: number, x: number): number {
  const h = x1 - x0;
  const t = (x - x0) / h;
  const s = 1 - t;
  return y0 * (1 + 2 * t) * s * s + m0 * h * t * s * s + y1 * t * t * (3 - 2 * t) - m1 * h * t * t * s;
}
