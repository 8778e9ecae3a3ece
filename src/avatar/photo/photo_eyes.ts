/**
 * Photographed eyes and brows that live: lids close over the eyeball, irises glance, brows and cheeks move, all of it
 * the photo's own pixels.
 *
 * In: the still photo in I420, its mesh, then a pose once a frame. Out: the pixels of `box`. Runs in the stage's
 * thread; nothing is allocated after the constructor.
 */
import type { Box } from "../face.ts";
import type { Pose } from "../life/pose.ts";
import type { Figure } from "../posed/puppet.ts";
import { ColumnWarp } from "./column_warp.ts";
import { evenBox } from "./even_box.ts";
import { BALL_LAST, CHEEK_FIRST, CHEEK_LAST, EyesShape, LID_FIRST, LID_LAST } from "./eyes_shape.ts";
import type { Mesh } from "./mesh.ts";

export class PhotoEyes {
  readonly box: Box;
  readonly #photo: Figure;
  readonly #shape: EyesShape;
  readonly #skin = new ColumnWarp();
  readonly #ball = new ColumnWarp();

  /** `photo` is not changed. Nothing below `bottomMax` is touched. */
  constructor(photo: Figure, mesh: Mesh, bottomMax: number) {
    this.#photo = photo;
    this.#shape = new EyesShape(mesh, bottomMax);
    this.box = evenBox(this.#shape.bounds, photo);
  }

  paint(into: Figure, pose: Pose): void {
    if (isAtRest(pose)) return;
    this.#shape.set(pose);
    const { box } = this;
    const { bytes, width, height } = into;
    const still = this.#photo.bytes;
    const uAt = width * height;
    const vAt = uAt + (uAt >> 2);
    for (let column = box.x; column < box.x + box.width; column++) {
      this.#solve(column + 0.5);
      this.#bend(still, bytes, 0, width, height, column, 1);
      // The figure is not cut out within the face: its opacity is the same everywhere and need not be bent.
    }
    for (let column = box.x >> 1; column < (box.x + box.width) >> 1; column++) {
      this.#solve(column * 2 + 1);
      this.#bend(still, bytes, uAt, width >> 1, height >> 1, column, 0.5);
      this.#bend(still, bytes, vAt, width >> 1, height >> 1, column, 0.5);
    }
  }

  #solve(x: number): void {
    this.#shape.column(x, this.#skin, this.#ball);
    this.#skin.solve(LID_FIRST, LID_LAST);
    this.#skin.solve(CHEEK_FIRST, CHEEK_LAST);
    if (this.#shape.eyeBottom > this.#shape.eyeTop) this.#ball.solve(0, BALL_LAST);
  }

  #bend(
    still: Uint8Array,
    bent: Uint8Array,
    at: number,
    width: number,
    height: number,
    column: number,
    scale: number,
  ): void {
    const skin = this.#skin;
    const { eyeTop, eyeBottom } = this.#shape;
    const from = Math.max(this.box.y * scale, Math.floor(skin.to[LID_FIRST]! * scale));
    const to = Math.min((this.box.y + this.box.height) * scale, Math.ceil(skin.to[CHEEK_LAST]! * scale));
    const isOpen = eyeBottom > eyeTop;
    const top = Math.min(to, Math.max(from, isOpen ? Math.ceil(eyeTop * scale) : Math.round(eyeTop * scale)));
    const bottom = Math.min(to, Math.max(from, isOpen ? Math.floor(eyeBottom * scale) : top));
    skin.sample(LID_FIRST, LID_LAST, still, bent, at, width, height, column, from, top, scale);
    skin.sample(CHEEK_FIRST, CHEEK_LAST, still, bent, at, width, height, column, bottom, to, scale);
    if (!isOpen) return;
    const ball = this.#ball;
    ball.sample(0, BALL_LAST, still, bent, at, width, height, column, top, bottom, scale);
    // The rows that lid and eyeball share.
    const upper = top - eyeTop * scale;
    if (upper > 0) {
      ball.sample(0, BALL_LAST, still, bent, at, width, height, column, top - 1, top, scale, upper);
    }
    const lower = eyeBottom * scale - bottom;
    if (lower > 0) {
      ball.sample(0, BALL_LAST, still, bent, at, width, height, column, bottom, bottom + 1, scale, lower);
    }
  }
}

function isAtRest(pose: Pose): boolean {
  return pose.lidLeft === 0 && pose.lidRight === 0 && pose.gazeX === 0 && pose.gazeY === 0 &&
    pose.browLeft === 0 && pose.browRight === 0 && pose.browTilt === 0 && pose.squint === 0;
}
