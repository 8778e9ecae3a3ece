/**
 * Where lips, chin and cheeks of a photographed face go for given mouth parameters.
 *
 * In: the face's contours in pixels of the frame, mouth parameters and smile once a frame. Out: for any column of
 * the picture the knots of its warp, and where the opening between the lips begins and ends. Nothing is allocated.
 */
import { JAW, PRESS, PUCKER, SPREAD, TEETH, TONGUE } from "../../lipsync/mod.ts";
import type { ColumnWarp } from "./column_warp.ts";
import type { Curve } from "./curve.ts";
import { mix, smooth } from "./ease.ts";
import { CHIN_FOLLOWS, DROP, type MouthContours } from "./mouth_contours.ts";

/** Half the width of a mouth that says "oo". */
const PUCKERED_HALF = 0.3;

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

/** Steps in which an edge of a leaning face's lips is sought, up to LEAN_MUCH and beyond. */
const STEPS = [2, 4] as const;
const LEAN_MUCH = 0.1;

export class MouthShape {
  readonly #face: MouthContours;

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

  /** Follows `contours` whenever they are fitted anew. */
  constructor(contours: MouthContours) {
    this.#face = contours;
  }

  /** Takes this frame's parameters. */
  set(mouth: Float32Array, smile: number): void {
    const p = this.#face.pupils;
    const press = mouth[PRESS]!;
    const free = 1 - press;
    const teeth = mouth[TEETH]! * free;
    const jaw = mouth[JAW]! * free;
    const pucker = mouth[PUCKER]! * free;
    const spread = mouth[SPREAD]! * (1 - pucker) * free;
    const tongue = mouth[TONGUE]! * free;
    const own = (this.#face.ownLeft + this.#face.ownRight) / 2;
    const rest = own * this.#face.restScale;
    const open = rest * (1 + 0.09 * spread - 0.16 * jaw * (1 - spread) + 0.02 * press + 0.04 * smile);
    this.#scale = mix(open, Math.min(PUCKERED_HALF * p, 0.8 * rest), pucker) / own;
    const fall = DROP * p * jaw * (1 - 0.35 * pucker) * (1 - 0.2 * spread);
    const parted = (spread + pucker * 1.85 + tongue) * 0.06 * p;
    this.#down = mix(fall + parted * 0.75, 0.016 * p, teeth);
    this.#up = mix(0.05 * p * jaw + parted * 0.3, 0.06 * p, teeth);
    this.gap = this.#up + this.#down;
    this.jawDrop = fall * (1 - teeth);
    this.#chinDrop = (this.jawDrop + 0.012 * p * press) * CHIN_FOLLOWS - this.#face.chinRise;
    const round = Math.min(1, Math.max(this.gap / (0.3 * p), pucker * Math.min(1, this.gap / (0.04 * p))));
    this.#power = mix(0.85, 0.55, round);
    const wide = mix(0.62, 0.92, Math.min(1, this.gap / (0.06 * p))) * (1 - 0.12 * teeth);
    this.#inner = mix(wide, 0.23 + 0.47 * jaw, pucker);
    this.#straight = mix(
      0.2 * this.#face.apart,
      0.85,
      Math.max(pucker, 0.8 * Math.min(1, this.gap / (0.35 * p))),
    );
    this.#corner = this.#down * 0.36 * (1 - 0.5 * spread) - spread * 0.02 * p + pucker * 0.01 * p;
    this.#smile = smile * 0.055 * p;
    const thick = mix(1, 1.2, this.#face.apart) * (1 - 0.1 * jaw) * (1 - 0.1 * spread) * (1 + 0.35 * pucker);
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
    this.gapTop = this.#face.lean === 0 ? this.#top : this.#solve(x, TOP);
    this.gapBottom = Math.max(this.gapTop, bottom);
    this.inner = Math.min(inner, this.inner);
    this.across = Math.min(across, this.across);
  }

  /** Sets what the photo itself shows between its lips at column `x`, whatever they do now. */
  ownOpening(x: number): void {
    this.ownTop = this.#face.ownUpper.at(x);
    this.ownBottom = this.#face.ownLower.at(x);
  }

  /** Fills the knots of column `x` of the picture, and its opening. */
  column(x: number, warp: ColumnWarp): void {
    const { to, from, share } = warp;
    warp.x = x;
    warp.lean = this.#face.lean;
    warp.shift = 1; // each knot has its own share of pixels
    to[4] = this.#solve(x, OUTER_BOTTOM);
    from[4] = this.#lipBottom;
    share[4] = this.#shift;
    const chin = Math.max(
      this.#face.chin.at(x + this.#face.lean * (this.#face.chinY - this.#face.middleY)),
      this.#lipBottom + 0.16 * this.#face.pupils,
    );
    to[3] = this.#face.lean === 0 ? this.#bottom : this.#solve(x, BOTTOM);
    from[3] = this.#lipBottom - this.#used(this.#lower, this.#rolledLower);
    share[3] = this.#shift;
    to[2] = this.#face.lean === 0 ? this.#top : this.#solve(x, TOP);
    from[2] = this.#lipTop + this.#used(this.#upper, this.#rolledUpper);
    share[2] = this.#shift;
    to[1] = this.#face.lean === 0 ? this.#outerTop : this.#solve(x, OUTER_TOP);
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
    const reach = x < this.#face.middleX ? this.#face.reachLeft : this.#face.reachRight;
    const sidewise = Math.min(
      1,
      Math.abs(x + this.#face.lean * (chin - this.#face.middleY) - this.#face.middleX) / reach,
    );
    to[0] = from[0] = Math.min(
      this.#face.still.at(x + this.#face.lean * (this.#face.topY - this.#face.middleY)),
      from[1] - 0.05 * this.#face.pupils,
    );
    from[5] = chin;
    to[5] = chin + this.#chinDrop * (1 - sidewise * sidewise);
    from[6] = to[6] = chin + this.#face.neckBelow;
    share[0] = share[6] = 0;
    share[5] = 0.12 * share[4];
  }

  /** How much of a lip of so many pixels is seen, from its outer edge on. */
  #used(thick: number, rolled: number): number {
    const whole = thick - this.#face.bleedPx;
    return (whole > 0.6 * thick ? whole : 0.6 * thick) * (1 - rolled);
  }

  /**
   * Height at which column `x` of the picture meets an edge of the lips. A leaning face is made upright by shifting each
   * row; where the edge lies decides which row, so the place is sought by steps.
   */
  #solve(x: number, edge: number): number {
    if (this.#face.lean === 0) {
      this.#upright(x);
      return this.#edge(edge);
    }
    const steps = STEPS[Math.abs(this.#face.lean) < LEAN_MUCH ? 0 : 1];
    let height = this.#face.middleY + this.#face.lean * (x - this.#face.middleX);
    for (let step = 0; step < steps; step++) {
      this.#upright(x + this.#face.lean * (height - this.#face.middleY));
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
    const away = x - this.#face.middleX;
    const distance = Math.abs(away);
    const own = away < 0 ? this.#face.ownLeft : this.#face.ownRight;
    const reach = away < 0 ? this.#face.reachLeft : this.#face.reachRight;
    const half = own * this.#scale;
    const source = stillDistance(distance, half, own, reach);
    this.#shift = away < 0 ? distance - source : source - distance;
    const stillX = this.#stillX = x + this.#shift;
    this.across = distance / half;
    this.inner = this.across / this.#inner;
    const u = Math.min(1, this.across);
    const beyond = 1 - smooth((distance - half) / (reach - half));
    const bend = this.#straight * (away < 0 ? this.#face.bowLeft : this.#face.bowRight) - this.#smile;
    const line = this.#face.seam.at(stillX) + (this.#corner + bend * u * u) * beyond;
    const bow = Math.max(0, 1 - this.inner * this.inner);
    const shape = this.gap <= 0 ? 0 : bow ** this.#power;
    const up = this.#up + this.#corner;
    const down = this.#down - this.#corner;
    this.#top = line - up * shape;
    this.#bottom = line + down * shape;
    this.#lipTop = this.#face.upperOuter.at(stillX);
    this.#lipBottom = this.#face.lowerOuter.at(stillX);
    this.#upper = Math.max(0, this.#face.upperInner.at(stillX) - this.#lipTop);
    this.#lower = Math.max(0, this.#lipBottom - this.#face.lowerInner.at(stillX));
    // The lips' outer edges follow the opening more evenly than its own edges: lips are thicker beside a small one.
    const outer = mix(shape, (1 - u * u) ** 0.8, 0.75);
    const upper = this.#upper * this.#slimming(this.#face.upperOuter, stillX);
    const lower = this.#lower * this.#slimming(this.#face.lowerOuter, stillX);
    this.#outerTop = Math.min(this.#top - 0.4 * upper, line - up * outer - upper * this.#thickUpper);
    this.#outerBottom = Math.max(this.#bottom + 0.4 * lower, line + down * outer + lower * this.#thickLower);
  }

  /** How much thinner a round lip is than a column through it, when it lies level. */
  #slimming(edge: Curve, x: number): number {
    const { round } = this.#face;
    if (round === 0) return 1;
    const slope = (edge.at(x + 2) - edge.at(x - 2)) / 4;
    return mix(1, 1 / Math.hypot(1, slope), round);
  }
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
