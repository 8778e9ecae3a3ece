/**
 * A square RGB patch as luma and chroma, and how it is stretched to a box: bilinear as OpenCV's INTER_LINEAR, pixel
 * middles at halves, edges repeated, no smoothing when shrinking, weights of 11 bits.
 *
 * In: RGB of any side, then the box's size. Out: rows between two of the patch's rows, and for each column of the picture
 * where between two pixels of such a row it lies. Stage's thread; grows to the largest patch and box seen and allocates
 * nothing else. Y, U and V lie side by side; they are BT.601 limited range with VALUE_BITS behind the point.
 */
import { VALUE_BITS } from "./blend.ts";

export const WEIGHT_BITS = 11;
/** Bits behind the point of stretched rows, beyond VALUE_BITS. */
const ROW_BITS = 4;
const DOWN_SHIFT = WEIGHT_BITS - ROW_BITS;
const DOWN_HALF = 1 << (DOWN_SHIFT - 1);
export const ACROSS_SHIFT = WEIGHT_BITS + ROW_BITS;
const WEIGHT_ONE = 1 << WEIGHT_BITS;

export class Stretch {
  side = 0;
  /** For each column from the `left` of columns(): index of the pixel to its left in a row, and how far from it. */
  first = new Int32Array(0);
  across = new Int32Array(0);
  #values = new Int16Array(0);

  /** Takes side * side RGB pixels. Coefficients are those of ITU-R BT.601 times 219/255 or 224/255, times 65536. */
  take(rgb: Uint8Array, side: number): void {
    const count = side * side * 3;
    if (count > this.#values.length) this.#values = new Int16Array(count);
    this.side = side;
    const values = this.#values;
    for (let at = 0; at < count; at += 3) {
      const red = rgb[at]!, green = rgb[at + 1]!, blue = rgb[at + 2]!;
      values[at] = ((16829 * red + 33039 * green + 6416 * blue + 512) >> 10) + (16 << VALUE_BITS);
      values[at + 1] = ((-9714 * red - 19070 * green + 28784 * blue + 512) >> 10) + (128 << VALUE_BITS);
      values[at + 2] = ((28784 * red - 24103 * green - 4681 * blue + 512) >> 10) + (128 << VALUE_BITS);
    }
  }

  /** Makes `first` and `across` for the picture's columns `left` to before `right`, of a box at `x`. */
  columns(left: number, right: number, x: number, width: number): void {
    const count = right - left;
    if (count > this.first.length) {
      this.first = new Int32Array(count);
      this.across = new Int32Array(count);
    }
    const { side, first, across } = this;
    for (let at = 0; at < count; at++) {
      const place = placeOf(left + at - x, side, width);
      first[at] = Math.floor(place) * 3;
      across[at] = Math.round((place % 1) * WEIGHT_ONE);
    }
  }

  /** Pixels that a row of row() needs room for. */
  get rowLength(): number {
    return (this.side + 1) * 3;
  }

  /** Row `y` of a box of `height` rows, of the patch's own width; values from index `from` to the pixel at `to`. */
  row(y: number, height: number, from: number, to: number, row: Int32Array): void {
    const { side } = this;
    const values = this.#values;
    const place = placeOf(y, side, height);
    const whole = Math.floor(place);
    const down = Math.round((place - whole) * WEIGHT_ONE);
    const top = whole * side * 3;
    const bottom = Math.min(side - 1, whole + 1) * side * 3;
    const end = Math.min(to + 6, side * 3);
    for (let at = from; at < end; at++) {
      const upper = values[top + at]!;
      row[at] = ((upper << WEIGHT_BITS) + Math.imul(values[bottom + at]! - upper, down) + DOWN_HALF) >>
        DOWN_SHIFT;
    }
    // The last pixel is its own neighbour to the right.
    const beyond = side * 3;
    if (end === beyond) { for (let at = beyond; at < beyond + 3; at++) row[at] = row[at - 3]!; }
  }
}

/** Where the middle of pixel `at` of `to` lies between the middles of `from` pixels. */
function placeOf(at: number, from: number, to: number): number {
  return Math.max(0, Math.min(from - 1, (at + 0.5) * from / to - 0.5));
}
