/** A puppet in any pose one asks for, without a life of its own. In: poses and mouths. Out: canvases. */
import { type Canvas, createCanvas } from "@napi-rs/canvas";
import type { I420Frame } from "../../src/avatar/mod.ts";
import { type Pose, restPose } from "../../src/avatar/life/pose.ts";
import { Bend } from "../../src/avatar/posed/bend.ts";
import type { Puppet } from "../../src/avatar/posed/puppet.ts";
import { Warp } from "../../src/avatar/posed/warp.ts";
import { MOUTH_LENGTH } from "../../src/lipsync/mod.ts";

export class Poser {
  readonly #puppet: Puppet;
  readonly #warp: Warp;
  readonly #bend: Bend;
  readonly #isBare: boolean;

  /** With `isBare` the figure stands on a chequered ground, as programs show what is clear. */
  constructor(puppet: Puppet, isBare = false) {
    const { figure, background, rig, size } = puppet;
    this.#puppet = puppet;
    this.#isBare = isBare && figure.alpha !== undefined;
    this.#warp = new Warp(figure, isBare ? undefined : background, isBare);
    const { nodeColumns, nodeRows } = this.#warp;
    this.#bend = new Bend(rig, size, nodeColumns, nodeRows, figure.alpha !== undefined);
  }

  paint(change: Partial<Pose> = {}, mouth: readonly number[] = []): Canvas {
    const puppet = this.#puppet;
    const pose = { ...restPose(), ...change };
    const { figure, grid, output } = this.#warp;
    figure.bytes.set(puppet.figure.bytes);
    puppet.paintUpper(figure, pose);
    const lips = Float32Array.from({ length: MOUTH_LENGTH }, (_, index) => mouth[index] ?? 0);
    if (pose.smile !== 0 || lips.some((value) => value !== 0)) puppet.paintMouth(figure, lips, pose.smile);
    this.#bend.write(pose, grid);
    this.#warp.bend({ x: 0, y: 0, ...puppet.size });
    return toCanvas(output, this.#isBare);
  }
}

/** A frame as RGBA (BT.601 limited range); a premultiplied one over grey squares where `isChequered`. */
export function toCanvas(frame: I420Frame, isChequered = false): Canvas {
  const { width, height, bytes, alpha } = frame;
  const canvas = createCanvas(width, height);
  const context = canvas.getContext("2d");
  const image = context.createImageData(width, height);
  const uAt = width * height;
  const vAt = uAt * 5 / 4;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const chroma = (y >> 1) * (width >> 1) + (x >> 1);
      const luma = 1.164 * (bytes[y * width + x]! - 16);
      const u = bytes[uAt + chroma]! - 128;
      const v = bytes[vAt + chroma]! - 128;
      const square = (x >> 4) + (y >> 4) & 1 ? 205 : 255;
      const ground = isChequered && alpha ? square * (255 - alpha[y * width + x]!) / 255 : 0;
      const at = (y * width + x) * 4;
      image.data[at] = luma + 1.596 * v + ground;
      image.data[at + 1] = luma - 0.392 * u - 0.813 * v + ground;
      image.data[at + 2] = luma + 2.017 * u + ground;
      image.data[at + 3] = 255;
    }
  }
  context.putImageData(image, 0, 0);
  return canvas;
}
