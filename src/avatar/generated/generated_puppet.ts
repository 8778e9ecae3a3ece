/**
 * A generated character as a puppet: its still figure, and painters for eyes and brows, and for the mouth.
 *
 * In: the character's layers, poses and mouths. Out: I420 pixels with an alpha plane. Each painter puts its small
 * box together anew from the few layers in it. After loading the only allocation is Skia's read-back of such a box,
 * which is given back at once.
 */
import { MOUTH_LENGTH } from "../../lipsync/mod.ts";
import { type FrameSize, i420Bytes } from "../../time/mod.ts";
import type { Box, I420Frame } from "../face.ts";
import { type Pose, restPose } from "../life/pose.ts";
import { rgbaToI420Box } from "../pixels.ts";
import type { Figure, HeadRig, Puppet } from "../posed/puppet.ts";
import { boxAround, type Figurine, LayerStack, mouthBounds, upperBounds } from "./layer_stack.ts";

const REST = restPose();
const CLOSED = new Float32Array(MOUTH_LENGTH);

export class GeneratedPuppet implements Puppet {
  readonly size: FrameSize;
  readonly figure: Figure;
  readonly upperBox: Box;
  readonly mouthBox: Box;
  readonly #upper: LayerStack;
  readonly #mouth: LayerStack;

  constructor(
    readonly id: string,
    figurine: Figurine,
    readonly rig: HeadRig,
    readonly background: I420Frame,
  ) {
    const { size, view, anatomy } = figurine;
    this.size = size;
    this.mouthBox = boxAround([mouthBounds(anatomy.mouth)], view, size);
    this.upperBox = above(this.mouthBox, boxAround(upperBounds(figurine), view, size));
    this.#upper = new LayerStack(figurine, this.upperBox);
    this.#mouth = new LayerStack(figurine, this.mouthBox);
    this.figure = paintFigure(figurine);
    // Soft edges round a little differently in a small box: the figure takes them as its painters make them.
    this.paintUpper(this.figure, REST);
    this.paintMouth(this.figure, CLOSED, 0);
  }

  paintUpper(into: Figure, pose: Pose): void {
    const pixels = this.#upper.paint(pose, CLOSED, 0);
    rgbaToI420Box(pixels, this.upperBox, into);
    giveBack(pixels);
  }

  paintMouth(into: Figure, mouth: Float32Array, smile: number): void {
    const pixels = this.#mouth.paint(REST, mouth, smile);
    rgbaToI420Box(pixels, this.mouthBox, into);
    giveBack(pixels);
  }

  [Symbol.dispose](): void {
    this.#upper.close();
    this.#mouth.close();
  }
}

function paintFigure(figurine: Figurine): Figure {
  const { size } = figurine;
  const box = { x: 0, y: 0, ...size };
  const stack = new LayerStack(figurine, box);
  const pixels = stack.paint(REST, CLOSED, 0);
  const alpha = new Uint8Array(size.width * size.height);
  for (let at = 0; at < alpha.length; at++) alpha[at] = pixels[at * 4 + 3]!;
  const figure = { ...size, bytes: new Uint8Array(i420Bytes(size)), alpha };
  // Premultiplied in, premultiplied out: luma and chroma are linear in the colours.
  rgbaToI420Box(pixels, box, figure);
  giveBack(pixels);
  stack.close();
  return figure;
}

/** The part of `box` above `lower`: the mouth's painter overwrites its whole box. */
function above(lower: Box, box: Box): Box {
  return { ...box, height: Math.max(2, Math.min(box.height, lower.y - box.y)) };
}

/** Frees a read-back at once: it is memory outside the heap that a collection would notice late. */
function giveBack(pixels: Uint8Array): void {
  const { buffer } = pixels;
  if (buffer instanceof ArrayBuffer && buffer.byteLength === pixels.byteLength) buffer.transfer(0);
}
