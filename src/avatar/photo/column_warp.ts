/**
 * Bends one column of a picture: heights in the bent picture answer heights in the still one, by knots.
 *
 * In: knots (where a height of the still picture goes, and how much of the column's sidewise shift it takes). Out:
 * pixels of the bent column, sampled bilinearly from the still picture. Between knots the map is a monotone cubic, so
 * nothing folds. One object serves all columns in turn; nothing is allocated.
 */

const KNOTS_MAX = 12;

export class ColumnWarp {
  /** Heights in the bent and in the still picture, rising. Set them, then call solve(). */
  readonly to = new Float64Array(KNOTS_MAX);
  readonly from = new Float64Array(KNOTS_MAX);
  /** How much of `shift` is taken at each knot. */
  readonly share = new Float64Array(KNOTS_MAX);
  /** Middle of the column, in pixels, and how far to its right the still picture is read where the share is 1. */
  x = 0;
  shift = 0;
  /** How far to the left the picture is read for each pixel that it is read farther down: a leaning face's "down". */
  lean = 0;
  /** Coefficients of each piece by the distance from its upper end: d + c h + b h² + a h³. */
  readonly #a = new Float64Array(KNOTS_MAX);
  readonly #b = new Float64Array(KNOTS_MAX);
  readonly #c = new Float64Array(KNOTS_MAX);
  readonly #slope = new Float64Array(KNOTS_MAX);

  /** Makes the map between the knots `first` and `last`. */
  solve(first: number, last: number): void {
    const { to, from } = this;
    // Near a knot things move without being stretched, as far as the neighbours allow it.
    for (let knot = first; knot <= last; knot++) {
      let steepest = 1;
      if (knot > first) steepest = Math.min(steepest, 3 * this.#secant(knot - 1));
      if (knot < last) steepest = Math.min(steepest, 3 * this.#secant(knot));
      this.#slope[knot] = steepest;
    }
    for (let piece = first; piece < last; piece++) {
      const h = to[piece + 1]! - to[piece]!;
      if (h < 1e-6) {
        this.#a[piece] = this.#b[piece] = this.#c[piece] = 0;
        continue;
      }
      const secant = (from[piece + 1]! - from[piece]!) / h;
      const m0 = this.#slope[piece]!;
      const m1 = this.#slope[piece + 1]!;
      this.#c[piece] = m0;
      this.#b[piece] = (3 * secant - 2 * m0 - m1) / h;
      this.#a[piece] = (m0 + m1 - 2 * secant) / (h * h);
    }
  }

  #secant(piece: number): number {
    const h = this.to[piece + 1]! - this.to[piece]!;
    // So short a piece cannot be seen, and must not stretch its neighbours.
    return h < 0.5 ? 1 : (this.from[piece + 1]! - this.from[piece]!) / h;
  }

  /**
   * Writes column `column` of a plane from row `top` to before row `bottom`, using the knots `first` to `last` only:
   * outside of them their own pixel is repeated. `scale` is pixels of the plane for one pixel of the picture: 1 for
   * luma, 0.5 for chroma; `cover` is the opacity of what is written.
   */
  sample(
    first: number,
    last: number,
    still: Uint8Array,
    bent: Uint8Array,
    at: number,
    width: number,
    height: number,
    column: number,
    top: number,
    bottom: number,
    scale: number,
    cover = 1,
  ): void {
    const { to, from, share, x, shift, lean } = this;
    const widest = width - 1.001;
    const lowest = height - 1.001;
    const step = 1 / scale;
    let piece = first;
    let row = top;
    let y = (top + 0.5) * step;
    let out = at + top * width + column;
    while (row < bottom) {
      while (piece < last - 1 && y >= to[piece + 1]!) piece++;
      // The map of these rows: to the next knot, or before the first or behind the last one.
      let start = to[piece]!;
      let end = to[piece + 1]!;
      let a = this.#a[piece]!, b = this.#b[piece]!, c = this.#c[piece]!, d = from[piece]!;
      let part0 = share[piece]!;
      let partOn = share[piece + 1]! - part0;
      if (y < start || y >= end) {
        a =
          b =
          c =
          partOn =
            0;
        if (y < start) end = start;
        else {
          d = from[piece + 1]!;
          part0 = share[piece + 1]!;
          end = Infinity;
        }
        start = y;
      }
      const perLength = end > start ? 1 / (end - start) : 0;
      for (; row < bottom && y < end; row++, y += step, out += width) {
        const h = y - start;
        const t = h * perLength;
        const sourceY = d + ((a * h + b) * h + c) * h;
        const part = part0 + partOn * t * t * (3 - 2 * t);
        let px = (x + shift * part - lean * (sourceY - y)) * scale - 0.5;
        let py = sourceY * scale - 0.5;
        px = px < 0 ? 0 : px > widest ? widest : px;
        py = py < 0 ? 0 : py > lowest ? lowest : py;
        const ix = px | 0;
        const iy = py | 0;
        const fx = px - ix;
        const fy = py - iy;
        const corner = at + iy * width + ix;
        const upper = still[corner]! + (still[corner + 1]! - still[corner]!) * fx;
        const lower = still[corner + width]! + (still[corner + width + 1]! - still[corner + width]!) * fx;
        const value = upper + (lower - upper) * fy;
        bent[out] = (cover === 1 ? value : bent[out]! + (value - bent[out]!) * cover) + 0.5;
      }
    }
  }
}
