/** One frame of a clip on its way into an avatar's folder: the picture and everything that is known of its face. */
import type { BoxName } from "./layout.ts";

/** x1, y1, x2, y2 in pixels; x2 and y2 are outside. */
export type Edges = readonly [number, number, number, number];

export interface ClipFrame {
  /** width * height * 3 bytes, RGB, rows from the top. */
  readonly rgb: Uint8Array;
  readonly boxes: Readonly<Partial<Record<BoxName, Edges>>>;
  /** x, y, z of 478 points in pixels of the picture. */
  readonly points: Float32Array;
  /** Opacity of each pixel of the box "musetalk", rows from the top. */
  readonly mask: Uint8Array;
  /** 8 * 32 * 32 values, masked then reference, times 0.18215. */
  readonly latents?: Float32Array;
  /** Square RGB crops of FACE_SIDE pixels a side. */
  readonly faces?: { readonly wav2lip?: Uint8Array; readonly ultralight?: Uint8Array };
}
