/**
 * The face mesh of a photo: which of its 478 points lie on lips, eyelids, brows, chin and iris, in reading order.
 *
 * In: points x, y, z in pixels of the prepared picture (MediaPipe Face Mesh's numbering;
 * 468..472 are the iris at the picture's right, 473..477 the other: middle, right, top, left, bottom).
 * Out: the same in pixels of a frame. Left and right are the picture's. Any thread.
 */
import { TRACK_POINTS } from "../../film/mod.ts";

export const MESH_POINTS = TRACK_POINTS;
/** Of the face without the irises, which come last. */
export const FACE_POINTS = 468;

/** From the picture's left corner of the mouth to its right one. */
export const UPPER_LIP_OUTER = [61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291] as const;
export const UPPER_LIP_INNER = [78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308] as const;
export const LOWER_LIP_INNER = [78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308] as const;
export const LOWER_LIP_OUTER = [61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291] as const;
/** The edge of the face from one ear over the chin to the other. */
export const JAW_LINE = [
  ...[234, 93, 132, 58, 172, 136, 150, 149, 176, 148, 152],
  ...[377, 400, 378, 379, 365, 397, 288, 361, 323, 454],
] as const;
export const CHIN = 152;
export const FOREHEAD = 10;
export const NOSE_TIP = 4;
export const NOSE_BASE = 2;
export const NOSE_BRIDGE = 168;

export interface EyeIndices {
  readonly upper: readonly number[];
  readonly lower: readonly number[];
  /** The fold above the upper lid. */
  readonly fold: readonly number[];
  readonly browTop: readonly number[];
  readonly browBottom: readonly number[];
  readonly iris: number;
}

/** Each from the picture's left to its right. */
export const LEFT_EYE: EyeIndices = {
  upper: [33, 246, 161, 160, 159, 158, 157, 173, 133],
  lower: [33, 7, 163, 144, 145, 153, 154, 155, 133],
  fold: [130, 247, 30, 29, 27, 28, 56, 190, 243],
  browTop: [70, 63, 105, 66, 107],
  browBottom: [46, 53, 52, 65, 55],
  iris: 473,
};
export const RIGHT_EYE: EyeIndices = {
  upper: [362, 398, 384, 385, 386, 387, 388, 466, 263],
  lower: [362, 382, 381, 380, 374, 373, 390, 249, 263],
  fold: [463, 414, 286, 258, 257, 259, 260, 467, 359],
  browTop: [336, 296, 334, 293, 300],
  browBottom: [285, 295, 282, 283, 276],
  iris: 468,
};

export class Mesh {
  /** x, y, z of each point; z grows away from the viewer. */
  constructor(readonly points: Float64Array) {}

  x(index: number): number {
    return this.points[index * 3]!;
  }

  y(index: number): number {
    return this.points[index * 3 + 1]!;
  }

  z(index: number): number {
    return this.points[index * 3 + 2]!;
  }

  /** Scaled about the corner and then shifted. */
  moved(scale: number, shiftX: number, shiftY: number): Mesh {
    return new Mesh(
      this.points.map((value, at) => value * scale + (at % 3 === 0 ? shiftX : at % 3 === 1 ? shiftY : 0)),
    );
  }

  /** Between the pupils: the measure of everything in a face, 63 mm in an average one. */
  get pupils(): number {
    return Math.hypot(
      this.x(RIGHT_EYE.iris) - this.x(LEFT_EYE.iris),
      this.y(RIGHT_EYE.iris) - this.y(LEFT_EYE.iris),
    );
  }

  /** How far the face leans: tangent of the angle, positive when the picture's right eye is the lower one. */
  get lean(): number {
    return (this.y(263) - this.y(33)) / (this.x(263) - this.x(33));
  }
}
