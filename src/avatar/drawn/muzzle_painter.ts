/**
 * Draws an animal's mouth: a dark line below the nose that opens, spreads, rounds and presses, with fangs and a tongue.
 *
 * In: the six mouth parameters and a smile. Out: fills on a canvas whose units are the art's and whose origin is the
 * middle of the closed mouth. Runs in the stage's thread; colours and gradients are made once.
 */
import type { CanvasGradient, SKRSContext2D } from "@napi-rs/canvas";
import type { Bounds } from "./bounds.ts";
import { withAlpha } from "./colour.ts";
import { fillBand, mix, traceBack, traceOn } from "./curve.ts";
import type { MuzzleArt } from "./manifest.ts";
import type { MouthPainter } from "./mouth_painter.ts";
import { MuzzleShape } from "./muzzle_shape.ts";

export class MuzzlePainter implements MouthPainter {
  readonly #context: SKRSContext2D;
  readonly #art: MuzzleArt;
  readonly #shape: MuzzleShape;
  readonly #cavity: CanvasGradient;
  readonly #tongueShade: CanvasGradient;
  readonly #lipShade: CanvasGradient;
  readonly #toothShade: CanvasGradient;
  readonly #underShade: CanvasGradient;
  readonly #chinLight: CanvasGradient;
  readonly #puffLight: CanvasGradient;
  readonly #gaps: string;
  readonly #groove: string;

  constructor(context: SKRSContext2D, art: MuzzleArt) {
    this.#context = context;
    this.#art = art;
    this.#shape = new MuzzleShape(art);
    const { colours, drop } = art;
    const linear = (...stops: [number, string][]) => {
      const gradient = context.createLinearGradient(0, 0, 0, 1);
      for (const [at, colour] of stops) gradient.addColorStop(at, colour);
      return gradient;
    };
    const radial = (colour: string, alpha: number) => {
      const gradient = context.createRadialGradient(0, 0, 0, 0, 0, 1);
      for (const [at, part] of [[0, 1], [0.45, 0.55], [1, 0]] as const) {
        gradient.addColorStop(at, withAlpha(colour, alpha * part));
      }
      return gradient;
    };
    this.#cavity = context.createLinearGradient(0, 0, 0, drop * 1.1);
    this.#cavity.addColorStop(0, colours.throat);
    this.#cavity.addColorStop(0.45, colours.throat);
    this.#cavity.addColorStop(1, colours.cavity);
    this.#tongueShade = linear(
      [0, withAlpha(colours.cavity, 0)],
      [0.5, withAlpha(colours.cavity, 0.1)],
      [1, withAlpha(colours.cavity, 0.6)],
    );
    this.#lipShade = linear([0, withAlpha(colours.throat, 0.4)], [1, withAlpha(colours.throat, 0)]);
    this.#toothShade = linear([0, withAlpha(colours.throat, 0.2)], [1, withAlpha(colours.throat, 0)]);
    this.#underShade = radial(colours.shadow, 0.55);
    this.#chinLight = radial(colours.fur, 0.9);
    this.#puffLight = radial(colours.fur, 0.95);
    this.#gaps = withAlpha(colours.throat, 0.3);
    this.#groove = withAlpha(colours.cavity, 0.4);
  }

  /** All that is ever drawn, in the painter's own units. */
  static bounds(art: MuzzleArt): Bounds {
    const side = art.halfWidth * 1.62;
    return {
      left: -side,
      top: -Math.max(art.nose, art.halfWidth * 0.6) - art.halfWidth * 0.1,
      right: side,
      bottom: art.drop * 1.1 + art.halfWidth * 0.75,
    };
  }

  paint(mouth: Float32Array, smile: number): void {
    const shape = this.#shape;
    const context = this.#context;
    shape.update(mouth, smile);
    this.#paintFur();
    if (shape.gap > 0.5 * shape.unit) {
      context.save();
      context.beginPath();
      context.moveTo(shape.x[0]!, shape.upper[0]!);
      traceOn(context, shape.x, shape.upper, 0);
      traceBack(context, shape.x, shape.lower, 0);
      context.closePath();
      context.clip();
      this.#paintInside();
      context.restore();
    }
    this.#paintLines();
    this.#paintFangs();
    this.#paintTip();
  }

  /** Light on the lip and chin and on the two puffs, shade below the chin's lip. */
  #paintFur(): void {
    const { unit, half, bottom, cornerY, press, pucker } = this.#shape;
    const width = half * mix(0.62, 1.3, pucker);
    this.#spot(this.#underShade, 0.75, 0, bottom + 15 * unit, width, 11 * unit);
    this.#spot(this.#chinLight, 1, -2 * unit, bottom + 7 * unit, width * 0.8, 8 * unit);
    const swell = Math.max(0.6 * pucker, press);
    if (swell < 0.02) return;
    // Pressed or rounded lips push the puffs out; they catch light above and throw shade at the corners.
    for (let side = -1; side <= 1; side += 2) {
      this.#spot(
        this.#underShade,
        0.9 * swell,
        side * (half + 5 * unit),
        cornerY + 4 * unit,
        13 * unit,
        13 * unit,
      );
      this.#spot(this.#puffLight, swell, side * half * 0.62, -13 * unit, 20 * unit, 12 * unit);
    }
  }

  #spot(fill: CanvasGradient, alpha: number, x: number, y: number, width: number, height: number): void {
    const context = this.#context;
    context.save();
    context.globalAlpha = alpha;
    context.translate(x, y);
    context.scale(width, height);
    context.fillStyle = fill;
    context.fillRect(-1, -1, 2, 2); // the gradient ends inside
    context.restore();
  }

  #paintInside(): void {
    const context = this.#context;
    const { unit, half, top, bottom, gap, jaw, pucker, tongue, fall } = this.#shape;
    const { colours } = this.#art;
    context.fillStyle = this.#cavity;
    context.fillRect(-half - 4, top - 20 * unit, half * 2 + 8, gap + 40 * unit);
    const raise = Math.min(1, tongue / 0.7);
    const floor = fall * 0.55 + (9 + 9 * pucker) * unit;
    const tip = mix(floor, 6 * unit, raise);
    this.#paintTongue(half * mix(0.66, 0.5, raise), tip, Math.max(12 * unit, bottom - tip + 6 * unit), raise);
    this.#paintUpperTeeth();
    // The muzzle's shadow on all of it.
    context.save();
    context.translate(0, top);
    context.scale(1, (9 + 8 * jaw) * unit);
    context.fillStyle = this.#lipShade;
    context.fillRect(-half - 4, -2, half * 2 + 8, 3);
    context.restore();
    context.fillStyle = colours.line;
  }

  #paintTongue(half: number, top: number, height: number, raise: number): void {
    const context = this.#context;
    context.save();
    context.translate(0, top);
    context.scale(half, height);
    context.beginPath();
    context.moveTo(-1, 1);
    context.bezierCurveTo(-1.05, 0.1, -0.6, 0, -0.14, 0);
    context.quadraticCurveTo(0, 0.07, 0.14, 0);
    context.bezierCurveTo(0.6, 0, 1.05, 0.1, 1, 1);
    context.fillStyle = this.#art.colours.tongue;
    context.fill();
    context.fillStyle = this.#tongueShade;
    context.fill();
    context.fillStyle = this.#groove;
    context.fillRect(-0.03, 0.12 + 0.2 * raise, 0.06, 1);
    context.restore();
  }

  /** A row of small front teeth on the skull; the fangs are painted over the line, see paintFangs. */
  #paintUpperTeeth(): void {
    const context = this.#context;
    const { unit, top, teeth, pucker, spread, jaw } = this.#shape;
    const clenched = Math.max(0, 1 - 3.5 * jaw); // the lower row stands under the upper one
    // Rounded lips stand out before the teeth.
    const edge = mix(
      mix(6.5 + spread * (2.5 + 8 * clenched), 10.5, teeth) * unit,
      top - 3 * unit,
      Math.min(1, 1.6 * pucker),
    );
    const half = (21 + 8 * spread + 5 * teeth) * unit;
    const step = half / 3;
    context.beginPath();
    context.moveTo(-half, -14 * unit);
    for (let tooth = 0; tooth < 6; tooth++) {
      const x = -half + tooth * step;
      const away = Math.abs(tooth - 2.5) < 1 ? 0 : 1.2 * unit;
      context.lineTo(x, edge - away - 2 * unit);
      context.quadraticCurveTo(x + step * 0.1, edge - away, x + step / 2, edge - away);
      context.quadraticCurveTo(x + step * 0.9, edge - away, x + step, edge - away - 2 * unit);
    }
    context.lineTo(half, -14 * unit);
    context.fillStyle = this.#art.colours.teeth;
    context.fill();
    context.save();
    context.translate(0, edge - 12 * unit);
    context.scale(1, 12 * unit);
    context.fillStyle = this.#toothShade;
    context.fill();
    context.restore();
    context.fillStyle = this.#gaps;
    context.beginPath();
    for (let tooth = 1; tooth < 6; tooth++) {
      context.rect(-half + tooth * step - 0.4 * unit, -14 * unit, 0.8 * unit, edge + 11.5 * unit);
    }
    context.fill();
  }

  /** The upper line with its way up to the nose, and the lower lip's dark rim where the mouth is open. */
  #paintLines(): void {
    const context = this.#context;
    const { unit, x, upper, lower, gap, top, press, pucker } = this.#shape;
    const { nose, colours } = this.#art;
    context.fillStyle = colours.line;
    const above = (1.9 + 0.7 * press + 0.6 * pucker) * unit;
    fillBand(context, x, upper, above, (1.9 + 0.9 * press) * unit);
    const apart = Math.min(1, gap / (5 * unit));
    if (apart > 0.05) {
      fillBand(context, x, lower, 1.4 * unit * apart, (1 + 0.9 * apart + 0.8 * pucker) * unit);
    }
    context.beginPath();
    context.moveTo(-2.6 * unit, -nose);
    context.quadraticCurveTo(-1.5 * unit, -nose / 2, -2.2 * unit, top);
    context.lineTo(2.2 * unit, top);
    context.quadraticCurveTo(1.5 * unit, -nose / 2, 2.6 * unit, -nose);
    context.fill();
  }

  /** Two fangs that grow out from below the lobes as the mouth opens. */
  #paintFangs(): void {
    const { unit, gap, half, spread, teeth, pucker, jaw } = this.#shape;
    const shown = Math.min(1, Math.max(0, gap / (9 * unit) - 0.35)) * (1 - pucker);
    if (shown <= 0) return;
    const context = this.#context;
    const length = (7.5 + 3 * jaw + 2 * teeth) * unit * shown;
    const at = Math.min(half * 0.62, (27 + 5 * spread) * unit);
    const root = this.#upperAt(at) + 0.8 * unit;
    context.fillStyle = this.#art.colours.teeth;
    context.beginPath();
    for (let side = -1; side <= 1; side += 2) {
      context.moveTo(side * (at - 3.8 * unit), root);
      context.quadraticCurveTo(side * (at - 2.6 * unit), root + length * 0.8, side * at, root + length);
      context.quadraticCurveTo(side * (at + 3 * unit), root + length * 0.7, side * (at + 3.8 * unit), root);
      context.closePath();
    }
    context.fill();
  }

  /** Height of the upper line at a distance from the middle. */
  #upperAt(distance: number): number {
    const { x, upper } = this.#shape;
    let at = x.length - 1;
    while (at > 0 && x[at - 1]! > distance) at--;
    const part = (distance - x[at - 1]!) / (x[at]! - x[at - 1]!);
    return mix(upper[at - 1]!, upper[at]!, part);
  }

  /** th: the tongue's tip hangs over the lower lip. */
  #paintTip(): void {
    const { unit, tongue, bottom } = this.#shape;
    const out = (tongue - 0.7) / 0.3;
    if (out <= 0) return;
    const context = this.#context;
    const half = 19 * unit;
    const top = 7 * unit;
    const end = mix(bottom - 2 * unit, bottom + 9 * unit, out);
    context.beginPath();
    context.moveTo(-half, top);
    context.quadraticCurveTo(0, top + 2 * unit, half, top);
    context.bezierCurveTo(half * 1.1, mix(top, end, 0.7), half * 0.62, end, 0, end);
    context.bezierCurveTo(-half * 0.62, end, -half * 1.1, mix(top, end, 0.7), -half, top);
    context.fillStyle = this.#art.colours.tongue;
    context.fill();
    context.fillStyle = this.#groove;
    context.fillRect(-0.8 * unit, top + 2 * unit, 1.6 * unit, (end - top) * 0.6);
  }
}
