/** How far a layer reaches in the frame: found on a small picture of it. At loading only. */
import { type Canvas, createCanvas, type Image } from "@napi-rs/canvas";
import type { FrameSize } from "../../time/mod.ts";
import type { Box } from "../face.ts";

const SHRINK = 4;
/** A shape that begins between two pixels of the small picture may reach so much further. */
const SLACK = 2 * SHRINK;

export class Extent {
  readonly #size: FrameSize;
  readonly #small: Canvas;

  constructor(size: FrameSize) {
    this.#size = size;
    this.#small = createCanvas(Math.ceil(size.width / SHRINK), Math.ceil(size.height / SHRINK));
  }

  /** The box of all that is not clear in `image`, grown by `reach` pixels; undefined where all is clear. */
  of(image: Image, reach: number): Box | undefined {
    const { width, height } = this.#small;
    const context = this.#small.getContext("2d");
    context.clearRect(0, 0, width, height);
    context.drawImage(image, 0, 0, this.#size.width / SHRINK, this.#size.height / SHRINK);
    const pixels = this.#small.data();
    let left = width, top = height, right = -1, bottom = -1;
    for (let at = 3, pixel = 0; at < pixels.length; at += 4, pixel++) {
      if (pixels[at] === 0) continue;
      const x = pixel % width;
      const y = (pixel - x) / width;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = y;
    }
    if (right < 0) return undefined;
    const grown = Math.ceil(reach) + SLACK;
    const x = left * SHRINK - grown;
    const y = top * SHRINK - grown;
    return { x, y, width: (right + 1) * SHRINK + grown - x, height: (bottom + 1) * SHRINK + grown - y };
  }
}
