/**
 * Where lips, chin and cheeks of a photographed face go for given mouth parameters.
 *
 * In: the face's mesh in pixels of the frame, then mouth parameters and smile once a frame. Out: for any column of
 * the picture the knots of its warp, and where the opening between the lips begins and ends. Nothing is allocated.
 *
 * Lengths are parts of the distance between the pupils. A photo whose lips are apart (a smile with teeth) is closed:
 * its lips meet on a seam between them.
 */
import { JAW, PRESS, PUCKER, SPREAD, TEETH, TONGUE } from "../../lipsync/mod.ts";
import type { ColumnWarp } from "./column_warp.ts";
import { Curve } from "./curve.ts";
import { mix, smooth } from "./ease.ts";
import {
  CHIN,
  JAW_LINE,
  LOWER_LIP_INNER,
  LOWER_LIP_OUTER,
  Mesh,
  NOSE_BASE,
  NOSE_TIP,
  UPPER_LIP_INNER,
  UPPER_LIP_OUTER,
} from "./mesh.ts";

/** Lips count as apart from this part of the mouth's width on. */
const APART = 0.03;
/** Half the width of a mouth at rest and of one that says "oo". */
const NATURAL_HALF = 0.41;
const PUCKERED_HALF = 0.3;
/** How far the lower lip falls when the jaw is wide open, and how much of it the chin follows. */
const DROP = 0.345;
const CHIN_FOLLOWS = 0.78;
/** Where lips that were apart meet, from the upper one (0) to the lower one (1). */
const SEAM = 0.56;

/** Knots of a column: the upper lip's run and the lower lip's, with the opening between. */
export const UPPER_FIRST = 0;
export const UPPER_LAST = 2;
export const LOWER_FIRST = 3;
export const LOWER_LAST = 6;

/** Edges of the lips in a column. */
const OUTER_TOP = 0;
const TOP = 1;
const BOTTOM = 2;
const OUTER_BOTTOM = 3;

/** A face that leans less than this (tangent) stands upright. */
const LEAN_MIN = 0.01;

export class MouthShape {
  readonly pupils: number;
  /** The middle of the mouth. */
  readonly middleX: number;
  readonly middleY: number;
  readonly lean: number;
  readonly #steps: number;
  /** Whether the photo shows lips that are apart. */
  readonly isApart: boolean;
  // Contours of the upright face, see upright().
  readonly #seam: Curve;
  readonly #still: Curve;
  readonly #upperOuter: Curve;
  readonly #upperInner: Curve;
  readonly #lowerInner: Curve;
  readonly #lowerOuter: Curve;
  readonly #chin: Curve;
  /** Contours of the photo's opening as it lies there. */
  readonly #ownUpper: Curve;
  readonly #ownLower: Curve;
  /** Widths from the middle to the corner, and to where nothing moves any more. */
  readonly #ownLeft: number;
  readonly #ownRight: number;
  readonly #reachLeft: number;
  readonly #reachRight: number;
  /** How much higher than the middle of the closed lips their corners are. */
  readonly #bowLeft: number;
  readonly #bowRight: number;
  readonly #neckBelow: number;
  /** What of a lip's inner edge is not used. */
  readonly #bleedPx: number;
  readonly #chinY: number;
  readonly #topY: number;
  /** A mouth that the photo shows smiling widely is less wide at rest. */
  readonly #restScale: number;

  // This frame.
  #scale = 1;
  #inner = 1;
  #up = 0;
  #down = 0;
  #corner = 0;
  #straight = 0;
  #smile = 0;
  #chinDrop = 0;
  #thickUpper = 1;
  #thickLower = 1;
  #rolledUpper = 0;
  #rolledLower = 0;
  #power = 1;
  /** Height of the opening in its middle. */
  gap = 0;
  /** How far teeth and tongue of the lower jaw have fallen. */
  jawDrop = 0;

  // This column of the upright face.
  #stillX = 0;
  #shift = 0;
  #lipTop = 0;
  #lipBottom = 0;
  #upper = 0;
  #lower = 0;
  #top = 0;
  #bottom = 0;
  /** Where the lips' outer edges go. */
  #outerTop = 0;
  #outerBottom = 0;

  // This column of the picture.
  /** The opening's upper and lower edge. */
  gapTop = 0;
  gapBottom = 0;
  /** Distance from the middle as a part of the opening's half width, and of the lips'. */
  inner = 0;
  across = 0;
  /** Where the photo's own teeth begin and end in its opening; equal where it shows none. */
  ownTop = 0;
  ownBottom = 0;

  /** `softPx` is how wide the photo's sharpest edges are: so far the teeth shine into the lips. */
  constructor(leaning: Mesh, softPx: number) {
    const p = this.pupils = leaning.pupils;
    this.lean = Math.abs(leaning.lean) < LEAN_MIN ? 0 : leaning.lean;
    this.#steps = Math.abs(this.lean) < 0.1 ? 2 : 4;
    this.middleY = (leaning.y(13) + leaning.y(14)) / 2;
    const mesh = upright(leaning, this.lean, this.middleY);
    const left = mesh.x(61);
    const right = mesh.x(291);
    this.middleX = (mesh.x(13) + mesh.x(14) + mesh.x(0) + mesh.x(17)) / 4;
    this.#ownLeft = Math.max(0.12 * p, this.middleX - left);
    this.#ownRight = Math.max(0.12 * p, right - this.middleX);
    const own = (this.#ownLeft + this.#ownRight) / 2;
    this.isApart = mesh.y(14) - mesh.y(13) > APART * (right - left);
    this.#restScale = this.isApart ? 1 - 0.45 * Math.max(0, 1 - NATURAL_HALF * p / own) : 1;
    this.#reachLeft = Math.max(this.#ownLeft + 0.2 * p, this.middleX - (mesh.x(58) + mesh.x(172)) / 2);
    this.#reachRight = Math.max(this.#ownRight + 0.2 * p, (mesh.x(288) + mesh.x(397)) / 2 - this.middleX);
    const from = this.middleX - 2.5 * p;
    const to = this.middleX + 2.5 * p;
    this.#upperOuter = Curve.through(mesh, UPPER_LIP_OUTER, from, to);
    this.#lowerOuter = Curve.through(mesh, LOWER_LIP_OUTER, from, to);
    // All of them from corner to corner of the lips, so that they meet there.
    const line = (on: Mesh, height: (at: number) => number) => {
      const inside = UPPER_LIP_INNER.slice(1, -1);
      const xs = [on.x(61), ...inside.map((index) => on.x(index)), on.x(291)];
      return new Curve(xs, [on.y(61), ...inside.map((_, at) => height(at + 1)), on.y(291)], from, to);
    };
    const upper = (at: number) => mesh.y(UPPER_LIP_INNER[at]!);
    const lower = (at: number) => mesh.y(LOWER_LIP_INNER[at]!);
    this.#seam = line(mesh, (at) => mix(upper(at), lower(at), this.isApart ? SEAM : 0.5));
    this.#upperInner = this.isApart ? line(mesh, upper) : this.#seam;
    this.#lowerInner = this.isApart ? line(mesh, lower) : this.#seam;
    this.#ownUpper = this.isApart ? line(leaning, upper) : this.#seam;
    this.#ownLower = this.isApart ? line(leaning, lower) : this.#seam;
    // Upright only sidewise: what leans still has one corner below the other.
    const tilt = this.lean * (right - left) / 2;
    this.#bowLeft = Math.max(0, this.#seam.at(this.middleX) - tilt - this.#seam.at(left));
    this.#bowRight = Math.max(0, this.#seam.at(this.middleX) + tilt - this.#seam.at(right));
    const noseY = mesh.y(NOSE_BASE) + 0.02 * p;
    this.#topY = mesh.y(NOSE_TIP);
    this.#still = new Curve(
      [-0.9, -0.33, 0.33, 0.9].map((x) => this.middleX + x * p),
      [this.#topY - 0.9 * p * this.lean, noseY, noseY, this.#topY + 0.9 * p * this.lean],
      from,
      to,
    );
    this.#bleedPx = this.isApart ? 0.5 + 0.6 * softPx : 0;
    this.#chin = Curve.through(mesh, JAW_LINE, from, to);
    this.#chinY = mesh.y(CHIN);
    this.#neckBelow = 1.6 * DROP * CHIN_FOLLOWS * p;
  }

  /** Edges of all that can change. */
  get bounds(): { left: number; top: number; right: number; bottom: number } {
    const bottom = this.#chinY + this.#neckBelow;
    const slant = Math.abs(this.lean) * Math.max(bottom - this.middleY, this.middleY - this.#topY);
    const tilt = Math.abs(this.lean) * Math.max(this.#reachLeft, this.#reachRight);
    return {
      left: this.middleX - this.#reachLeft - slant,
      right: this.middleX + this.#reachRight + slant,
      top: this.#topY - tilt,
      bottom: bottom + tilt,
    };
  }

  /** No part of the opening lies farther from the middle. */
  get halfMax(): number {
    return Math.max(this.#ownLeft, this.#ownRight) * 1.12;
  }

  /** Takes this frame's parameters. */
  set(mouth: Float32Array, smile: number): void {
    const p = this.pupils;
    const press = mouth[PRESS]!;
    const free = 1 - press;
    const teeth = mouth[TEETH]! * free;
    const jaw = mouth[JAW]! * free;
    const pucker = mouth[PUCKER]! * free;
    const spread = mouth[SPREAD]! * (1 - pucker) * free;
    const tongue = mouth[TONGUE]! * free;
    const own = (this.#ownLeft + this.#ownRight) / 2;
    const rest = own * this.#restScale;
    const open = rest * (1 + 0.09 * spread - 0.16 * jaw * (1 - spread) + 0.02 * press + 0.04 * smile);
    this.#scale = mix(open, Math.min(PUCKERED_HALF * p, 0.8 * rest), pucker) / own;
    const fall = DROP * p * jaw * (1 - 0.35 * pucker) * (1 - 0.2 * spread);
    const parted = (spread + pucker * 1.85 + tongue) * 0.06 * p;
    this.#down = mix(fall + parted * 0.75, 0.016 * p, teeth);
    this.#up = mix(0.05 * p * jaw + parted * 0.3, 0.06 * p, teeth);
    this.gap = this.#up + this.#down;
    this.jawDrop = fall * (1 - teeth);
    this.#chinDrop = (this.jawDrop + 0.012 * p * press) * CHIN_FOLLOWS;
    const round = Math.min(1, Math.max(this.gap / (0.3 * p), pucker * Math.min(1, this.gap / (0.04 * p))));
    this.#power = mix(0.85, 0.55, round);
    const wide = mix(0.62, 0.92, Math.min(1, this.gap / (0.06 * p))) * (1 - 0.12 * teeth);
    this.#inner = mix(wide, 0.23 + 0.47 * jaw, pucker);
    this.#straight = mix(
      this.isApart ? 0.2 : 0,
      0.85,
      Math.max(pucker, 0.8 * Math.min(1, this.gap / (0.35 * p))),
    );
    this.#corner = this.#down * 0.36 * (1 - 0.5 * spread) - spread * 0.02 * p + pucker * 0.01 * p;
    this.#smile = smile * 0.055 * p;
    const thick = (this.isApart ? 1.2 : 1) * (1 - 0.1 * jaw) * (1 - 0.1 * spread) * (1 + 0.35 * pucker);
    this.#thickUpper = thick * (1 - 0.3 * press);
    this.#thickLower = thick * (1 - 0.25 * press) * (1 - 0.2 * teeth);
    this.#rolledUpper = 0.35 * press;
    this.#rolledLower = mix(0.3 * press, 0.3, teeth);
  }

  /** Sets gapTop, gapBottom, inner and across for column `x` of the picture. */
  edges(x: number): void {
    const bottom = this.#solve(x, BOTTOM);
    const inner = this.inner;
    const across = this.across;
    this.gapTop = this.lean === 0 ? this.#top : this.#solve(x, TOP);
    this.gapBottom = Math.max(this.gapTop, bottom);
    this.inner = Math.min(inner, this.inner);
    this.across = Math.min(across, this.across);
  }

  /** Sets what the photo itself shows between its lips at column `x`, whatever they do now. */
  ownOpening(x: number): void {
    this.ownTop = this.#ownUpper.at(x);
    this.ownBottom = this.#ownLower.at(x);
  }

  /** Fills the knots of column `x` of the picture, and its opening. */
  column(x: number, warp: ColumnWarp): void {
    const { to, from, share } = warp;
    warp.x = x;
    warp.lean = this.lean;
    warp.shift = 1; // each knot has its own share of pixels
    to[4] = this.#solve(x, OUTER_BOTTOM);
    from[4] = this.#lipBottom;
    share[4] = this.#shift;
    const chin = Math.max(
      this.#chin.at(x + this.lean * (this.#chinY - this.middleY)),
      this.#lipBottom + 0.16 * this.pupils,
    );
    to[3] = this.lean === 0 ? this.#bottom : this.#solve(x, BOTTOM);
    from[3] = this.#lipBottom - this.#used(this.#lower, this.#rolledLower);
    share[3] = this.#shift;
    to[2] = this.lean === 0 ? this.#top : this.#solve(x, TOP);
    from[2] = this.#lipTop + this.#used(this.#upper, this.#rolledUpper);
    share[2] = this.#shift;
    to[1] = this.lean === 0 ? this.#outerTop : this.#solve(x, OUTER_TOP);
    from[1] = this.#lipTop;
    share[1] = this.#shift;
    // A slanting corner may put them out of order by a fraction of a pixel.
    to[2] = Math.max(to[1], to[2]);
    to[3] = Math.max(to[2], to[3]);
    to[4] = Math.max(to[3], to[4]);
    from[2] = Math.max(from[1], from[2]);
    from[4] = Math.max(from[3], from[4]);
    this.gapTop = to[2];
    this.gapBottom = to[3];
    const reach = x < this.middleX ? this.#reachLeft : this.#reachRight;
    const sidewise = Math.min(1, Math.abs(x + this.lean * (chin - this.middleY) - this.middleX) / reach);
    to[0] = from[0] = Math.min(
      this.#still.at(x + this.lean * (this.#topY - this.middleY)),
      from[1] - 0.05 * this.pupils,
    );
    from[5] = chin;
    to[5] = chin + this.#chinDrop * (1 - sidewise * sidewise);
    from[6] = to[6] = chin + this.#neckBelow;
    share[0] = share[6] = 0;
    share[5] = 0.12 * share[4];
  }

  /** How much of a lip of so many pixels is seen, from its outer edge on. */
  #used(thick: number, rolled: number): number {
    const whole = thick - this.#bleedPx;
    return (whole > 0.6 * thick ? whole : 0.6 * thick) * (1 - rolled);
  }

  /**
   * Height at which column `x` of the picture meets an edge of the lips. A leaning face is made upright by shifting each
   * row; where the edge lies decides which row, so the place is sought by steps.
   */
  #solve(x: number, edge: number): number {
    if (this.lean === 0) {
      this.#upright(x);
      return this.#edge(edge);
    }
    let height = this.middleY + this.lean * (x - this.middleX);
    for (let step = 0; step < this.#steps; step++) {
      this.#upright(x + this.lean * (height - this.middleY));
      height = this.#edge(edge);
    }
    return height;
  }

  #edge(edge: number): number {
    return edge === TOP
      ? this.#top
      : edge === BOTTOM
      ? this.#bottom
      : edge === OUTER_TOP
      ? this.#outerTop
      : this.#outerBottom;
  }

  /** All that is known of column `x` of the upright face. */
  #upright(x: number): void {
    const away = x - this.middleX;
    const distance = Math.abs(away);
    const own = away < 0 ? this.#ownLeft : this.#ownRight;
    const reach = away < 0 ? this.#reachLeft : this.#reachRight;
    const half = own * this.#scale;
    const source = stillDistance(distance, half, own, reach);
    this.#shift = away < 0 ? distance - source : source - distance;
    const stillX = this.#stillX = x + this.#shift;
    this.across = distance / half;
    this.inner = this.across / this.#inner;
    const u = Math.min(1, this.across);
    const beyond = 1 - smooth((distance - half) / (reach - half));
    const bend = this.#straight * (away < 0 ? this.#bowLeft : this.#bowRight) - this.#smile;
    const line = this.#seam.at(stillX) + (this.#corner + bend * u * u) * beyond;
    const bow = Math.max(0, 1 - this.inner * this.inner);
    const shape = this.gap <= 0 ? 0 : bow ** this.#power;
    const up = this.#up + this.#corner;
    const down = this.#down - this.#corner;
    this.#top = line - up * shape;
    this.#bottom = line + down * shape;
    this.#lipTop = this.#upperOuter.at(stillX);
    this.#lipBottom = this.#lowerOuter.at(stillX);
    this.#upper = Math.max(0, this.#upperInner.at(stillX) - this.#lipTop);
    this.#lower = Math.max(0, this.#lipBottom - this.#lowerInner.at(stillX));
    // The lips' outer edges follow the opening more evenly than its own edges: lips are thicker beside a small one.
    const outer = mix(shape, (1 - u * u) ** 0.8, 0.75);
    this.#outerTop = Math.min(
      this.#top - 0.4 * this.#upper,
      line - up * outer - this.#upper * this.#thickUpper,
    );
    this.#outerBottom = Math.max(
      this.#bottom + 0.4 * this.#lower,
      line + down * outer + this.#lower * this.#thickLower,
    );
  }
}

/** The face with each row shifted so that its middle line is upright. */
function upright(mesh: Mesh, lean: number, middleY: number): Mesh {
  return new Mesh(
    mesh.points.map((value, at, all) => at % 3 === 0 ? value + lean * (all[at + 1]! - middleY) : value),
  );
}

/** Distance from the middle in the still picture of what is seen at `distance`: the corner goes from `own` to `half`. */
function stillDistance(distance: number, half: number, own: number, reach: number): number {
  if (distance >= reach) return distance;
  const inside = own / half;
  if (distance <= half) return distance * inside;
  const h = reach - half;
  const secant = (reach - own) / h;
  const m0 = Math.min(inside, 3 * secant);
  const m1 = Math.min(1, 3 * secant);
  const t = (distance - half) / h;
  const s = 1 - t;
  return own * (1 + 2 * t) * s * s + m0 * h * t * s * s + reach * t * t * (3 - 2 * t) - m1 * h * t * t * s;
}
