/**
 * A photographed mouth that speaks: the photo's own lips, chin and cheeks are bent by the mouth's parameters, and what
 * the opening shows is put behind them.
 *
 * In: the still photo in I420, its mesh, then six parameters and a smile once a frame. Out: the pixels of `box` in
 * the frame. Runs in the stage's thread; nothing is allocated after the constructor.
 */
import type { Box } from "../face.ts";
import type { Figure } from "../posed/puppet.ts";
import { evenBox } from "./even_box.ts";
import type { Mesh } from "./mesh.ts";
import { MouthContours } from "./mouth_contours.ts";
import { MouthInside } from "./mouth_inside.ts";
import { MouthPainter, PUPILS_MM } from "./mouth_painter.ts";
import { MouthShape } from "./mouth_shape.ts";
import { measureTones } from "./tones.ts";

const SOFT_PX_MIN = 0.6;

export class PhotoMouth {
  readonly box: Box;
  readonly #painter: MouthPainter;

  /** `photo` is not changed. `softPx` is how wide its sharpest edges are, in pixels. */
  constructor(photo: Figure, mesh: Mesh, softPx: number) {
    const soft = Math.max(SOFT_PX_MIN, softPx);
    const contours = MouthContours.ofPhoto(mesh, soft);
    const shape = new MouthShape(contours);
    const mm = contours.pupils / PUPILS_MM;
    const inside = MouthInside.ofPhoto(photo, contours, shape, measureTones(photo, mesh), mm, soft);
    this.box = evenBox(contours.bounds, photo);
    this.#painter = new MouthPainter(photo, this.box, contours, shape, inside);
    this.#painter.fit(photo, this.box, mm, soft);
  }

  paint(into: Figure, mouth: Float32Array, smile: number): void {
    this.#painter.paint(into, mouth, smile);
  }
}
