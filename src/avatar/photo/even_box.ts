/** The box of even pixels around a part of a frame, cut at the frame's edges. */
import type { FrameSize } from "../../time/mod.ts";
import type { Box } from "../face.ts";

export interface Bounds {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export function evenBox(bounds: Bounds, size: FrameSize): Box {
  const box = new EvenBox();
  box.set(bounds, size);
  return box;
}

/** One that is set anew with every frame. */
export class EvenBox implements Box {
  x = 0;
  y = 0;
  width = 2;
  height = 2;

  set(bounds: Bounds, { width, height }: FrameSize): void {
    this.x = even(bounds.left, width - 2);
    this.y = even(bounds.top, height - 2);
    this.width = Math.max(2, even(bounds.right + 2, width) - this.x);
    this.height = Math.max(2, even(bounds.bottom + 2, height) - this.y);
  }
}

function even(value: number, most: number): number {
  return Math.min(most, Math.max(0, Math.floor(value / 2) * 2));
}
