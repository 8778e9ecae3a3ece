/** Which part of the art a frame shows: the focus in the middle, and as much around it as the shape asks. */
import type { FrameSize } from "../../time/mod.ts";
import type { Box } from "../face.ts";

export interface View {
  /** Top left corner of the frame, in art units. */
  readonly x: number;
  readonly y: number;
  /** Pixels for one art unit. */
  readonly scale: number;
}

/** Part of the spare height that goes above the focus: a head looks right with more room below. */
const ABOVE = 0.4;
/** A frame that is narrower than the focus shows so much of its width: shoulders may be cut, faces stay large. */
const WIDTH_PART = 0.8;

export function fitView(
  focus: { x: number; y: number; width: number; height: number },
  size: FrameSize,
): View {
  const scale = Math.min(size.width / (focus.width * WIDTH_PART), size.height / focus.height);
  const spareWidth = size.width / scale - focus.width;
  const spareHeight = size.height / scale - focus.height;
  return { x: focus.x - spareWidth / 2, y: focus.y - spareHeight * ABOVE, scale };
}

/** The box of even pixels that covers a rectangle of the art, cut at the frame's edges. */
export function boxOf(
  view: View,
  size: FrameSize,
  left: number,
  top: number,
  right: number,
  bottom: number,
): Box {
  const even = (value: number, most: number) => Math.min(most, Math.max(0, value));
  const x = even(Math.floor((left - view.x) * view.scale / 2) * 2, size.width - 2);
  const y = even(Math.floor((top - view.y) * view.scale / 2) * 2, size.height - 2);
  const toX = even(Math.ceil((right - view.x) * view.scale / 2) * 2, size.width);
  const toY = even(Math.ceil((bottom - view.y) * view.scale / 2) * 2, size.height);
  return { x, y, width: Math.max(2, toX - x), height: Math.max(2, toY - y) };
}
