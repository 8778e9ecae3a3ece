/**
 * Moves the eyes that the style's artist drew: lids close over them, they glance and squint.
 *
 * In: the eyes' shapes, lids, gaze and squint. Out: fills and strokes on a canvas whose units are the style's. Eyes
 * that are dots or strokes are pressed flat and become a lid's line; eyes with a white get lids in the skin's colour
 * and only their pupil glances. Called when something changed.
 */
import type { SKRSContext2D } from "@napi-rs/canvas";
import type { Bounds } from "../drawn/bounds.ts";
import type { EyesRig, Ink, Role } from "./rig.ts";
import { boundsOf, paintShape, type Shape } from "./shapes.ts";
import { sortedBySide } from "./sides.ts";

export interface EyeShape {
  readonly shape: Shape;
  readonly role: Role;
}

/** An eye that is pressed flatter than this, or than a little more than a lid's line, is drawn as that line. */
const LINE_BELOW = 0.3;
const LINES_HIGH = 1.4;
const SQUINT = 0.4;
const WIDE = 0.3;
/** A lid reaches beyond the eye by so much of its half width. */
const LID_BEYOND = 1.05;
/** A pupil glances by these parts of its white's width and height. */
const BALL_GLANCE_X = 0.15;
const BALL_GLANCE_Y = 0.11;
/** From here on the lower lid meets the upper one. */
const LOWER_FROM = 0.55;

/** One eye, sorted once. */
interface Eye {
  readonly shapes: readonly Shape[];
  readonly bounds: Bounds;
  /** Outlines, behind the whites. */
  readonly rims: readonly Shape[];
  readonly balls: readonly Ball[];
}

interface Ball {
  readonly white: Shape;
  readonly pupils: readonly Shape[];
}

export class EyeStrokes {
  readonly #context: SKRSContext2D;
  readonly #left: Eye | undefined;
  readonly #right: Eye | undefined;
  readonly #both: Eye | undefined;
  readonly #rig: EyesRig;
  readonly #ink: Ink;

  constructor(
    context: SKRSContext2D,
    shapes: readonly EyeShape[],
    rig: EyesRig,
    ink: Ink,
    middleX: number,
  ) {
    this.#context = context;
    const { left, right, both } = sortedBySide(shapes, middleX);
    this.#left = eyeOf(left);
    this.#right = eyeOf(right);
    this.#both = eyeOf(both);
    this.#rig = rig;
    this.#ink = ink;
  }

  /** All that lids and glances can reach, for these shapes. */
  static bounds(shapes: readonly EyeShape[], rig: EyesRig): Bounds | undefined {
    const bounds = boundsOf(shapes.map(({ shape }) => shape));
    if (!bounds) return undefined;
    // Whites keep to themselves; a dot's lid is wider than the dot.
    if (shapes.some(({ role }) => role === "white")) return bounds;
    const side = rig.glanceX + rig.lidHalfWidthMin + rig.lidLine;
    const height = (bounds.bottom - bounds.top) * 0.2 + rig.glanceY + rig.lidLine;
    return {
      left: bounds.left - side,
      top: bounds.top - height,
      right: bounds.right + side,
      bottom: bounds.bottom + height + rig.sag * rig.lidHalfWidthMin,
    };
  }

  /** Lids -0.5 (wide) .. 1 (shut), gaze -1..1 to the right and downwards, squint 0..1. */
  paint(lidLeft: number, lidRight: number, gazeX: number, gazeY: number, squint: number): void {
    this.#paintEye(this.#left, lidLeft, gazeX, gazeY, squint);
    this.#paintEye(this.#right, lidRight, gazeX, gazeY, squint);
    this.#paintEye(this.#both, (lidLeft + lidRight) / 2, gazeX, gazeY, squint);
  }

  #paintEye(eye: Eye | undefined, lid: number, gazeX: number, gazeY: number, squint: number): void {
    if (!eye) return;
    if (eye.balls.length === 0) {
      this.#paintDot(eye, lid, gazeX * this.#rig.glanceX, gazeY * this.#rig.glanceY, squint);
      return;
    }
    for (const shape of eye.rims) paintShape(this.#context, shape);
    for (const ball of eye.balls) this.#paintBall(ball, Math.max(0, lid), gazeX, gazeY, squint);
  }

  #paintDot({ shapes, bounds }: Eye, lid: number, x: number, y: number, squint: number): void {
    const context = this.#context;
    const { meet, lidLine } = this.#rig;
    const height = bounds.bottom - bounds.top;
    const at = bounds.top + height * meet;
    const openness = lid < 0 ? 1 - lid * WIDE : (1 - lid) * (1 - SQUINT * squint);
    const flat = Math.min(0.7, Math.max(LINE_BELOW, lidLine * LINES_HIGH / height));
    if (openness < flat) {
      this.#paintLid(bounds, at, 1 - openness / flat);
      return;
    }
    context.save();
    context.translate(x, y + at);
    context.scale(1, openness);
    context.translate(0, -at);
    for (const shape of shapes) paintShape(context, shape);
    context.restore();
  }

  /** `part` 0..1: from straight and as wide as the eye to hanging through and a lid wide. */
  #paintLid(bounds: Bounds, y: number, part: number): void {
    const context = this.#context;
    const { lidHalfWidthMin, lidLine, sag } = this.#rig;
    const own = (bounds.right - bounds.left) / 2;
    const half = own + Math.max(0, lidHalfWidthMin - own) * part;
    const middle = (bounds.left + bounds.right) / 2;
    const low = sag * half * part;
    context.beginPath();
    context.moveTo(middle - half, y - low * 0.5);
    context.quadraticCurveTo(middle, y + low * 1.5, middle + half, y - low * 0.5);
    context.lineWidth = lidLine;
    context.lineCap = "round";
    context.strokeStyle = this.#ink.line;
    context.stroke();
  }

  #paintBall({ white, pupils }: Ball, lid: number, gazeX: number, gazeY: number, squint: number): void {
    const context = this.#context;
    const { meet, lidLine } = this.#rig;
    const { left, top, right, bottom } = white.bounds;
    const height = bottom - top;
    const half = (right - left) / 2 * LID_BEYOND;
    const middle = (left + right) / 2;
    const x = gazeX * (right - left) * BALL_GLANCE_X;
    const y = gazeY * height * BALL_GLANCE_Y;
    context.save();
    context.clip(white.path);
    paintShape(context, white);
    context.translate(x, y);
    for (const pupil of pupils) paintShape(context, pupil);
    context.translate(-x, -y);
    context.fillStyle = this.#ink.skin;
    context.strokeStyle = this.#ink.line;
    context.lineWidth = lidLine * (0.4 + 0.6 * lid);
    // The lower lid comes up only at the end, or with a smile.
    const rise = Math.max(0, (lid - LOWER_FROM) / (1 - LOWER_FROM), squint * SQUINT);
    const lower = bottom - height * (1 - meet) * rise;
    if (rise > 0.02) this.#paintCover(middle, half, lower, bottom + height, height * (0.08 - 0.14 * lid));
    if (lid > 0.02) {
      this.#paintCover(middle, half, top + height * meet * lid, top - height, height * (0.12 - 0.18 * lid));
    }
    context.restore();
  }

  /** Skin from the lid's edge at `y`, bent up by `bow` in its middle, as far as `to`. */
  #paintCover(middle: number, half: number, y: number, to: number, bow: number): void {
    const context = this.#context;
    context.beginPath();
    context.moveTo(middle - half, y + bow);
    context.quadraticCurveTo(middle, y - bow, middle + half, y + bow);
    context.lineTo(middle + half, to);
    context.lineTo(middle - half, to);
    context.closePath();
    context.fill();
    context.beginPath();
    context.moveTo(middle - half, y + bow);
    context.quadraticCurveTo(middle, y - bow, middle + half, y + bow);
    context.stroke();
  }
}

function eyeOf(parts: readonly EyeShape[]): Eye | undefined {
  const shapes = parts.map(({ shape }) => shape);
  const bounds = boundsOf(shapes);
  if (!bounds) return undefined;
  const of = (wanted: Role) => parts.filter(({ role }) => role === wanted).map(({ shape }) => shape);
  const pupils = of("pupil");
  const balls = of("white").map((white) => ({
    white,
    pupils: pupils.filter((pupil) => isIn(pupil.bounds, white.bounds)),
  }));
  return { shapes, bounds, rims: of("eye"), balls };
}

function isIn(inner: Bounds, outer: Bounds): boolean {
  const x = (inner.left + inner.right) / 2;
  const y = (inner.top + inner.bottom) / 2;
  return x > outer.left && x < outer.right && y > outer.top && y < outer.bottom;
}
