/**
 * The outline of an animal's mouth for six mouth parameters: two curves from corner to corner.
 *
 * In: mouth parameters and a smile. Out: points in art units around the middle of the closed mouth, y downwards. The
 * upper curve hangs in two lobes below the nose; the lower jaw parts from it. Rounded, both are halves of an oval.
 * Allocates nothing.
 */
import { JAW, PRESS, PUCKER, SPREAD, TEETH, TONGUE } from "../../lipsync/mod.ts";
import { mix } from "./curve.ts";
import type { MuzzleArt } from "./manifest.ts";

const POINTS = 19;
/** The numbers below are in a mouth that is so wide; others are scaled. */
const HALF_WIDTH = 56;
const CORNER_REST = -13;
const LOBE = 9;

export class MuzzleShape {
  readonly #art: MuzzleArt;
  /** Art units for one unit of a mouth of HALF_WIDTH. */
  readonly unit: number;
  readonly #along = Float64Array.from({ length: POINTS }, (_, at) => -Math.cos(Math.PI * at / (POINTS - 1)));
  readonly x = new Float64Array(POINTS);
  readonly upper = new Float64Array(POINTS);
  readonly lower = new Float64Array(POINTS);
  half = 0;
  cornerY = 0;
  /** Middle of the upper and of the lower curve. */
  top = 0;
  bottom = 0;
  /** The parameters as they act: press takes the others' room. */
  jaw = 0;
  spread = 0;
  pucker = 0;
  press = 0;
  teeth = 0;
  tongue = 0;
  /** How far the jaw itself has fallen. */
  fall = 0;

  constructor(art: MuzzleArt) {
    this.#art = art;
    this.unit = art.halfWidth / HALF_WIDTH;
  }

  get gap(): number {
    return this.bottom - this.top;
  }

  update(mouth: Float32Array, smile: number): void {
    const { unit } = this;
    const { halfWidth, drop } = this.#art;
    this.press = mouth[PRESS]!;
    const free = 1 - this.press;
    const jaw = this.jaw = mouth[JAW]! * free;
    const pucker = this.pucker = mouth[PUCKER]! * free;
    const spread = this.spread = mouth[SPREAD]! * free * (1 - pucker);
    const teeth = this.teeth = mouth[TEETH]! * free;
    const tongue = this.tongue = mouth[TONGUE]! * free;
    const happy = Math.max(0, smile);
    this.fall = drop * jaw * (1 - 0.25 * pucker) * (1 - 0.8 * teeth);
    this.half = halfWidth * (1 + 0.24 * spread + 0.14 * happy - 0.14 * this.press) *
      (1 - (0.73 - 0.1 * jaw) * Math.sin(pucker * Math.PI / 2)) * (1 - 0.08 * jaw * (1 - spread));
    this.top = -(2 * jaw + 3 * spread + 8 * pucker + 5 * teeth) * unit;
    const bottom = this.fall + (13 * spread + 15 * pucker * (1 - 0.5 * jaw) + 8 * tongue) * unit;
    // f and v: the lower lip goes up under the teeth.
    this.bottom = mix(bottom, 10.5 * unit, teeth);
    const corner = unit * (CORNER_REST * (1 - 0.3 * jaw) * mix(1, 0.45, this.press) - 4 * spread) +
      this.fall * 0.16 -
      smile * (smile > 0 ? 9 : 17) * unit;
    this.cornerY = mix(corner, (this.top + this.bottom) / 2, pucker);
    this.#trace();
  }

  #trace(): void {
    const { unit, cornerY, top, bottom, press, pucker, spread, teeth } = this;
    const lobe = LOBE * unit * (1 - pucker) * (1 - 0.6 * press) * (1 - 0.55 * spread) * (1 - 0.6 * teeth);
    // Hardly open it follows the lobes, wide open it is one bowl.
    const bowl = Math.min(1, Math.max(0, this.gap / unit - 5) / 18);
    for (let at = 0; at < POINTS; at++) {
      const s = Math.abs(this.#along[at]!);
      const rest = 1 - s * s;
      const lobes = lobe * Math.sin(Math.PI * s ** 0.9);
      const course = cornerY * s ** 2.4;
      const parted = rest ** mix(0.62, 0.5, pucker);
      const round = cornerY * (1 - parted);
      this.x[at] = this.half * this.#along[at]!;
      this.upper[at] = mix(course + lobes, round, pucker) + top * mix(rest, parted, pucker);
      const jaw = mix(mix(course + lobes, course, bowl), round, pucker) + bottom * parted;
      this.lower[at] = Math.max(this.upper[at]!, jaw);
    }
  }
}
