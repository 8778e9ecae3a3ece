/**
 * The chin follows the jaw: shifts the skin of a box down, most at the chin, not at all at its rim.
 *
 * In: a figure without a mouth, and how far the chin falls. Out: the box of a working figure. Only what is wholly
 * opaque moves and only onto what is: the alpha plane stays as it is. Runs once a frame in the stage's thread; weights
 * are computed at loading, nothing is allocated after.
 */
import type { FrameSize } from "../../time/mod.ts";
import type { Box, I420Frame } from "../face.ts";
import { boxBytes, copyBoxOut } from "../pixels.ts";
import type { Figure } from "../posed/puppet.ts";
import type { DrawnManifest } from "./manifest.ts";
import type { View } from "./view.ts";

/** How far below the chin the neck takes part, in drops. */
const BELOW_DROPS = 4;

interface Plane {
  /** Weight 0..256 of each pixel. */
  readonly weights: Uint16Array;
  readonly box: Box;
  readonly sourceAt: number;
  readonly frameAt: number;
  readonly stride: number;
}

export class JawWarp {
  readonly #source: Uint8Array;
  readonly #planes: readonly Plane[];
  readonly #dropPixels: number;

  /** `figure` has no mouth yet; its box is kept. */
  constructor(manifest: DrawnManifest, view: View, size: FrameSize, box: Box, figure: Figure) {
    this.#source = new Uint8Array(boxBytes(box));
    copyBoxOut(figure, box, this.#source);
    this.#dropPixels = manifest.chin.drop * view.scale;
    const lumaPixels = box.width * box.height;
    const framePixels = size.width * size.height;
    const half = { x: box.x >> 1, y: box.y >> 1, width: box.width >> 1, height: box.height >> 1 };
    const luma = weights(manifest, view, box, 1);
    const chroma = weights(manifest, view, half, 2);
    if (figure.alpha) {
      const room = opaqueAbove(figure.alpha, size, box);
      limit(luma, box, 1, room, this.#dropPixels);
      limit(chroma, box, 2, room, this.#dropPixels);
    }
    const chromaStride = size.width >> 1;
    this.#planes = [
      { weights: luma, box, sourceAt: 0, frameAt: 0, stride: size.width },
      { weights: chroma, box: half, sourceAt: lumaPixels, frameAt: framePixels, stride: chromaStride },
      {
        weights: chroma,
        box: half,
        sourceAt: lumaPixels * 5 / 4,
        frameAt: framePixels * 5 / 4,
        stride: chromaStride,
      },
    ];
  }

  /** Lays the skin into `into`, the chin fallen by `part` 0..1 of its drop. */
  lay(into: I420Frame, part: number): void {
    for (let plane = 0; plane < 3; plane++) {
      this.#layPlane(this.#planes[plane]!, into.bytes, part * this.#dropPixels * (plane === 0 ? 1 : 0.5));
    }
  }

  #layPlane(plane: Plane, frame: Uint8Array, drop: number): void {
    const source = this.#source;
    const { weights, box, sourceAt, stride } = plane;
    const { width, height } = box;
    const scaled = Math.round(drop * 256); // 1/256 pixels at full weight
    for (let y = 0; y < height; y++) {
      let to = plane.frameAt + (box.y + y) * stride + box.x;
      let from = sourceAt + y * width;
      for (let x = 0, index = y * width; x < width; x++, index++, to++, from++) {
        const shift = weights[index]! * scaled; // 1/65536 pixels
        if (shift === 0) {
          frame[to] = source[from]!;
          continue;
        }
        const whole = shift >> 16;
        const above = from - whole * width;
        const rest = (shift >> 8) & 255;
        // Rows above the box are never asked for: weights start at 0 there and grow slower than the rows go by.
        frame[to] = (source[above]! * (256 - rest) + source[above - width]! * rest + 128) >> 8;
      }
    }
  }
}

function weights(manifest: DrawnManifest, view: View, box: Box, pixels: number): Uint16Array {
  const { mouth, chin } = manifest;
  const weights = new Uint16Array(box.width * box.height);
  for (let y = 1; y < box.height; y++) {
    const artY = view.y + (box.y + y + 0.5) * pixels / view.scale;
    const down = artY < chin.y
      ? ease((artY - mouth.y) / (chin.y - mouth.y))
      : 1 - ease((artY - chin.y - chin.drop) / (chin.drop * BELOW_DROPS));
    for (let x = 0; x < box.width; x++) {
      const artX = view.x + (box.x + x + 0.5) * pixels / view.scale;
      const side = 1 - ease((Math.abs(artX - mouth.x) / chin.halfWidth - 0.3) / 0.7);
      weights[y * box.width + x] = Math.round(down * side * 256);
    }
  }
  return weights;
}

/** How many opaque pixels stand one upon another from each pixel of the box upwards, inside the box. */
function opaqueAbove(alpha: Uint8Array, size: FrameSize, box: Box): Uint16Array {
  const room = new Uint16Array(box.width * box.height);
  for (let at = 0; at < room.length; at++) {
    const x = at % box.width;
    const y = (at - x) / box.width;
    const isOpaque = alpha[(box.y + y) * size.width + box.x + x] === 255;
    room[at] = isOpaque ? 1 + (y > 0 ? room[at - box.width]! : 0) : 0;
  }
  return room;
}

/** Lowers the weights (one for `pixels` x `pixels` of the box) so that nothing is fetched from outside the room. */
function limit(weights: Uint16Array, box: Box, pixels: number, room: Uint16Array, dropPixels: number): void {
  const width = box.width / pixels;
  for (let at = 0; at < weights.length; at++) {
    const x = at % width * pixels;
    const y = Math.floor(at / width) * pixels;
    let least = Infinity;
    for (let part = 0; part < pixels * pixels; part++) {
      least = Math.min(least, room[(y + Math.floor(part / pixels)) * box.width + x + part % pixels]!);
    }
    // Two pixels are blended, of samples `pixels` high.
    const shift = Math.max(0, least - 2 * pixels);
    weights[at] = Math.min(weights[at]!, Math.floor(256 * shift / dropPixels));
  }
}

/** How far the warp reaches below the chin, in art units. */
export function warpReach(manifest: DrawnManifest): number {
  return manifest.chin.drop * (1 + BELOW_DROPS);
}

function ease(value: number): number {
  const x = Math.min(1, Math.max(0, value));
  return x * x * (3 - 2 * x);
}
