/** The colour behind a generated figure: soft, from the seed or from avatar.json, a little darker towards its foot. */
import { createCanvas } from "@napi-rs/canvas";
import { type FrameSize, i420Bytes } from "../../time/mod.ts";
import type { I420Frame } from "../face.ts";
import { rgbaToI420Box } from "../pixels.ts";

/** Quiet in a call, and clear of skin, black ink and white paper alike. */
const COLOURS: readonly string[] = [
  "#a9c6d9",
  "#b9cfae",
  "#e3c9a8",
  "#c8bfe0",
  "#e2b8b0",
  "#a8d0c6",
  "#d9c2d6",
  "#b7c4e3",
  "#dcd3a6",
  "#c3cbd2",
];

/** One of the colours above, always the same for the same text. */
export function colourOf(seed: string): string {
  let hash = 2_166_136_261; // FNV-1a, 32 bits
  for (let index = 0; index < seed.length; index++) {
    hash = Math.imul(hash ^ seed.charCodeAt(index), 16_777_619);
  }
  return COLOURS[(hash >>> 0) % COLOURS.length]!;
}

export function paintBackdrop(colour: string, size: FrameSize): I420Frame {
  const canvas = createCanvas(size.width, size.height);
  const context = canvas.getContext("2d");
  const fill = context.createLinearGradient(0, 0, 0, size.height);
  fill.addColorStop(0, mixed(colour, "#ffffff", 0.22));
  fill.addColorStop(1, mixed(colour, "#20242c", 0.08));
  context.fillStyle = fill;
  context.fillRect(0, 0, size.width, size.height);
  const frame = { ...size, bytes: new Uint8Array(i420Bytes(size)) };
  rgbaToI420Box(canvas.data(), { x: 0, y: 0, ...size }, frame);
  canvas.width = canvas.height = 1; // frees the surface now, not at some collection
  return frame;
}

/** `part` of the way from one #rrggbb to another. */
export function mixed(from: string, to: string, part: number): string {
  const channel = (colour: string, at: number) => parseInt(colour.slice(at, at + 2), 16);
  return "#" +
    [1, 3, 5].map((at) =>
      Math.round(channel(from, at) + (channel(to, at) - channel(from, at)) * part).toString(16).padStart(
        2,
        "0",
      )
    ).join("");
}
