/**
 * A face that lives: a puppet whose eyes, brows and mouth are painted on a working copy of its figure, which is then
 * bent by the pose and laid over the background.
 *
 * In: frame numbers, manners, mouths. Out: I420 pixels, and an alpha plane where there is no background. Runs in the
 * stage's thread. Eyes and brows are painted anew only when they changed by a visible amount. Nothing is allocated
 * after loading.
 */
import { MOUTH_CLOSED, MOUTH_LENGTH } from "../../lipsync/mod.ts";
import type { FrameSize } from "../../time/mod.ts";
import type { Box, Face, I420Frame } from "../face.ts";
import { Life } from "../life/life.ts";
import { type Pose, restPose } from "../life/pose.ts";
import { calmManner, type Manner } from "../manner.ts";
import { boxBytes, BoxPicture, BoxView, copyBoxOut } from "../pixels.ts";
import { Bend } from "./bend.ts";
import type { Puppet } from "./puppet.ts";
import { Warp } from "./warp.ts";

/** Smallest changes that are painted; what is painted depends on the rounded values alone. */
const LID_STEPS = 40;
const GAZE_STEPS = 40;
const BROW_STEPS = 32;
const SQUINT_STEPS = 24;
const SMILE_STEPS = 48;
/** A mouth that differs from closed by less than this everywhere is the closed mouth. */
const CLOSED_MAX = 1e-4;

export interface PosedFaceOptions {
  readonly fps: number;
  readonly seed: number;
  /** What lies behind a figure with alpha: the puppet's own, a picture, or nothing. */
  readonly background: I420Frame | "own" | "transparent";
}

export class PosedFace implements Face {
  readonly id: string;
  readonly size: FrameSize;
  readonly speechBox: Box;
  readonly #puppet: Puppet;
  readonly #life: Life;
  readonly #calm: Manner = calmManner();
  readonly #warp: Warp;
  readonly #bend: Bend;
  readonly #whole: Box;
  /** The still figure's pixels under the painters. */
  readonly #stillUpper: BoxPicture;
  readonly #stillMouth: BoxPicture;
  /** What lies under the mouth now: the still figure's pixels, with eyes and brows where the boxes share some. */
  readonly #underMouth: BoxPicture;
  readonly #isShared: boolean;
  /** The mouth and its surroundings as they were bent last. */
  readonly #bentMouth: BoxView;
  readonly #pose = restPose();
  /** The pose as eyes and brows are painted now. */
  readonly #upper = restPose();
  readonly #wanted = restPose();
  /** The pose that the grid was made for. */
  readonly #bent = restPose();
  #isBent = false;
  readonly #mouth = new Float32Array(MOUTH_LENGTH);
  #smile = 0;

  constructor(puppet: Puppet, options: PosedFaceOptions) {
    const { size, figure, rig } = puppet;
    this.id = puppet.id;
    this.size = size;
    this.#puppet = puppet;
    this.#life = new Life(options.seed, options.fps);
    this.#whole = { x: 0, y: 0, ...size };
    const { background } = options;
    const behind = background === "own"
      ? puppet.background
      : background === "transparent"
      ? undefined
      : background;
    this.#warp = new Warp(figure, behind, background === "transparent");
    this.#bend = new Bend(
      rig,
      size,
      this.#warp.nodeColumns,
      this.#warp.nodeRows,
      figure.alpha !== undefined,
    );
    const { upperBox, mouthBox } = puppet;
    this.#stillUpper = pieceOf(figure, upperBox, size);
    this.#stillMouth = pieceOf(figure, mouthBox, size);
    this.#isShared = upperBox.x < mouthBox.x + mouthBox.width && mouthBox.x < upperBox.x + upperBox.width &&
      upperBox.y < mouthBox.y + mouthBox.height && mouthBox.y < upperBox.y + upperBox.height;
    this.#underMouth = this.#isShared ? pieceOf(figure, mouthBox, size) : this.#stillMouth;
    this.speechBox = grown(puppet, size);
    this.#bentMouth = new BoxView(this.#warp.output, this.speechBox);
  }

  paintIdle(into: I420Frame, frame: number, manner: Manner = this.#calm): void {
    this.#take(frame, manner);
    this.#paintUpper();
    this.#paintLips(MOUTH_CLOSED, stepped(this.#pose.smile, SMILE_STEPS));
    const { output } = this.#warp;
    this.#warp.bend(this.#whole);
    into.bytes.set(output.bytes);
    if (into.alpha) {
      if (output.alpha) into.alpha.set(output.alpha);
      else into.alpha.fill(255);
    }
  }

  paintMouth(
    into: I420Frame,
    frame: number,
    mouth: Float32Array,
    manner: Manner = this.#calm,
    opacity = 1,
  ): void {
    if (opacity <= 0) return;
    this.#take(frame, manner);
    this.#paintUpper();
    const smile = stepped(this.#pose.smile * (1 - opacity), SMILE_STEPS);
    if (isClosed(mouth) && smile === stepped(this.#pose.smile, SMILE_STEPS)) return; // as paintIdle left it
    this.#paintLips(mouth, smile);
    this.#warp.bend(this.speechBox);
    this.#bentMouth.lay(into);
  }

  [Symbol.dispose](): void {
    this.#puppet[Symbol.dispose]();
  }

  /** The pose of this frame, and the grid of it. */
  #take(frame: number, manner: Manner): void {
    const pose = this.#pose;
    this.#life.pose(frame, manner, pose);
    const bent = this.#bent;
    const isSame = this.#isBent && bent.yaw === pose.yaw && bent.pitch === pose.pitch &&
      bent.roll === pose.roll && bent.shiftX === pose.shiftX && bent.shiftY === pose.shiftY &&
      bent.breath === pose.breath;
    if (isSame) return;
    this.#isBent = true;
    copyPose(pose, bent);
    this.#bend.write(pose, this.#warp.grid);
  }

  #paintUpper(): void {
    const wanted = this.#wanted;
    const pose = this.#pose;
    const upper = this.#upper;
    wanted.lidLeft = stepped(pose.lidLeft, LID_STEPS);
    wanted.lidRight = stepped(pose.lidRight, LID_STEPS);
    wanted.gazeX = stepped(pose.gazeX, GAZE_STEPS);
    wanted.gazeY = stepped(pose.gazeY, GAZE_STEPS);
    wanted.browLeft = stepped(pose.browLeft, BROW_STEPS);
    wanted.browRight = stepped(pose.browRight, BROW_STEPS);
    wanted.browTilt = stepped(pose.browTilt, BROW_STEPS);
    wanted.squint = stepped(pose.squint, SQUINT_STEPS);
    const isSame = upper.lidLeft === wanted.lidLeft && upper.lidRight === wanted.lidRight &&
      upper.gazeX === wanted.gazeX && upper.gazeY === wanted.gazeY && upper.browLeft === wanted.browLeft &&
      upper.browRight === wanted.browRight && upper.browTilt === wanted.browTilt &&
      upper.squint === wanted.squint;
    if (isSame) return;
    copyPose(wanted, upper);
    const { figure } = this.#warp;
    if (this.#isShared) this.#stillMouth.lay(figure);
    this.#stillUpper.lay(figure);
    this.#puppet.paintUpper(figure, upper);
    if (!this.#isShared) return;
    copyBoxOut(figure, this.#puppet.mouthBox, this.#underMouth.bytes);
    this.#mouth.fill(0);
    this.#smile = 0;
  }

  /** Puts this mouth on the working figure, unless it has it already. */
  #paintLips(mouth: Readonly<Float32Array>, smile: number): void {
    let isSame = smile === this.#smile;
    for (let index = 0; index < MOUTH_LENGTH; index++) isSame &&= mouth[index] === this.#mouth[index];
    if (isSame) return;
    const { figure } = this.#warp;
    this.#underMouth.lay(figure);
    this.#mouth.set(mouth);
    this.#smile = smile;
    if (smile !== 0 || !isClosed(mouth)) this.#puppet.paintMouth(figure, mouth, smile);
  }
}

function isClosed(mouth: Float32Array): boolean {
  for (let index = 0; index < MOUTH_LENGTH; index++) if (mouth[index]! >= CLOSED_MAX) return false;
  return true;
}

/** A value of -1..1 in so many steps each way. */
function stepped(value: number, steps: number): number {
  return Math.round(value * steps) / steps;
}

function copyPose(from: Pose, to: Pose): void {
  to.yaw = from.yaw;
  to.pitch = from.pitch;
  to.roll = from.roll;
  to.shiftX = from.shiftX;
  to.shiftY = from.shiftY;
  to.breath = from.breath;
  to.lidLeft = from.lidLeft;
  to.lidRight = from.lidRight;
  to.gazeX = from.gazeX;
  to.gazeY = from.gazeY;
  to.browLeft = from.browLeft;
  to.browRight = from.browRight;
  to.browTilt = from.browTilt;
  to.smile = from.smile;
  to.squint = from.squint;
}

function pieceOf(figure: I420Frame, box: Box, size: FrameSize): BoxPicture {
  const bytes = new Uint8Array(boxBytes(box));
  copyBoxOut(figure, box, bytes);
  return new BoxPicture(box, size, bytes);
}

/** The mouth's box and as far around it as the head can carry it, inside the frame. */
function grown({ mouthBox, rig }: Puppet, size: FrameSize): Box {
  const distance = (from: number, length: number, pivot: number) =>
    Math.max(Math.abs(from - pivot), Math.abs(from + length - pivot));
  const reach = Bend.reach(
    rig,
    distance(mouthBox.x, mouthBox.width, rig.pivotX),
    distance(mouthBox.y, mouthBox.height, rig.pivotY),
  );
  const even = (value: number, most: number) => Math.min(most, Math.max(0, 2 * Math.round(value / 2)));
  const left = even(mouthBox.x - reach.x - 2, size.width);
  const top = even(mouthBox.y - reach.y - 2, size.height);
  const right = even(mouthBox.x + mouthBox.width + reach.x + 2, size.width);
  const bottom = even(mouthBox.y + mouthBox.height + reach.y + 2, size.height);
  return { x: left, y: top, width: right - left, height: bottom - top };
}
