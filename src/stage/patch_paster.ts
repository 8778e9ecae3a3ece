/**
 * Pastes a video engine's square RGB patch into a frame: turned into luma and chroma once when it arrives, stretched to
 * the box (bilinear), matched in colour and blended by the mask and the stage's opacity.
 *
 * In: patches of any side, a placement that may change with every frame and leave the picture. Out: changed bytes of the
 * frame. Stage's thread; allocates nothing once the largest patch and box were seen. Colours are BT.601 limited range.
 * A chroma sample is the mean of its four pixels, each blended by its own mask, so boxes of any parity are right.
 */
import type { I420Frame, PatchPlacement } from "../avatar/mod.ts";
import { blendRow } from "./blend_row.ts";
import { ColourMatch } from "./colour_match.ts";
import { Stretch } from "./stretch.ts";

export interface PatchPasterOptions {
  /** Whether a cast of the patch is taken out where it meets the picture. Default true. */
  readonly matchesColour?: boolean;
}

export class PatchPaster {
  readonly #match: ColourMatch | undefined;
  readonly #stretch = new Stretch();
  #side = 0;
  /** Y, U and V of the patch, each side * side, counted from 0 (limited range, offsets included). */
  #luma = new Float32Array(0);
  #u = new Float32Array(0);
  #v = new Float32Array(0);
  /** Rows of the stretched patch: one of luma, two of each chroma. */
  #row = new Float32Array(0);
  #u0 = new Float32Array(0);
  #u1 = new Float32Array(0);
  #v0 = new Float32Array(0);
  #v1 = new Float32Array(0);

  constructor({ matchesColour = true }: PatchPasterOptions = {}) {
    this.#match = matchesColour ? new ColourMatch() : undefined;
  }

  /** Takes a new patch: side * side RGB pixels, rows from the top. */
  take(rgb: Uint8Array, side: number): void {
    const pixels = side * side;
    if (pixels > this.#luma.length) {
      this.#luma = new Float32Array(pixels);
      this.#u = new Float32Array(pixels);
      this.#v = new Float32Array(pixels);
    }
    this.#side = side;
    const luma = this.#luma, u = this.#u, v = this.#v;
    // Coefficients of ITU-R BT.601 times 219/255 or 224/255.
    for (let pixel = 0, at = 0; pixel < pixels; pixel++, at += 3) {
      const red = rgb[at]!, green = rgb[at + 1]!, blue = rgb[at + 2]!;
      luma[pixel] = 16 + 0.256788 * red + 0.504129 * green + 0.097906 * blue;
      u[pixel] = 128 - 0.148223 * red - 0.290993 * green + 0.439216 * blue;
      v[pixel] = 128 + 0.439216 * red - 0.367788 * green - 0.071427 * blue;
    }
  }

  /** Another utterance or clip: colours are matched anew. */
  forget(): void {
    this.#match?.forget();
  }

  /** Blends the last patch into `into` where the mask says, times `opacity` 0..1. */
  paste(into: I420Frame, { box, mask }: PatchPlacement, opacity: number): void {
    const left = Math.max(0, box.x);
    const right = Math.min(into.width, box.x + box.width);
    const top = Math.max(0, box.y);
    const bottom = Math.min(into.height, box.y + box.height);
    if (this.#side === 0 || left >= right || top >= bottom) return;
    this.#stretch.set(this.#side, box.width, box.height);
    this.#makeRoom(box.width);
    this.#measure(into, box, mask, left, right, top, bottom);
    const weight = opacity / 255;
    const [from, to] = [left - box.x, right - box.x];
    for (let y = top; y < bottom; y++) {
      const maskAt = (y - box.y) * box.width;
      if (isClear(mask, maskAt + from, maskAt + to)) continue;
      this.#stretch.row(this.#luma, y - box.y, from, to, this.#row);
      blendRow(
        ...[into.bytes, y * into.width + left, this.#row, from, mask, maskAt + from, to - from] as const,
        ...[weight, this.#match?.luma ?? 0] as const,
      );
    }
    this.#pasteChroma(into, box, mask, weight, left, right, top, bottom);
  }

  /** Two rows of pixels at a time. */
  #pasteChroma(
    into: I420Frame,
    box: PatchPlacement["box"],
    mask: Uint8Array,
    weight: number,
    left: number,
    right: number,
    top: number,
    bottom: number,
  ): void {
    const { bytes, width, height } = into;
    const half = width >> 1;
    const uAt = width * height;
    const vAt = uAt + half * (height >> 1);
    const [from, to] = [left - box.x, right - box.x];
    const [uOff, vOff] = [this.#match?.u ?? 0, this.#match?.v ?? 0];
    const quarter = weight / 4;
    for (let row = top >> 1; row < (bottom + 1) >> 1; row++) {
      const upper = 2 * row - box.y;
      const lower = upper + 1;
      const hasUpper = 2 * row >= top;
      const hasLower = 2 * row + 1 < bottom;
      const upperAt = upper * box.width - box.x;
      const lowerAt = lower * box.width - box.x;
      const isUpperClear = !hasUpper || isClear(mask, upperAt + left, upperAt + right);
      const isLowerClear = !hasLower || isClear(mask, lowerAt + left, lowerAt + right);
      if (isUpperClear && isLowerClear) continue;
      if (!isUpperClear) this.#chromaRow(upper, from, to, this.#u0, this.#v0);
      if (!isLowerClear) this.#chromaRow(lower, from, to, this.#u1, this.#v1);
      const u0 = this.#u0, u1 = this.#u1, v0 = this.#v0, v1 = this.#v1;
      for (let column = left >> 1; column < (right + 1) >> 1; column++) {
        const x = 2 * column;
        const isLeft = x >= left;
        const isRight = x + 1 < right;
        const a = isUpperClear || !isLeft ? 0 : mask[upperAt + x]!;
        const b = isUpperClear || !isRight ? 0 : mask[upperAt + x + 1]!;
        const c = isLowerClear || !isLeft ? 0 : mask[lowerAt + x]!;
        const d = isLowerClear || !isRight ? 0 : mask[lowerAt + x + 1]!;
        const all = a + b + c + d;
        if (all === 0) continue;
        const at = x - box.x;
        const place = row * half + column;
        const u = (a && a * u0[at]!) + (b && b * u0[at + 1]!) + (c && c * u1[at]!) + (d && d * u1[at + 1]!);
        const v = (a && a * v0[at]!) + (b && b * v0[at + 1]!) + (c && c * v1[at]!) + (d && d * v1[at + 1]!);
        const uBelow = bytes[uAt + place]!;
        const vBelow = bytes[vAt + place]!;
        bytes[uAt + place] = clamped(uBelow + (u + (uOff - uBelow) * all) * quarter + 0.5);
        bytes[vAt + place] = clamped(vBelow + (v + (vOff - vBelow) * all) * quarter + 0.5);
      }
    }
  }

  #chromaRow(y: number, from: number, to: number, u: Float32Array, v: Float32Array): void {
    this.#stretch.row(this.#u, y, from, to, u);
    this.#stretch.row(this.#v, y, from, to, v);
  }

  /** Looks at every second pixel of every second row where the mask is half open. */
  #measure(
    into: I420Frame,
    box: PatchPlacement["box"],
    mask: Uint8Array,
    left: number,
    right: number,
    top: number,
    bottom: number,
  ): void {
    const match = this.#match;
    if (match === undefined) return;
    match.begin();
    const { bytes, width, height } = into;
    const half = width >> 1;
    const uAt = width * height;
    const vAt = uAt + half * (height >> 1);
    for (let y = top + (top & 1); y < bottom; y += 2) {
      const maskAt = (y - box.y) * box.width - box.x;
      if (!isHalfOpen(mask, maskAt + left, maskAt + right)) continue;
      const [from, to] = [left - box.x, right - box.x];
      this.#stretch.row(this.#luma, y - box.y, from, to, this.#row);
      this.#chromaRow(y - box.y, from, to, this.#u0, this.#v0);
      for (let x = left + (left & 1); x < right; x += 2) {
        const opacity = mask[maskAt + x]!;
        if (opacity === 0 || opacity === 255) continue;
        const at = x - box.x;
        const chroma = (y >> 1) * half + (x >> 1);
        match.add(
          opacity * (255 - opacity),
          bytes[y * width + x]! - this.#row[at]!,
          bytes[uAt + chroma]! - this.#u0[at]!,
          bytes[vAt + chroma]! - this.#v0[at]!,
        );
      }
    }
    match.end();
  }

  #makeRoom(width: number): void {
    if (width <= this.#row.length) return;
    this.#row = new Float32Array(width);
    this.#u0 = new Float32Array(width);
    this.#u1 = new Float32Array(width);
    this.#v0 = new Float32Array(width);
    this.#v1 = new Float32Array(width);
  }
}

function clamped(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : value;
}

function isClear(mask: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (mask[at] !== 0) return false;
  return true;
}

function isHalfOpen(mask: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (mask[at]! > 0 && mask[at]! < 255) return true;
  return false;
}
