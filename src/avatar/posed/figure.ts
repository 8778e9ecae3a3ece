/** From premultiplied RGBA, as Skia keeps it, to the planes of a figure. At loading only. */
import { type FrameSize, i420Bytes } from "../../time/mod.ts";
import { rgbaToI420Box } from "../pixels.ts";
import type { Figure } from "./puppet.ts";

/** `rgba` has width * height * 4 bytes, rows from the top, colours premultiplied by alpha. */
export function figureFrom(rgba: Uint8Array, size: FrameSize): Figure {
  const figure = { ...size, bytes: new Uint8Array(i420Bytes(size)), alpha: readAlpha(rgba, size) };
  // The weighted sum of premultiplied colours is the premultiplied luma, and so with chroma.
  rgbaToI420Box(rgba, { x: 0, y: 0, ...size }, figure);
  return figure;
}

function readAlpha(rgba: Uint8Array, { width, height }: FrameSize): Uint8Array {
  const alpha = new Uint8Array(width * height);
  for (let at = 0; at < alpha.length; at++) alpha[at] = rgba[at * 4 + 3]!;
  return alpha;
}
