/**
 * Where brows, lids and irises of a photographed face go for a pose.
 *
 * In: the face's mesh in pixels of the frame, then a pose once a frame. Out: for any column of the picture the knots
 * of two warps: skin (brows, lids, cheeks) and eyeball. Nothing is allocated.
 *
 * Lengths are parts of the distance between the pupils. Both eyes share each curve, so nothing jumps at the nose.
 */
import type { Pose } from "../life/pose.ts";
import type { ColumnWarp } from "./column_warp.ts";
import { Curve } from "./curve.ts";
import { mix, smooth } from "./ease.ts";
import { type EyeIndices, LEFT_EYE, type Mesh, RIGHT_EYE } from "./mesh.ts";

/** Brows rise so far, and their inner ends so far with the tilt. */
const BROW_LIFT = 0.065;
const BROW_TILT = 0.05;
/** There is less room between brow and lid than above the brow. */
const BROW_DOWN = 0.6;
/** Eyes wide open: part of the eye's height that the lid rises. */
const WIDE = 0.22;
/** The lower lid meets the upper one so far up the eye. */
const MEETS = 0.12;
const SQUINT = 0.26;
/** Glances move the iris by this part of its radius: farther, a photo has nothing to show. */
const GLANCE_X = 0.42;
const GLANCE_Y = 0.2;
/** Thickness of lashes and lid's edge, which move as one. */
const LASHES = 0.045;
/** Lashes and lid reach beyond the mesh's corners of the eye, towards the temple and the nose. */
const BEYOND_OUTER = 0.055;
const BEYOND_INNER = 0.02;

/** Knots of a column's skin: forehead to lid, and below the eye. */
export const LID_FIRST = 0;
export const LID_LAST = 5;
export const CHEEK_FIRST = 6;
export const CHEEK_LAST = 7;
/** Knots of a column's eyeball count from 0. */
export const BALL_LAST = 3;

interface Eye {
  readonly left: number;
  readonly right: number;
  readonly irisX: number;
  readonly irisY: number;
  readonly irisRadius: number;
  readonly browInner: number;
  readonly browOuter: number;
}

export class EyesShape {
  readonly pupils: number;
  readonly #eyes: readonly [Eye, Eye];
  readonly #middleX: number;
  readonly #browTop: Curve;
  readonly #browBottom: Curve;
  readonly #fold: Curve;
  readonly #upper: Curve;
  readonly #lower: Curve;
  readonly #lean: number;
  readonly #left: number;
  readonly #right: number;
  readonly #bottomMax: number;
  #pose: Pose | undefined;

  /** This column: where the eyeball begins and ends; equal where it is covered. */
  eyeTop = 0;
  eyeBottom = 0;

  /** Nothing below `bottomMax` is moved. */
  constructor(mesh: Mesh, bottomMax: number) {
    const p = this.pupils = mesh.pupils;
    this.#bottomMax = bottomMax;
    this.#lean = mesh.lean;
    this.#middleX = mesh.x(168);
    this.#left = mesh.x(33) - 0.5 * p;
    this.#right = mesh.x(263) + 0.5 * p;
    const both = (of: (eye: EyeIndices) => readonly number[]) =>
      Curve.through(mesh, [...of(LEFT_EYE), ...of(RIGHT_EYE)], this.#left - p, this.#right + p);
    this.#browTop = both((eye) => eye.browTop);
    this.#browBottom = both((eye) => eye.browBottom);
    this.#fold = both((eye) => eye.fold);
    this.#upper = this.#lids(mesh, (eye) => eye.upper);
    this.#lower = this.#lids(mesh, (eye) => eye.lower);
    const eye = (indices: EyeIndices): Eye => {
      const rim = [1, 2, 3, 4].map((at) =>
        Math.hypot(
          mesh.x(indices.iris + at) - mesh.x(indices.iris),
          mesh.y(indices.iris + at) - mesh.y(indices.iris),
        )
      );
      const isLeft = indices === LEFT_EYE;
      return {
        left: mesh.x(indices.upper[0]!) - (isLeft ? BEYOND_OUTER : BEYOND_INNER) * p,
        right: mesh.x(indices.upper.at(-1)!) + (isLeft ? BEYOND_INNER : BEYOND_OUTER) * p,
        irisX: mesh.x(indices.iris),
        irisY: mesh.y(indices.iris),
        irisRadius: rim.reduce((sum, one) => sum + one, 0) / 4,
        browInner: mesh.x(indices.browTop.at(isLeft ? -1 : 0)!),
        browOuter: mesh.x(indices.browTop.at(isLeft ? 0 : -1)!),
      };
    };
    this.#eyes = [eye(LEFT_EYE), eye(RIGHT_EYE)];
  }

  /** Edges of all that can change. */
  get bounds(): { left: number; top: number; right: number; bottom: number } {
    let top = Infinity;
    let bottom = 0;
    for (let x = this.#left; x <= this.#right; x++) {
      top = Math.min(top, this.#top(x));
      bottom = Math.max(bottom, this.#bottom(x));
    }
    return { left: this.#left, right: this.#right, top, bottom };
  }

  /** Lid edges of both eyes, their corners a little farther out than the mesh has them. */
  #lids(mesh: Mesh, of: (eye: EyeIndices) => readonly number[]): Curve {
    const p = this.pupils;
    const xs: number[] = [];
    const ys: number[] = [];
    for (const eye of [LEFT_EYE, RIGHT_EYE]) {
      const [outer, inner] = eye === LEFT_EYE ? [BEYOND_OUTER, BEYOND_INNER] : [BEYOND_INNER, BEYOND_OUTER];
      const indices = of(eye);
      indices.forEach((index, at) => {
        const isEnd = at === 0 || at === indices.length - 1;
        xs.push(mesh.x(index) + (isEnd ? (at === 0 ? -outer : inner) * p : 0));
        ys.push(mesh.y(index));
      });
    }
    return Curve.of(xs, ys, this.#left - p, this.#right + p);
  }

  set(pose: Pose): void {
    this.#pose = pose;
  }

  #top(x: number): number {
    return this.#browTop.at(x) - 0.45 * this.pupils;
  }

  #bottom(x: number): number {
    return Math.min(this.#bottomMax, this.#lower.at(x) + 0.32 * this.pupils);
  }

  /** How far the brow at `x` is moved, down being positive. */
  #browShift(x: number, pose: Pose): number {
    const [left, right] = this.#eyes;
    const p = this.pupils;
    const gap = Math.max(1, right.browInner - left.browInner);
    const toRight = smooth((x - left.browInner) / gap);
    // Beyond its outer end a brow's movement fades.
    const fade = x < this.#middleX
      ? smooth((x - left.browOuter + 0.3 * p) / (0.3 * p))
      : smooth((right.browOuter + 0.3 * p - x) / (0.3 * p));
    const along = x < this.#middleX
      ? (x - left.browOuter) / Math.max(1, left.browInner - left.browOuter)
      : (right.browOuter - x) / Math.max(1, right.browOuter - right.browInner);
    const inner = Math.min(1, Math.max(0, along));
    const between = 1 - 0.35 * Math.sin(Math.PI * toRight);
    const raised = mix(pose.browLeft, pose.browRight, toRight);
    const lift = raised * (raised < 0 ? BROW_DOWN : 1) * BROW_LIFT * between;
    const tilt = pose.browTilt * BROW_TILT * (inner * inner - 0.25);
    return -(lift + tilt) * p * fade;
  }

  /** Fills the knots of column `x`. */
  column(x: number, skin: ColumnWarp, ball: ColumnWarp): void {
    const pose = this.#pose!;
    const p = this.pupils;
    const isLeft = x < this.#middleX;
    const eye = this.#eyes[isLeft ? 0 : 1]!;
    const lid = isLeft ? pose.lidLeft : pose.lidRight;
    const brow = this.#browShift(x, pose);
    const upper = this.#upper.at(x);
    const lower = Math.max(upper, this.#lower.at(x));
    const high = lower - upper;
    const isEye = x > eye.left && x < eye.right && high > 1;
    // Lids rest on the eyeball: the upper one follows a glance up or down.
    const glance = isEye ? pose.gazeY * GLANCE_Y * eye.irisRadius : 0;
    const closes = lid >= 0 ? lid : 0;
    const meets = lower - MEETS * high;
    const squint = pose.squint * SQUINT * high;
    const bottom = Math.max(upper, lower - MEETS * high * closes - squint);
    const open = lid >= 0 ? upper + 0.5 * glance * (1 - closes) : upper + 2 * lid * WIDE * high;
    const top = Math.min(mix(open, Math.min(meets, bottom), closes), bottom);
    const lifted = top - upper;
    const fold = Math.min(this.#fold.at(x), upper - LASHES * p * 1.2);
    const browBottom = Math.min(this.#browBottom.at(x), fold - 0.03 * p);
    const browTop = Math.min(this.#browTop.at(x), browBottom - 0.02 * p);
    const lashes = Math.min(LASHES * p, (upper - fold) * 0.75);
    const inset = Math.min(0.014 * p, 0.1 * high) * smooth(3 * closes);
    const { to, from, share } = skin;
    skin.x = ball.x = x;
    skin.shift = 0;
    skin.lean = ball.lean = this.#lean;
    to[0] = from[0] = this.#top(x);
    from[1] = browTop;
    to[1] = browTop + brow;
    from[2] = browBottom;
    to[2] = browBottom + brow;
    from[3] = fold;
    to[3] = Math.max(to[2] + 0.4 * (fold - browBottom), fold + brow * 0.2 + lifted * 0.4);
    from[4] = upper - lashes - inset;
    to[4] = Math.max(to[3] + 0.1, top - lashes);
    // What of the eye's white lies on the lid's very edge stays with the eyeball.
    from[5] = upper - inset;
    to[5] = Math.max(to[4] + 0.1, top);
    from[6] = lower + inset;
    to[6] = Math.max(to[5], bottom);
    from[7] = to[7] = Math.max(this.#bottom(x), lower + 0.05 * p);
    share.fill(0);
    this.eyeTop = this.eyeBottom = to[5];
    if (!isEye || to[6] - to[5] < 0.5) return;
    this.eyeBottom = to[6];

    const shift = pose.gazeX * GLANCE_X * eye.irisRadius;
    const near = eye.irisX - eye.irisRadius;
    const far = eye.irisX + eye.irisRadius;
    const source = x <= near + shift
      ? stretch(x, eye.left, near + shift, eye.left, near)
      : x >= far + shift
      ? stretch(x, far + shift, eye.right, far, eye.right)
      : x - shift;
    ball.shift = source - x;
    ball.share.fill(1);
    const still = 0.55 * eye.irisRadius;
    ball.from[0] = upper;
    ball.to[0] = Math.min(upper, to[5]);
    ball.from[1] = Math.max(upper + 0.2, eye.irisY - still);
    ball.to[1] = Math.max(ball.to[0] + 0.2, ball.from[1] + glance);
    ball.from[2] = Math.max(ball.from[1] + 0.2, Math.min(lower - 0.2, eye.irisY + still));
    ball.to[2] = Math.max(ball.to[1] + 0.2, ball.from[2] + glance);
    ball.from[3] = Math.max(lower, ball.from[2] + 0.2);
    ball.to[3] = Math.max(ball.from[3], ball.to[2] + 0.2);
  }
}

/** From where `x` lies between two places to the same part of the way between two others. */
function stretch(x: number, from: number, to: number, stillFrom: number, stillTo: number): number {
  const length = Math.max(0.5, to - from);
  return stillFrom + (stillTo - stillFrom) * Math.min(1, Math.max(0, (x - from) / length));
}
