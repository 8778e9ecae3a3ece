/**
 * Pastes a video engine's square RGB patch into a frame: turned into luma and chroma once when it arrives, stretched to
 * the box (bilinear), matched in colour and blended by the mask and the stage's opacity.
 *
 * In: patches of any side, a placement that may change with every frame and leave the picture. Out: changed bytes of the
 * frame. Stage's thread; allocates nothing once the largest patch and box were seen. Colours are BT.601 limited range.
 * A chroma sample is the mean of its four pixels, each blended by its own mask, so boxes of any parity are right: that is
 * why two rows are done at a time.
 */
import type { Box, I420Frame, PatchPlacement } from "../avatar/mod.ts";
import { BLEND_BITS, BLEND_HALF, blended, MaskAlpha, VALUE_BITS } from "./blend.ts";
import { ColourMatch } from "./colour_match.ts";
import { ACROSS_SHIFT, Stretch, WEIGHT_BITS } from "./stretch.ts";

export interface PatchPasterOptions {
  /** Whether a cast of the patch is taken out where it meets the picture. Default true. */
  readonly matchesColour?: boolean;
}

/** Places in each direction at which colours are compared, about. */
const MEASURED = 48;
const VALUE_ONE = 1 << VALUE_BITS;

export class PatchPaster {
  readonly #match: ColourMatch | undefined;
  readonly #stretch = new Stretch();
  readonly #alpha = new MaskAlpha();
  // Two rows of the patch stretched downwards, and two of opacities 0..65536 from column #left on.
  #upper = new Int32Array(0);
  #lower = new Int32Array(0);
  #upperAlpha = new Int32Array(0);
  #lowerAlpha = new Int32Array(0);
  // What of the box lies in the picture, widened to whole chroma samples.
  #left = 0;
  #right = 0;
  #top = 0;
  #bottom = 0;
  /** Columns from #left that the newest row of opacities covers; none where the last is before the first. */
  #firstOpen = 0;
  #lastOpen = -1;

  constructor({ matchesColour = true }: PatchPasterOptions = {}) {
    this.#match = matchesColour ? new ColourMatch() : undefined;
  }

  /** Takes a new patch: side * side RGB pixels, rows from the top. */
  take(rgb: Uint8Array, side: number): void {
    this.#stretch.take(rgb, side);
  }

  /** Another utterance or clip: colours are matched anew. */
  forget(): void {
    this.#match?.forget();
  }

  /** Blends the last patch into `into` where the mask says, times `opacity` 0..1. */
  paste(into: I420Frame, { box, mask }: PatchPlacement, opacity: number): void {
    if (this.#stretch.side === 0 || opacity <= 0 || !this.#clip(into, box)) return;
    this.#makeRoom();
    this.#stretch.columns(this.#left, this.#right, box.x, box.width);
    this.#measure(into, box, mask);
    this.#alpha.set(opacity);
    for (let y = this.#top; y < this.#bottom; y += 2) {
      this.#open(box, mask, y, this.#upperAlpha);
      const [first, last] = [this.#firstOpen, this.#lastOpen];
      this.#open(box, mask, y + 1, this.#lowerAlpha);
      const from = Math.min(first, this.#firstOpen) & ~1;
      const to = Math.max(last, this.#lastOpen) | 1;
      if (to > from) this.#pasteRows(into, box, y, from, to);
    }
  }

  /** False where the box has no pixel in the picture. */
  #clip({ width, height }: I420Frame, { x, y, width: wide, height: high }: Box): boolean {
    this.#left = Math.max(0, x) & ~1;
    this.#top = Math.max(0, y) & ~1;
    this.#right = (Math.min(width, x + wide) + 1) & ~1;
    this.#bottom = (Math.min(height, y + high) + 1) & ~1;
    return wide > 0 && high > 0 && x < width && y < height && x + wide > 0 && y + high > 0;
  }

  #makeRoom(): void {
    const { rowLength } = this.#stretch;
    if (rowLength > this.#upper.length) {
      this.#upper = new Int32Array(rowLength);
      this.#lower = new Int32Array(rowLength);
    }
    const width = this.#right - this.#left;
    if (width > this.#upperAlpha.length) {
      this.#upperAlpha = new Int32Array(width);
      this.#lowerAlpha = new Int32Array(width);
    }
  }

  /** Opacities of row `y` of the picture: 0 outside the box. Sets #firstOpen and #lastOpen. */
  #open({ x, y: boxY, width, height }: Box, mask: Uint8Array, y: number, alpha: Int32Array): void {
    const left = this.#left;
    const count = this.#right - left;
    alpha.fill(0, 0, count);
    this.#firstOpen = count;
    this.#lastOpen = -1;
    if (y < boxY || y >= boxY + height) return;
    const maskAt = (y - boxY) * width - x + left;
    let from = Math.max(0, x - left);
    let to = Math.min(count, x + width - left) - 1;
    while (from <= to && mask[maskAt + from] === 0) from++;
    while (to >= from && mask[maskAt + to] === 0) to--;
    if (to < from) return;
    this.#firstOpen = from;
    this.#lastOpen = to;
    const alphas = this.#alpha.of;
    for (let at = from; at <= to; at++) alpha[at] = alphas[mask[maskAt + at]!]!;
  }

  /** Rows `y` (even) and `y + 1`, columns `from` (even) to `to` (odd) from #left. */
  #pasteRows({ bytes, width, height }: I420Frame, box: Box, y: number, from: number, to: number): void {
    const { first, across } = this.#stretch;
    const upper = this.#upper, lower = this.#lower;
    const upperAlpha = this.#upperAlpha, lowerAlpha = this.#lowerAlpha;
    this.#stretch.row(y - box.y, box.height, first[from]!, first[to]!, upper);
    this.#stretch.row(y + 1 - box.y, box.height, first[from]!, first[to]!, lower);
    const lumaOff = Math.round((this.#match?.luma ?? 0) * VALUE_ONE);
    const uOff = Math.round((this.#match?.u ?? 0) * VALUE_ONE);
    const vOff = Math.round((this.#match?.v ?? 0) * VALUE_ONE);
    let out = y * width + this.#left + from;
    let u = width * height + (y * width >> 2) + ((this.#left + from) >> 1);
    let v = u + (width * height >> 2);
    for (let x = from; x < to; x += 2, out += 2, u++, v++) {
      const a = upperAlpha[x]!, b = upperAlpha[x + 1]!, c = lowerAlpha[x]!, d = lowerAlpha[x + 1]!;
      if ((a | b | c | d) === 0) continue;
      const left = first[x]!, right = first[x + 1]!;
      const leftPart = across[x]!, rightPart = across[x + 1]!;
      const below = out + width;
      bytes[out] = blended(bytes[out]!, between(upper, left, leftPart) + lumaOff, a);
      bytes[out + 1] = blended(bytes[out + 1]!, between(upper, right, rightPart) + lumaOff, b);
      bytes[below] = blended(bytes[below]!, between(lower, left, leftPart) + lumaOff, c);
      bytes[below + 1] = blended(bytes[below + 1]!, between(lower, right, rightPart) + lumaOff, d);
      const uBelow = (bytes[u]! << VALUE_BITS) - uOff;
      bytes[u] = bytes[u]! + ((Math.imul(between(upper, left + 1, leftPart) - uBelow, a >> 2) +
        Math.imul(between(upper, right + 1, rightPart) - uBelow, b >> 2) +
        Math.imul(between(lower, left + 1, leftPart) - uBelow, c >> 2) +
        Math.imul(between(lower, right + 1, rightPart) - uBelow, d >> 2) + BLEND_HALF) >> BLEND_BITS);
      const vBelow = (bytes[v]! << VALUE_BITS) - vOff;
      bytes[v] = bytes[v]! + ((Math.imul(between(upper, left + 2, leftPart) - vBelow, a >> 2) +
        Math.imul(between(upper, right + 2, rightPart) - vBelow, b >> 2) +
        Math.imul(between(lower, left + 2, leftPart) - vBelow, c >> 2) +
        Math.imul(between(lower, right + 2, rightPart) - vBelow, d >> 2) + BLEND_HALF) >> BLEND_BITS);
    }
  }

  /** Compares colours at a grid of places, where the mask is half open. */
  #measure({ bytes, width, height }: I420Frame, box: Box, mask: Uint8Array): void {
    const match = this.#match;
    if (match === undefined) return;
    const { first, across } = this.#stretch;
    const row = this.#upper;
    const stepX = Math.ceil(box.width / MEASURED);
    const stepY = Math.ceil(box.height / MEASURED);
    const top = Math.max(0, box.y), bottom = Math.min(height, box.y + box.height);
    const left = Math.max(0, box.x), right = Math.min(width, box.x + box.width);
    match.begin();
    for (let y = top; y < bottom; y += stepY) {
      const maskAt = (y - box.y) * box.width - box.x;
      let isStretched = false;
      for (let x = left; x < right; x += stepX) {
        const opacity = mask[maskAt + x]!;
        if (opacity === 0 || opacity === 255) continue;
        const at = x - this.#left;
        if (!isStretched) {
          this.#stretch.row(y - box.y, box.height, first[at]!, first[right - 1 - this.#left]!, row);
        }
        isStretched = true;
        const chroma = width * height + (y >> 1) * (width >> 1) + (x >> 1);
        const place = first[at]!;
        const part = across[at]!;
        match.add(
          opacity,
          bytes[y * width + x]! - between(row, place, part) / VALUE_ONE,
          bytes[chroma]! - between(row, place + 1, part) / VALUE_ONE,
          bytes[chroma + (width * height >> 2)]! - between(row, place + 2, part) / VALUE_ONE,
        );
      }
    }
    match.end();
  }
}

/** The value `part` of the way from the one at `at` to its neighbour on the right. */
function between(row: Int32Array, at: number, part: number): number {
  const value = row[at]!;
  return ((value << WEIGHT_BITS) + Math.imul(row[at + 3]! - value, part)) >> ACROSS_SHIFT;
}
