/**
 * The mask that a MuseTalk patch is pasted by: the lower face between the jaw's edges, with a soft rim.
 *
 * In: the face's points, its box and the crop around it. Out: opacity of each pixel of the box. MuseTalk asks a network
 * for the face's region, keeps what lies inside the box and below the crop's middle, and blurs it with a kernel of a
 * tenth of the crop's width (musetalk/utils/blending.py); here the region is drawn from the jaw line instead. Main thread.
 */
import { createCanvas } from "@napi-rs/canvas";
import type { Edges } from "../../film/mod.ts";
import { blurPart, maskKernel } from "./gaussian.ts";

/** From one ear over the chin to the other, finer than the 68 points. */
const JAW_LINE = [
  ...[234, 93, 132, 58, 172, 136, 150, 149, 176, 148, 152],
  ...[377, 400, 378, 379, 365, 397, 288, 361, 323, 454],
] as const;
/** The drawn region stays so far inside the jaw line, in parts of the face's width: its rim is soft and reaches out. */
const INSET = 0.02;
/** Above this part of the crop nothing is pasted. */
const UPPER_PART = 0.5;

export function jawMask(points: Float32Array, box: Edges, crop: Edges): Uint8Array {
  const [cx, cy] = [crop[0], crop[1]];
  const side = crop[2] - crop[0];
  const height = crop[3] - crop[1];
  const canvas = createCanvas(Math.max(1, side), Math.max(1, height));
  const context = canvas.getContext("2d");
  context.beginPath();
  context.rect(box[0] - cx, Math.max(box[1] - cy, Math.trunc(UPPER_PART * height)), box[2] - box[0], height);
  context.clip();
  context.beginPath();
  context.rect(0, 0, side, box[3] - cy);
  context.clip();
  const middle = (box[0] + box[2]) / 2;
  const inset = INSET * (box[2] - box[0]);
  context.fillStyle = "#fff";
  context.beginPath();
  for (const index of JAW_LINE) {
    const x = points[index * 3]!;
    context.lineTo(
      x + Math.sign(middle - x) * Math.min(inset, Math.abs(middle - x)) - cx,
      points[index * 3 + 1]! - inset - cy,
    );
  }
  context.closePath();
  context.fill();
  const rgba = context.getImageData(0, 0, canvas.width, canvas.height).data;
  const grey = new Uint8Array(canvas.width * canvas.height);
  for (let at = 0; at < grey.length; at++) grey[at] = rgba[at * 4 + 3]!;
  const part = { x: box[0] - cx, y: box[1] - cy, width: box[2] - box[0], height: box[3] - box[1] };
  return blurPart(grey, canvas.width, canvas.height, maskKernel(side), part);
}
