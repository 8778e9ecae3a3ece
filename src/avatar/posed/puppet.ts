/**
 * What a kind of avatar (drawn, generated, photo) brings to be posed: an upright, still figure and painters for the
 * parts that move. PosedFace keeps the figure's picture, lets the painters change it, bends it by the pose through a
 * displacement grid and lays it over the background. Everything is in pixels of the frame; runs in the stage's
 * thread and allocates nothing after loading.
 */
import type { FrameSize } from "../../time/mod.ts";
import type { Box, I420Frame } from "../face.ts";
import type { Pose } from "../life/pose.ts";

/**
 * The figure: I420 (BT.601 limited range) with an alpha plane for a figure that was cut out, width * height bytes.
 * Where alpha is given the colours are premultiplied: Y - 16, U - 128 and V - 128 times alpha / 255, offsets added.
 */
export interface Figure extends I420Frame {
  readonly alpha?: Uint8Array;
}

/** How the figure bends; lengths in pixels. */
export interface HeadRig {
  /** Middle and radii of the head with its hair. */
  readonly centreX: number;
  readonly centreY: number;
  readonly radiusX: number;
  readonly radiusY: number;
  /** Where the head turns and leans: the top of the neck, and from where on down nothing follows the head. */
  readonly pivotX: number;
  readonly pivotY: number;
  readonly shoulderY: number;
  /** How much of the usual movement this figure takes, 0..1 (1 for drawn, less for a photo). */
  readonly amount: number;
  /** Nearness of a pixel to the viewer, 0 (rim of the head) .. 1 (tip of the nose); absent: an ellipsoid. */
  readonly depthAt?: (x: number, y: number) => number;
}

export interface Puppet extends Disposable {
  readonly id: string;
  readonly size: FrameSize;
  /** The still figure with eyes open, brows at rest and the relaxed closed mouth; never changed after loading. */
  readonly figure: Figure;
  /** What lies behind a figure with alpha; absent where the figure fills the frame. */
  readonly background?: I420Frame;
  readonly rig: HeadRig;
  /**
   * All that eyes and brows can change, and all that the mouth (chin and cheeks too) can change: even boxes inside the
   * frame. Where they share pixels the mouth is painted over the eyes. No painter ever changes the alpha plane.
   */
  readonly upperBox: Box;
  readonly mouthBox: Box;
  /**
   * Paints eyes and brows over `into`, whose upperBox holds the still figure's pixels. Called only when lids, gaze,
   * brows or squint changed by a visible amount; what it paints depends on these alone.
   */
  paintUpper(into: Figure, pose: Pose): void;
  /**
   * Paints mouth and chin over `into`, whose mouthBox holds the still figure's pixels. `mouth` is in the order of
   * MOUTH_PARAMETERS; `smile` is -1..1. All zero is the still figure's own mouth and changes nothing.
   */
  paintMouth(into: Figure, mouth: Float32Array, smile: number): void;
}
