/**
 * Where lips, chin and jaw of a face are: the contours that a mouth is bent along, of the face made upright.
 *
 * In: the mesh in pixels of the frame, once for a photo, with every frame for a film. Out: contours and widths for
 * MouthShape. Fitting allocates nothing.
 *
 * Lengths are parts of the distance between the pupils. Lips that are apart in the picture are closed: they meet on a
 * seam between them. In a photo they are a smile with teeth, in a film mostly a mouth that speaks, whose upper lip
 * hardly moves and whose chin has fallen with the lower one.
 */
import type { FrameSize } from "../../time/mod.ts";
import { Curve } from "./curve.ts";
import { mix, smooth } from "./ease.ts";
import {
  CHIN,
  JAW_LINE,
  LOWER_LIP_INNER,
  LOWER_LIP_OUTER,
  Mesh,
  MESH_POINTS,
  NOSE_BASE,
  NOSE_TIP,
  UPPER_LIP_INNER,
  UPPER_LIP_OUTER,
} from "./mesh.ts";

/** Lips count as apart from this part of the mouth's width on. */
const APART = 0.03;
/** In a film, where an edge would flicker: not yet, and wholly. */
const APART_FROM = 0.012;
const APART_TO = 0.05;
/** Half the width of a mouth at rest. */
const NATURAL_HALF = 0.41;
/** How far the lower lip falls when the jaw is wide open, and how much of it the chin follows. */
export const DROP = 0.345;
export const CHIN_FOLLOWS = 0.78;
/** Where lips that were apart meet, from the upper one (0) to the lower one (1). */
const SEAM = 0.56;
/** A film's lips that are farther apart than in a smile: so much of what is more is the upper lip's. */
const SMILE_GAP = 0.1;
const SEAM_BEYOND = 0.15;
/** So much more, and the lips are round. */
const ROUND_GAP = 0.15;
/** A face that leans less than this (tangent) stands upright. */
const LEAN_MIN = 0.01;
/** A film's face that leans more than this is bent as if it did not. */
const LEAN_MAX = 0.8;
/** How far from the middle contours are known. */
const ASIDE = 2.5;

/** How a film's mouth is read, beyond what a photo's is. */
export interface FilmReading {
  /** How far its own opening is closed, 0..1. */
  closing: number;
}

export class MouthContours {
  pupils = 1;
  /** The middle of the mouth. */
  middleX = 0;
  middleY = 0;
  lean = 0;
  /** Where the lips meet in the middle when they are closed: the place that teeth and tongue keep. */
  restX = 0;
  restY = 0;
  /** How far lips that are apart in the picture are closed: 0 where they are not. */
  apart = 0;
  /** How much higher the chin is when they are. */
  chinRise = 0;
  /** How far lips are round, and thick where they are crossed aslant, which they are not when they are closed. */
  round = 0;
  readonly seam: Curve;
  readonly still: Curve;
  readonly upperOuter: Curve;
  readonly upperInner: Curve;
  readonly lowerInner: Curve;
  readonly lowerOuter: Curve;
  readonly chin: Curve;
  /** Contours of a photo's opening as it lies there; only where it is apart. */
  readonly ownUpper: Curve;
  readonly ownLower: Curve;
  /** Widths from the middle to the corner, and to where nothing moves any more. */
  ownLeft = 1;
  ownRight = 1;
  reachLeft = 1;
  reachRight = 1;
  /** How much higher than the middle of the closed lips their corners are. */
  bowLeft = 0;
  bowRight = 0;
  neckBelow = 0;
  /** What of a lip's inner edge is not used. */
  bleedPx = 0;
  chinY = 0;
  topY = 0;
  /** A mouth that the picture shows smiling widely is less wide at rest. */
  restScale = 1;
  readonly bounds = { left: 0, top: 0, right: 0, bottom: 0 };
  readonly #upright = new Mesh(new Float64Array(MESH_POINTS * 3));
  readonly #xs = new Float64Array(JAW_LINE.length);
  readonly #ys = new Float64Array(JAW_LINE.length);

  /** `lengthMax` is how many columns contours have room for. */
  constructor(lengthMax: number) {
    this.seam = new Curve(lengthMax);
    this.still = new Curve(lengthMax);
    this.upperOuter = new Curve(lengthMax);
    this.upperInner = new Curve(lengthMax);
    this.lowerInner = new Curve(lengthMax);
    this.lowerOuter = new Curve(lengthMax);
    this.chin = new Curve(lengthMax);
    this.ownUpper = new Curve(lengthMax);
    this.ownLower = new Curve(lengthMax);
  }

  static ofPhoto(mesh: Mesh, softPx: number): MouthContours {
    const contours = new MouthContours(Math.ceil(2 * ASIDE * mesh.pupils) + 4);
    contours.fit(mesh, softPx);
    return contours;
  }

  /** With room for faces as large as the frame. */
  static ofFilm({ width }: FrameSize): MouthContours {
    return new MouthContours(2 * width);
  }

  /** `softPx` is how wide the picture's sharpest edges are: so far the teeth shine into the lips. */
  fit(leaning: Mesh, softPx: number, film?: FilmReading): void {
    const p = this.pupils = leaning.pupils;
    this.lean = film !== undefined
      ? Math.max(-LEAN_MAX, Math.min(LEAN_MAX, leaning.lean))
      : Math.abs(leaning.lean) < LEAN_MIN
      ? 0
      : leaning.lean;
    this.middleY = (leaning.y(13) + leaning.y(14)) / 2;
    const mesh = this.#makeUpright(leaning);
    const left = mesh.x(61);
    const right = mesh.x(291);
    this.middleX = (mesh.x(13) + mesh.x(14) + mesh.x(0) + mesh.x(17)) / 4;
    this.ownLeft = Math.max(0.12 * p, this.middleX - left);
    this.ownRight = Math.max(0.12 * p, right - this.middleX);
    const gap = mesh.y(14) - mesh.y(13);
    const parted = gap / (right - left);
    const isParted = film === undefined
      ? (parted > APART ? 1 : 0)
      : smooth((parted - APART_FROM) / (APART_TO - APART_FROM));
    this.apart = isParted * (film?.closing ?? 1);
    const own = (this.ownLeft + this.ownRight) / 2;
    const narrower = 0.45 * Math.max(0, 1 - NATURAL_HALF * p / own);
    this.restScale = 1 - this.apart * narrower;
    this.reachLeft = Math.max(this.ownLeft + 0.2 * p, this.middleX - (mesh.x(58) + mesh.x(172)) / 2);
    this.reachRight = Math.max(this.ownRight + 0.2 * p, (mesh.x(288) + mesh.x(397)) / 2 - this.middleX);
    this.bleedPx = this.apart * (0.5 + 0.6 * softPx);
    let seam = SEAM;
    this.chinRise = this.round = 0;
    if (film !== undefined) {
      const beyond = Math.max(0, gap - SMILE_GAP * p);
      seam = gap > 0 ? SEAM + (SEAM_BEYOND - SEAM) * beyond / gap : SEAM;
      this.chinRise = this.apart * CHIN_FOLLOWS * (1 - SEAM_BEYOND) * beyond;
      this.round = this.apart * Math.min(1, beyond / (ROUND_GAP * p));
      this.restY = leaning.y(13) + gap * mix(0.5, seam, isParted);
      this.restX = this.middleX - this.lean * (this.restY - this.middleY);
    }
    this.#layContours(leaning, mesh, seam, film === undefined && this.apart > 0);
    // Upright only sidewise: what leans still has one corner below the other.
    const tilt = this.lean * (right - left) / 2;
    const middle = this.seam.at(this.middleX);
    this.bowLeft = Math.max(0, middle - tilt - this.seam.at(left));
    this.bowRight = Math.max(0, middle + tilt - this.seam.at(right));
    this.chinY = mesh.y(CHIN);
    this.neckBelow = 1.6 * DROP * CHIN_FOLLOWS * p;
    this.#bound();
  }

  #layContours(leaning: Mesh, mesh: Mesh, seam: number, hasOwn: boolean): void {
    const p = this.pupils;
    const from = this.middleX - ASIDE * p;
    const to = this.middleX + ASIDE * p;
    this.upperOuter.layThrough(mesh, UPPER_LIP_OUTER, from, to);
    this.lowerOuter.layThrough(mesh, LOWER_LIP_OUTER, from, to);
    const { apart } = this;
    const meet = mix(0.5, seam, apart);
    this.#layLine(this.seam, mesh, meet, from, to);
    this.#layLine(this.upperInner, mesh, meet * (1 - apart), from, to);
    this.#layLine(this.lowerInner, mesh, apart === 1 ? 1 : mix(meet, 1, apart), from, to);
    if (hasOwn) {
      this.#layLine(this.ownUpper, leaning, 0, from, to);
      this.#layLine(this.ownLower, leaning, 1, from, to);
    }
    const noseY = mesh.y(NOSE_BASE) + 0.02 * p;
    this.topY = mesh.y(NOSE_TIP);
    const xs = this.#xs;
    const ys = this.#ys;
    xs[0] = this.middleX - 0.9 * p;
    xs[1] = this.middleX - 0.33 * p;
    xs[2] = this.middleX + 0.33 * p;
    xs[3] = this.middleX + 0.9 * p;
    ys[0] = this.topY - 0.9 * p * this.lean;
    ys[1] = ys[2] = noseY;
    ys[3] = this.topY + 0.9 * p * this.lean;
    this.still.lay(xs, ys, 4, from, to);
    this.chin.layThrough(mesh, JAW_LINE, from, to);
  }

  /**
   * A line between the lips' inner edges, `part` of the way from the upper one to the lower one. All of them go from
   * corner to corner of the lips, so that they meet there.
   */
  #layLine(curve: Curve, mesh: Mesh, part: number, from: number, to: number): void {
    const xs = this.#xs;
    const ys = this.#ys;
    const last = UPPER_LIP_INNER.length - 1;
    for (let at = 1; at < last; at++) {
      const upper = UPPER_LIP_INNER[at]!;
      const lower = LOWER_LIP_INNER[at]!;
      xs[at] = mesh.x(upper);
      ys[at] = part === 1 ? mesh.y(lower) : mix(mesh.y(upper), mesh.y(lower), part);
    }
    xs[0] = mesh.x(61);
    ys[0] = mesh.y(61);
    xs[last] = mesh.x(291);
    ys[last] = mesh.y(291);
    curve.lay(xs, ys, last + 1, from, to);
  }

  /** The face with each row shifted so that its middle line is upright. */
  #makeUpright(leaning: Mesh): Mesh {
    const from = leaning.points;
    const to = this.#upright.points;
    for (let at = 0; at < to.length; at += 3) {
      to[at] = from[at]! + this.lean * (from[at + 1]! - this.middleY);
      to[at + 1] = from[at + 1]!;
    }
    return this.#upright;
  }

  /** Edges of all that can change. */
  #bound(): void {
    const bottom = this.chinY + this.neckBelow;
    const slant = Math.abs(this.lean) * Math.max(bottom - this.middleY, this.middleY - this.topY);
    const tilt = Math.abs(this.lean) * Math.max(this.reachLeft, this.reachRight);
    this.bounds.left = this.middleX - this.reachLeft - slant;
    this.bounds.right = this.middleX + this.reachRight + slant;
    this.bounds.top = this.topY - tilt;
    this.bounds.bottom = bottom + tilt;
  }
}
