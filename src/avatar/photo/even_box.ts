/** The box of even pixels around a part of a frame, cut at the frame's edges. */
import type { FrameSize } from "../../time/mod.ts";
import type { Box } from "../face.ts";

export function evenBox(
  bounds: { left: number; top: number; right: number; bottom: number },
  { width, height }: FrameSize,
): Box {
  const even = (value: number, most: number) => Math.min(most, Math.max(0, Math.floor(value / 2) * 2));
  const x = even(bounds.left, width - 2);
  const y = even(bounds.top, height - 2);
  return {
    x,
    y,
    width: Math.max(2, even(bounds.right + 2, width) - x),
    height: Math.max(2, even(bounds.bottom + 2, height) - y),
  };
}
