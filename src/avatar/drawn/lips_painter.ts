/**
 * Draws a human mouth: two lips that open, spread, pucker and press, what is between them, and the skin's shade
 * around them.
 *
 * In: the six mouth parameters and a smile. Out: strokes and fills on a canvas whose units are the art's and whose
 * origin is the middle of the closed lips. Runs in the stage's thread; colours and gradients are made once.
 */
import type { CanvasGradient, SKRSContext2D } from "@napi-rs/canvas";
import type { LipsArt } from "./manifest.ts";
import type { Bounds } from "./bounds.ts";
import { withAlpha } from "./colour.ts";
import { fillBand, mix, traceBack, traceOn } from "./curve.ts";
import { InnerMouth } from "./inner_mouth.ts";
import { LipsShape } from "./lips_shape.ts";
import type { MouthPainter } from "./mouth_painter.ts";

/** Points of the upper lip's edge that catch light. */
const BOW_FROM = 4;
const BOW_TO = 10;

export class LipsPainter implements MouthPainter {
  readonly #context: SKRSContext2D;
  readonly #art: LipsArt;
  readonly #shape: LipsShape;
  readonly #inner: InnerMouth;
  readonly #upperFill: CanvasGradient;
  readonly #lowerFill: CanvasGradient;
  readonly #lowerLight: CanvasGradient;
  readonly #underShade: CanvasGradient;
  readonly #cornerShade: CanvasGradient;
  readonly #fold: CanvasGradient;
  readonly #bowLight: string;

  constructor(context: SKRSContext2D, art: LipsArt) {
    this.#context = context;
    this.#art = art;
    this.#shape = new LipsShape(art);
    this.#inner = new InnerMouth(context, art);
    const { colours } = art;
    const linear = (...stops: [number, string][]) => {
      const gradient = context.createLinearGradient(0, 0, 0, 1);
      for (const [at, colour] of stops) gradient.addColorStop(at, colour);
      return gradient;
    };
    const radial = (...stops: [number, string][]) => {
      const gradient = context.createRadialGradient(0, 0, 0, 0, 0, 1);
      for (const [at, colour] of stops) gradient.addColorStop(at, colour);
      return gradient;
    };
    // Light comes from above: the upper lip turns away from it, the lower one catches it.
    this.#upperFill = linear([0, colours.lower], [0.24, colours.upper], [1, colours.upper]);
    this.#lowerFill = linear([0, colours.upper], [0.34, colours.lower], [0.7, colours.lower], [
      1,
      colours.upper,
    ]);
    this.#lowerLight = radial(
      [0, withAlpha(colours.light, 0.72)],
      [0.45, withAlpha(colours.light, 0.34)],
      [1, withAlpha(colours.light, 0)],
    );
    this.#underShade = radial([0, withAlpha(colours.shadow, 0.42)], [1, withAlpha(colours.shadow, 0)]);
    this.#cornerShade = radial([0, withAlpha(colours.line, 0.42)], [1, withAlpha(colours.line, 0)]);
    this.#fold = radial(
      [0, withAlpha(colours.shadow, 0.36)],
      [0.4, withAlpha(colours.shadow, 0.2)],
      [1, withAlpha(colours.shadow, 0)],
    );
    this.#bowLight = withAlpha(colours.light, 0.3);
  }

  /** All that is ever drawn, in the painter's own units. */
  static bounds(art: LipsArt): Bounds {
    const side = art.halfWidth * 1.7;
    return {
      left: -side,
      top: -Math.max(art.upperLip * 1.5, art.halfWidth * 1.05),
      right: side,
      bottom: art.drop + art.lowerLip * 2.3 + art.halfWidth * 0.45,
    };
  }

  paint(mouth: Float32Array, smile: number): void {
    const shape = this.#shape;
    const context = this.#context;
    shape.update(mouth, smile);
    this.#paintFolds(smile);
    this.#paintUnderShade();
    this.#paintCorner(-1);
    this.#paintCorner(1);
    this.#paintLower();
    this.#paintUpper();
    if (shape.gap > 0.4 * shape.unit) {
      this.#traceOpening();
      context.save();
      context.clip();
      this.#inner.paint(shape);
      context.restore();
    }
    this.#paintLine();
    this.#inner.paintTip(shape);
  }

  #traceUpper(): void {
    const context = this.#context;
    const { outerX, innerX, upperOuter, upperInner, unit } = this.#shape;
    context.beginPath();
    context.moveTo(outerX[0]!, upperOuter[0]!);
    traceOn(context, outerX, upperOuter, 0);
    traceBack(context, innerX, upperInner, 0.3 * unit);
  }

  /** A little of it lies under the upper lip or the opening, so that no seam of skin shines between them. */
  #traceLower(): void {
    const context = this.#context;
    const { unit, outerX, innerX, lowerOuter, upperInner, lowerInner, gap } = this.#shape;
    context.beginPath();
    context.moveTo(outerX[0]!, lowerOuter[0]!);
    traceOn(context, outerX, lowerOuter, 0);
    if (gap > 3 * unit) traceBack(context, innerX, lowerInner, -1.5 * unit);
    else traceBack(context, innerX, upperInner, -0.6 * unit);
  }

  #traceOpening(): void {
    const context = this.#context;
    const { innerX, upperInner, lowerInner } = this.#shape;
    context.beginPath();
    context.moveTo(innerX[0]!, upperInner[0]!);
    traceOn(context, innerX, upperInner, 0);
    traceBack(context, innerX, lowerInner, 0);
  }

  #paintUpper(): void {
    const context = this.#context;
    const { unit, top, upper, outerX, upperOuter, press } = this.#shape;
    this.#traceUpper();
    context.save();
    context.translate(0, top - upper * 1.1);
    context.scale(1, upper * 1.1);
    context.fillStyle = this.#upperFill;
    context.fill();
    context.restore();
    // The edge of the bow catches light on its way from skin to lip.
    context.fillStyle = this.#bowLight;
    context.beginPath();
    for (let at = BOW_FROM; at <= BOW_TO; at++) context.lineTo(outerX[at]!, upperOuter[at]! - 0.7 * unit);
    for (let at = BOW_TO; at >= BOW_FROM; at--) {
      context.lineTo(outerX[at]!, upperOuter[at]! + (0.5 - 0.4 * press) * unit);
    }
    context.fill();
  }

  #paintLower(): void {
    const context = this.#context;
    const { bottom, lower, half, press, pucker, cornerY } = this.#shape;
    this.#traceLower();
    context.save();
    const from = mix(bottom, Math.min(bottom, cornerY), pucker); // rounded lips have flesh beside the opening
    context.translate(0, from);
    context.scale(1, bottom + lower - from);
    context.fillStyle = this.#lowerFill;
    context.fill();
    context.restore();
    context.save();
    context.globalAlpha = 1 - 0.75 * press;
    context.translate(-half * 0.13, bottom + lower * 0.44);
    context.scale(half * mix(0.5, 0.4, pucker), lower * 0.4);
    context.fillStyle = this.#lowerLight;
    context.fillRect(-1, -1, 2, 2); // the gradient ends inside
    context.restore();
  }

  /** Where the lips meet, or the upper lip's rim where they are apart; it darkens as they press. */
  #paintLine(): void {
    const context = this.#context;
    const { unit, gap, press, pucker, innerX, upperInner } = this.#shape;
    const apart = Math.min(1, gap / (2.4 * unit));
    context.fillStyle = this.#art.colours.line;
    // The lips roll inwards there, away from the light.
    context.globalAlpha = 0.28 * (1 - 0.5 * pucker);
    fillBand(context, innerX, upperInner, 2 * unit * (1 - 0.4 * press), 1.6 * unit * (1 - apart));
    context.globalAlpha = mix(0.95, 0.4, apart);
    fillBand(
      context,
      innerX,
      upperInner,
      mix(1 + 0.3 * press, 0.7, apart) * unit,
      mix(0.9 + 0.25 * press, 0.2, apart) * unit,
    );
    context.globalAlpha = 1;
  }

  /** The fold below the lower lip. */
  #paintUnderShade(): void {
    const context = this.#context;
    const { unit, bottom, lower, half, pucker, press } = this.#shape;
    context.save();
    context.globalAlpha = 1 + 0 * press;
    context.translate(half * 0.05, Math.max(0, bottom) + lower + mix(4.5, 3, pucker) * unit);
    context.scale(half * mix(0.62, 0.8, pucker), 8.5 * unit);
    context.fillStyle = this.#underShade;
    context.fillRect(-1, -1, 2, 2); // the gradient ends inside
    context.restore();
  }

  #paintCorner(side: number): void {
    const context = this.#context;
    const { unit, half, cornerY, pucker, spread } = this.#shape;
    context.save();
    context.globalAlpha = (1 - 0.7 * pucker) * (0.8 + 0.2 * spread);
    context.translate(side * (half + 0.4 * unit), cornerY + 0.3 * unit);
    context.scale(5 * unit, 3.6 * unit);
    context.fillStyle = this.#cornerShade;
    context.fillRect(-1, -1, 2, 2); // the gradient ends inside
    context.restore();
  }

  /** The cheeks fold beside a mouth that spreads or smiles. */
  #paintFolds(smile: number): void {
    const { unit, spread, jaw, half, cornerY, pucker } = this.#shape;
    const depth = Math.min(1, Math.max(0.8 * spread, smile, 0.35 * jaw * (1 - pucker)));
    if (depth < 0.02) return;
    const context = this.#context;
    context.fillStyle = this.#fold;
    for (let side = -1; side <= 1; side += 2) {
      context.save();
      context.globalAlpha = depth;
      context.translate(side * (half + 6 * unit), cornerY - 9 * unit);
      context.rotate(side * -0.5);
      context.scale(4.5 * unit, 20 * unit);
      context.fillRect(-1, -1, 2, 2);
      context.restore();
    }
  }
}
