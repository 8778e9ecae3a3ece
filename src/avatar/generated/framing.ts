/**
 * Which part of a style's picture a frame shows: the figure stands on the frame's lower edge, with a little air over
 * its hair, whatever the frame's shape.
 */
import type { FrameSize } from "../../time/mod.ts";
import type { Bounds } from "../drawn/bounds.ts";
import type { View } from "../drawn/view.ts";
import type { Framing } from "../look.ts";
import type { HeadShape } from "./rig.ts";

const AIR_ABOVE = 0.07;
/** The hair's width is at most so much of the frame's. */
const WIDEST = 0.9;
/** Where a picture of the head alone ends, from the top of the neck (0) to the shoulders (1). */
const HEAD_END = 1.1;
/** Hair farther out than so many of the head's radii may leave the frame. */
const HAIR_RADII = 1.3;

/** `hair` is the head with its hair; `bottom` the lowest line that the figure fills. */
export function frameFigure(
  size: FrameSize,
  framing: Framing,
  head: HeadShape,
  hair: Bounds,
  bottom: number,
): View {
  const end = framing === "bust" ? bottom : head.neckY + (head.shoulderY - head.neckY) * HEAD_END;
  const aspect = size.width / size.height;
  const left = Math.max(hair.left, head.x - head.radiusX * HAIR_RADII);
  const right = Math.min(hair.right, head.x + head.radiusX * HAIR_RADII);
  const height = Math.max((end - hair.top) / (1 - AIR_ABOVE), (right - left) / WIDEST / aspect);
  const scale = size.height / height;
  const middle = (left + right) / 4 + (head.x + head.neckX) / 4;
  const width = size.width / scale;
  const rim = Math.max(0, (width - (right - left)) / 4);
  // A narrow frame has little to spare: the hair stays inside, whatever the neck's place asks.
  const x = Math.min(left - rim, Math.max(right + rim - width, middle - width / 2));
  return { x, y: end - height, scale };
}
