/**
 * The outline of a pair of lips for six mouth parameters: four curves from corner to corner.
 *
 * In: mouth parameters and a smile. Out: points in art units around the middle of the closed lips, y downwards. All
 * curves share one course: a line through both corners that bends with them, from which the lips part upwards and
 * downwards. Rounded lips have an opening narrower than themselves: flesh at the sides as well. Allocates nothing.
 */
import { JAW, PRESS, PUCKER, SPREAD, TEETH, TONGUE } from "../../lipsync/mod.ts";
import { mix } from "./curve.ts";
import type { LipsArt } from "./manifest.ts";

/** Points of each curve. They crowd at the corners, where a rounded mouth turns sharply. */
const LIP_POINTS = 15;
/** The numbers below are in a mouth that is so wide; others are scaled. */
const HALF_WIDTH = 44;
/** The relaxed corners lie a little above the middle: friendly, not yet a smile. */
const CORNER_REST = -5;

export class LipsShape {
  readonly #art: LipsArt;
  /** Art units for one unit of a mouth of HALF_WIDTH. */
  readonly unit: number;
  /** -1 .. 1 along each curve. */
  readonly #along = Float64Array.from(
    { length: LIP_POINTS },
    (_, at) => -Math.cos(Math.PI * at / (LIP_POINTS - 1)),
  );
  readonly outerX = new Float64Array(LIP_POINTS);
  readonly innerX = new Float64Array(LIP_POINTS);
  /** Upper lip's outer and inner edge, lower lip's inner and outer edge. */
  readonly upperOuter = new Float64Array(LIP_POINTS);
  readonly upperInner = new Float64Array(LIP_POINTS);
  readonly lowerInner = new Float64Array(LIP_POINTS);
  readonly lowerOuter = new Float64Array(LIP_POINTS);
  /** Half the distance between the corners, and between the opening's. */
  half = 0;
  innerHalf = 0;
  cornerY = 0;
  /** Middle of the inner edges; they meet at 0. */
  top = 0;
  bottom = 0;
  /** Thickness of the lips. */
  upper = 0;
  lower = 0;
  /** The parameters as they act: press takes the others' room, teeth the jaw's. */
  jaw = 0;
  spread = 0;
  pucker = 0;
  press = 0;
  teeth = 0;
  tongue = 0;
  /** How far the jaw itself has fallen. */
  fall = 0;

  constructor(art: LipsArt) {
    this.#art = art;
    this.unit = art.halfWidth / HALF_WIDTH;
  }

  /** Height of the opening in its middle. */
  get gap(): number {
    return this.bottom - this.top;
  }

  update(mouth: Float32Array, smile: number): void {
    const { unit } = this;
    this.press = mouth[PRESS]!;
    const free = 1 - this.press;
    const teeth = this.teeth = mouth[TEETH]! * free;
    const jaw = this.jaw = mouth[JAW]! * free;
    const pucker = this.pucker = mouth[PUCKER]! * free;
    const spread = this.spread = mouth[SPREAD]! * free * (1 - pucker);
    const tongue = this.tongue = mouth[TONGUE]! * free;
    const { halfWidth, drop, upperLip, lowerLip } = this.#art;
    const happy = Math.max(0, smile);
    this.fall = drop * jaw * (1 - 0.3 * pucker) * (1 - 0.8 * teeth);
    // Rounding holds the cheeks in; a wide open jaw draws the corners in too.
    this.half = halfWidth *
      (1 + 0.19 * spread + 0.12 * happy * (1 - spread) + 0.04 * this.press) * (1 - 0.42 * pucker) *
      (1 - 0.1 * jaw * (1 - spread) * (1 - pucker));
    this.innerHalf = this.half * mix(1, 0.34 + 0.08 * jaw, Math.sqrt(pucker) * pucker);
    const bottom = this.fall * (1 - 0.12 * spread) +
      (4.4 * spread + 9 * pucker * (1 - 0.5 * jaw) + 5 * tongue) * unit;
    const top = -(5 * jaw + 3.2 * spread + 2.6 * pucker + 2 * tongue) * unit;
    // f and v: the lower lip goes up under the teeth, the upper one shows them.
    this.bottom = mix(bottom, 2.6 * unit, teeth);
    this.top = mix(top, -6 * unit, teeth);
    this.cornerY = unit * (CORNER_REST * (1 - 0.5 * jaw) * free - 2 * spread + 1.6 * this.pucker) +
      this.fall * 0.3 * (1 - 0.4 * spread) * (1 - 0.2 * pucker) - smile * (smile > 0 ? 7 : 8.5) * unit;
    // A round opening has its corners half way up.
    this.cornerY = mix(this.cornerY, (this.top + this.bottom) / 2, 0.75 * pucker);
    const thick = (1 - 0.16 * jaw) * (1 - 0.16 * spread) * (1 + 0.34 * pucker) * (1 - 0.12 * happy);
    this.upper = upperLip * thick * (1 - 0.52 * this.press) * (1 - 0.12 * teeth);
    this.lower = lowerLip * thick * (1 - 0.54 * this.press) * (1 - 0.34 * teeth);
    this.#trace();
  }

  #trace(): void {
    const { unit, cornerY, top, bottom, upper, lower, press, jaw, pucker } = this;
    const round = Math.min(1, pucker + 0.4 * jaw);
    const opens = mix(0.8, 0.5, round);
    const upperEnds = mix(0.86, 0.56, round);
    const lowerEnds = mix(0.62, 0.5, round);
    const dip = mix(0.36, 0.2, pucker) * (1 - 0.7 * press);
    // Closed lips meet in a soft wave; parted ones are two bows.
    const closed = Math.max(0, 1 - this.gap / (9 * unit));
    const wave = 1.5 * unit * (1 - press) * closed;
    for (let at = 0; at < LIP_POINTS; at++) {
      const s = Math.abs(this.#along[at]!);
      const rest = 1 - s * s;
      const parted = rest ** opens;
      const course = cornerY * mix(1 - parted, s ** 2.1, closed) +
        wave * (Math.exp(-((s / 0.17) ** 2)) - 0.6 * Math.exp(-(((s - 0.36) / 0.2) ** 2)));
      this.outerX[at] = this.half * this.#along[at]!;
      this.innerX[at] = this.innerHalf * this.#along[at]!;
      this.upperInner[at] = course + top * parted;
      this.lowerInner[at] = course + bottom * parted;
      const bow = 0.1 * Math.exp(-(((s - 0.25) / 0.17) ** 2)) - dip * Math.exp(-((s / 0.13) ** 2));
      this.upperOuter[at] = cornerY + (top - upper - cornerY) * rest ** upperEnds - upper * bow;
      this.lowerOuter[at] = cornerY + (bottom + lower - cornerY) * rest ** lowerEnds;
    }
  }
}
