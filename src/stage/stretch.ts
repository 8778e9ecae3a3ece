/**
 * Bilinear stretching of a square plane, row by row, as OpenCV's INTER_LINEAR does it: pixel middles at halves, edges
 * repeated, no smoothing when shrinking.
 *
 * In: a plane of floats, the wanted size. Out: one row of it at a time. Tables are made anew only when a size changes
 * and grow to the largest seen; nothing else is allocated.
 */
export class Stretch {
  #side = 0;
  #width = 0;
  #height = 0;
  #first = new Uint16Array(0);
  #second = new Uint16Array(0);
  #across = new Float32Array(0);
  #top = new Uint16Array(0);
  #bottom = new Uint16Array(0);
  #down = new Float32Array(0);
  /** One row of the source between two of its rows. */
  #between = new Float32Array(0);

  set(side: number, width: number, height: number): void {
    if (side === this.#side && width === this.#width && height === this.#height) return;
    if (width > this.#first.length) {
      this.#first = new Uint16Array(width);
      this.#second = new Uint16Array(width);
      this.#across = new Float32Array(width);
    }
    if (height > this.#top.length) {
      this.#top = new Uint16Array(height);
      this.#bottom = new Uint16Array(height);
      this.#down = new Float32Array(height);
    }
    if (side > this.#between.length) this.#between = new Float32Array(side);
    fill(side, width, this.#first, this.#second, this.#across);
    fill(side, height, this.#top, this.#bottom, this.#down);
    this.#side = side;
    this.#width = width;
    this.#height = height;
  }

  /** Row `y` of the stretched `plane`, columns `from` to before `to`, into `row` at the same columns. */
  row(plane: Float32Array, y: number, from: number, to: number, row: Float32Array): void {
    const between = this.#between;
    const first = this.#first;
    const second = this.#second;
    const across = this.#across;
    const top = this.#top[y]! * this.#side;
    const bottom = this.#bottom[y]! * this.#side;
    const down = this.#down[y]!;
    const last = second[to - 1]!;
    for (let x = first[from]!; x <= last; x++) {
      const upper = plane[top + x]!;
      between[x] = upper + (plane[bottom + x]! - upper) * down;
    }
    for (let x = from; x < to; x++) {
      const left = between[first[x]!]!;
      row[x] = left + (between[second[x]!]! - left) * across[x]!;
    }
  }
}

function fill(from: number, to: number, first: Uint16Array, second: Uint16Array, part: Float32Array): void {
  for (let at = 0; at < to; at++) {
    const position = Math.max(0, Math.min(from - 1, (at + 0.5) * from / to - 0.5));
    const whole = Math.floor(position);
    first[at] = whole;
    second[at] = Math.min(from - 1, whole + 1);
    part[at] = position - whole;
  }
}
