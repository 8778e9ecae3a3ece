/**
 * A photo as something that can be posed: the picture with its mouth closed, eyes and mouth that bend its own pixels,
 * and how its head turns.
 *
 * In: the framed photo and the mesh in the frame's pixels. Out: what PosedFace paints with. Runs in the stage's
 * thread; nothing is allocated after the constructor.
 */
import { MOUTH_LENGTH } from "../../lipsync/mod.ts";
import type { FrameSize } from "../../time/mod.ts";
import type { Box, I420Frame } from "../face.ts";
import type { Pose } from "../life/pose.ts";
import type { Figure, HeadRig, Puppet } from "../posed/puppet.ts";
import { depthOf } from "./depth.ts";
import { headPlace } from "./framing.ts";
import type { Mesh } from "./mesh.ts";
import { PhotoEyes } from "./photo_eyes.ts";
import { PhotoMouth } from "./photo_mouth.ts";

/** A photo's background bends with the head: less movement, and none is seen. */
const AMOUNT = 0.6;
/** A figure that was cut out has no background to bend. */
const AMOUNT_CUT_OUT = 0.85;
/** Widths of the sharpest edges in a photo that is shown at its own size, in its pixels. */
const EDGE_PX = 0.6;

export class PhotoPuppet implements Puppet {
  readonly id: string;
  readonly size: FrameSize;
  readonly figure: Figure;
  readonly background?: I420Frame;
  readonly rig: HeadRig;
  readonly upperBox: Box;
  readonly mouthBox: Box;
  readonly #eyes: PhotoEyes;
  readonly #mouth: PhotoMouth;

  /** `scale` is how many pixels of the frame one of the photo takes: above 1 its edges are soft. */
  constructor(id: string, photo: Figure, background: I420Frame | undefined, mesh: Mesh, scale: number) {
    this.id = id;
    this.size = { width: photo.width, height: photo.height };
    if (background) this.background = background;
    this.#mouth = new PhotoMouth(photo, mesh, EDGE_PX * scale);
    this.#eyes = new PhotoEyes(photo, mesh, this.#mouth.box.y);
    this.upperBox = this.#eyes.box;
    this.mouthBox = this.#mouth.box;
    this.figure = { ...photo, bytes: photo.bytes.slice() };
    this.#mouth.paint(this.figure, new Float32Array(MOUTH_LENGTH), 0);
    const head = headPlace(mesh);
    this.rig = {
      centreX: head.centreX,
      centreY: (head.top + head.chin) / 2,
      radiusX: head.halfWidth,
      radiusY: head.height / 2,
      pivotX: head.centreX,
      pivotY: head.chin + 0.06 * head.height,
      shoulderY: head.chin + 0.45 * head.height,
      amount: photo.alpha ? AMOUNT_CUT_OUT : AMOUNT,
      depthAt: depthOf(mesh, head),
    };
  }

  paintUpper(into: Figure, pose: Pose): void {
    this.#eyes.paint(into, pose);
  }

  paintMouth(into: Figure, mouth: Float32Array, smile: number): void {
    this.#mouth.paint(into, mouth, smile);
  }

  [Symbol.dispose](): void {
    // Typed arrays only.
  }
}
