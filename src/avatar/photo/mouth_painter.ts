/**
 * Bends the lips, chin and cheeks of a picture by a mouth's shape, column by column, and puts what the opening shows
 * behind them.
 *
 * In: a picture with its contours fitted, six parameters and a smile. Out: the pixels of a box of the frame. Stage's
 * thread; allocates nothing after the constructor.
 */
import { PRESS, PUCKER } from "../../lipsync/mod.ts";
import type { Box, I420Frame } from "../face.ts";
import { ColumnWarp } from "./column_warp.ts";
import { mix, smooth } from "./ease.ts";
import type { MouthContours } from "./mouth_contours.ts";
import type { MouthInside } from "./mouth_inside.ts";
import { LOWER_FIRST, LOWER_LAST, type MouthShape, UPPER_FIRST, UPPER_LAST } from "./mouth_shape.ts";

/** Pupils are this far apart in most faces (Dodgson 2004). */
export const PUPILS_MM = 63;
/** Columns so many half widths of the opening from its middle show nothing of it. */
const ASIDE = 1.15;

export class MouthPainter {
  readonly #contours: MouthContours;
  readonly #shape: MouthShape;
  readonly #inside: MouthInside;
  readonly #warp = new ColumnWarp();
  #picture: I420Frame;
  #box: Box;
  #softPx = 1;
  #mm = 1;
  /** How much lips that meet darken each other, this frame. */
  #seamDark = 0;

  constructor(
    picture: I420Frame,
    box: Box,
    contours: MouthContours,
    shape: MouthShape,
    inside: MouthInside,
  ) {
    this.#picture = picture;
    this.#box = box;
    this.#contours = contours;
    this.#shape = shape;
    this.#inside = inside;
  }

  /** Takes another picture. `softPx` is how wide its sharpest edges are, in pixels, `mm` how many a millimetre takes. */
  fit(picture: I420Frame, box: Box, mm: number, softPx: number): void {
    this.#picture = picture;
    this.#box = box;
    this.#mm = mm;
    this.#softPx = softPx;
  }

  /** `into` holds the same picture already, and is another one than it was fitted to. */
  paint(into: I420Frame, mouth: Float32Array, smile: number): void {
    const shape = this.#shape;
    const box = this.#box;
    const { bytes, width, height } = into;
    const still = this.#picture.bytes;
    const half = width >> 1;
    const uAt = width * height;
    const vAt = uAt + half * (height >> 1);
    shape.set(mouth, smile);
    this.#inside.set(mouth);
    this.#seamDark = (0.5 * this.#contours.apart) * (1 - 0.7 * mouth[PUCKER]!) + 0.25 * mouth[PRESS]!;
    for (let column = box.x; column < box.x + box.width; column++) {
      this.#solve(column + 0.5);
      this.#bend(still, bytes, 0, width, height, column, 1);
      this.#open(bytes, 0, -1, width, column, 1);
    }
    for (let column = box.x >> 1; column < (box.x + box.width) >> 1; column++) {
      this.#solve(column * 2 + 1);
      this.#bend(still, bytes, uAt, half, height >> 1, column, 0.5);
      this.#bend(still, bytes, vAt, half, height >> 1, column, 0.5);
      this.#open(bytes, uAt, vAt, half, column, 0.5);
    }
  }

  #solve(x: number): void {
    this.#shape.column(x, this.#warp);
    this.#warp.solve(UPPER_FIRST, UPPER_LAST);
    this.#warp.solve(LOWER_FIRST, LOWER_LAST);
  }

  /** One column of one plane, lips and skin. */
  #bend(
    still: Uint8Array,
    bent: Uint8Array,
    at: number,
    width: number,
    height: number,
    column: number,
    scale: number,
  ): void {
    const warp = this.#warp;
    const { gapTop, gapBottom } = this.#shape;
    const from = Math.max(this.#box.y * scale, Math.floor(warp.to[UPPER_FIRST]! * scale));
    const to = Math.min((this.#box.y + this.#box.height) * scale, Math.ceil(warp.to[LOWER_LAST]! * scale));
    const middle = Math.min(to, Math.max(from, Math.round((gapTop + gapBottom) / 2 * scale)));
    warp.sample(UPPER_FIRST, UPPER_LAST, still, bent, at, width, height, column, from, middle, scale);
    warp.sample(LOWER_FIRST, LOWER_LAST, still, bent, at, width, height, column, middle, to, scale);
  }

  /** One column of what the opening shows; with `vAt` < 0 it is luma, else both chroma planes. */
  #open(bytes: Uint8Array, at: number, vAt: number, width: number, column: number, scale: number): void {
    const shape = this.#shape;
    const inside = this.#inside;
    const soft = this.#softPx;
    const mm = this.#mm;
    const x = (column + 0.5) / scale;
    shape.edges(x);
    const { gapTop: topHere, gapBottom: bottomHere, inner, across } = shape;
    const lips = 1 - smooth((across - 0.85) / 0.15);
    const seamDark = vAt < 0
      ? this.#seamDark * lips * (1 - 0.6 * smooth((bottomHere - topHere) / (3 * mm)))
      : 0;
    const isAside = bottomHere <= topHere && inner > ASIDE;
    if (isAside && seamDark === 0) return;
    let topLeft = topHere, topRight = topHere, bottomLeft = bottomHere, bottomRight = bottomHere;
    if (!isAside) {
      // Near the corners the edges are steep: three places across the pixel make them smooth.
      const third = 0.33 / scale;
      shape.edges(x - third);
      topLeft = shape.gapTop;
      bottomLeft = shape.gapBottom;
      shape.edges(x + third);
      topRight = shape.gapTop;
      bottomRight = shape.gapBottom;
      if (inside.hasOwnTeeth) shape.ownOpening(x);
    }
    const reach = soft + (seamDark > 0 ? 3 * mm : 0);
    const highest = Math.min(topLeft, topHere, topRight) - reach;
    const lowest = Math.max(bottomLeft, bottomHere, bottomRight) + reach;
    const from = Math.max(this.#box.y * scale, Math.floor(highest * scale));
    const to = Math.min((this.#box.y + this.#box.height) * scale, Math.ceil(lowest * scale));
    const sides = 1 - 0.6 * smooth((inner - 0.45) / 0.55);
    for (let row = from; row < to; row++) {
      const y = (row + 0.5) / scale;
      const out = at + row * width + column;
      if (seamDark > 0) {
        const off = y < topHere ? topHere - y : y > bottomHere ? y - bottomHere : 0;
        const near = off / (0.75 * mm + soft * 0.5);
        bytes[out] = 16 + (bytes[out]! - 16) * (1 - seamDark * Math.exp(-near * near));
      }
      const cover = (overlap(y, soft, topLeft, bottomLeft) + overlap(y, soft, topHere, bottomHere) +
        overlap(y, soft, topRight, bottomRight)) / 3;
      if (cover <= 0) continue;
      const light = mix(0.55, 1, smooth((y - topHere) / (4.5 * mm))) * sides;
      inside.at(Math.floor(x), Math.floor(y), light, y - topHere, bottomHere - y);
      if (vAt < 0) {
        bytes[out] = bytes[out]! + (inside.y + 16 - bytes[out]!) * cover + 0.5;
      } else {
        const outV = vAt + row * width + column;
        bytes[out] = bytes[out]! + (inside.u + 128 - bytes[out]!) * cover + 0.5;
        bytes[outV] = bytes[outV]! + (inside.v + 128 - bytes[outV]!) * cover + 0.5;
      }
    }
  }
}

/** Part of the stretch of half width `soft` about `y` that lies between `top` and `bottom`. */
function overlap(y: number, soft: number, top: number, bottom: number): number {
  const from = y - soft > top ? y - soft : top;
  const to = y + soft < bottom ? y + soft : bottom;
  return to > from ? (to - from) / (2 * soft) : 0;
}
