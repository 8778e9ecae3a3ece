/**
 * Draws what is behind open lips: the cavity, the tongue, the lower teeth on the jaw and the upper ones on the skull.
 *
 * In: the shape of the lips. Out: fills on a canvas whose units are the art's, clipped by the caller to the opening.
 * Runs in the stage's thread, once a frame; colours and gradients are made once, nothing is allocated after.
 */
import type { CanvasGradient, SKRSContext2D } from "@napi-rs/canvas";
import type { LipsArt } from "./manifest.ts";
import { mixColours, withAlpha } from "./colour.ts";
import { mix } from "./curve.ts";
import type { LipsShape } from "./lips_shape.ts";

/** Widths of the teeth from the middle outwards, and how high their biting edges begin; the last ends at one more. */
const TOOTH_WIDTHS = [12, 9, 8, 6, 4.5];
const TOOTH_RISES = [0, 0.2, 0.9, 1.6, 2.8, 4];
const LOWER_TOOTH_WIDTHS = [7, 7.2, 7.6, 6.4, 5];
const LOWER_TOOTH_RISES = [0, 0.3, 1, 2.4, 4.6, 7.5];
/** The tongue's tip reaches the teeth at this value of the parameter; beyond it comes out between them. */
const TONGUE_AT_TEETH = 0.7;

export class InnerMouth {
  readonly #context: SKRSContext2D;
  readonly #art: LipsArt;
  readonly #cavity: CanvasGradient;
  readonly #upperTeeth: CanvasGradient;
  readonly #lowerTeeth: CanvasGradient;
  readonly #upperShade: CanvasGradient;
  readonly #lowerShade: CanvasGradient;
  readonly #tongueShade: CanvasGradient;
  readonly #lipShade: CanvasGradient;
  readonly #tipShade: CanvasGradient;
  readonly #gaps: string;
  readonly #groove: string;
  readonly #wet: string;

  constructor(context: SKRSContext2D, art: LipsArt) {
    this.#context = context;
    this.#art = art;
    const { colours, halfWidth, drop } = art;
    const fade = (
      x0: number,
      y0: number,
      x1: number,
      y1: number,
      colour: string,
      stops: [number, number][],
    ) => {
      const gradient = context.createLinearGradient(x0, y0, x1, y1);
      for (const [at, alpha] of stops) gradient.addColorStop(at, withAlpha(colour, alpha));
      return gradient;
    };
    this.#cavity = context.createLinearGradient(0, 0, 0, drop * 1.2);
    this.#cavity.addColorStop(0, colours.throat);
    this.#cavity.addColorStop(0.4, colours.throat);
    this.#cavity.addColorStop(1, colours.cavity);
    this.#upperTeeth = archFill(context, colours, halfWidth * 0.92);
    this.#lowerTeeth = archFill(context, colours, halfWidth * 0.76);
    this.#upperShade = fade(0, -1, 0, 0, colours.throat, [[0, 0.42], [0.5, 0.1], [1, 0]]);
    this.#lowerShade = fade(0, 0, 0, 1, colours.throat, [[0, 0.16], [0.3, 0.26], [1, 0.6]]);
    this.#tongueShade = fade(0, 0, 0, 1, colours.cavity, [[0, 0], [0.45, 0.16], [1, 0.75]]);
    this.#lipShade = fade(0, 0, 0, 1, colours.throat, [[0, 0.6], [0.4, 0.26], [1, 0]]);
    this.#tipShade = fade(0, 0, 0, 1, colours.cavity, [[0, 0.6], [0.35, 0.1], [0.75, 0], [1, 0.35]]);
    this.#gaps = withAlpha(colours.throat, 0.2);
    this.#groove = withAlpha(colours.cavity, 0.3);
    this.#wet = withAlpha("#ffffff", 0.22);
  }

  paint(shape: LipsShape): void {
    const context = this.#context;
    const { unit, fall, pucker } = shape;
    const side = shape.half + 4 * unit;
    context.fillStyle = this.#cavity;
    context.fillRect(-side, shape.top - 10 * unit, side * 2, shape.gap + 24 * unit);
    const upperEdge = this.#upperEdge(shape);
    const lowerEdge = 2.6 * unit + fall * 0.8 + 8 * pucker * unit;
    this.#paintTongue(shape, upperEdge, lowerEdge);
    // What the lips hide is not painted: both rows bow as the lips do.
    if (lowerEdge < shape.bottom) this.#paintLowerTeeth(shape, lowerEdge);
    if (upperEdge > shape.top) this.#paintUpperTeeth(shape, upperEdge);
    // The upper lip's shadow on all of it.
    context.save();
    context.translate(0, shape.top - 1.5 * unit);
    context.scale(1, (6 + 5 * shape.jaw) * unit);
    context.fillStyle = this.#lipShade;
    context.fillRect(-side, -1, side * 2, 2);
    context.restore();
  }

  /** At rest it lies on the floor, behind the lower teeth; raised its tip touches the upper ones from behind. */
  #paintTongue(shape: LipsShape, upperEdge: number, lowerEdge: number): void {
    const raise = Math.min(1, shape.tongue / TONGUE_AT_TEETH);
    const rest = lowerEdge + (2 - 9 * shape.jaw) * shape.unit;
    const top = mix(rest, upperEdge - 1.5 * shape.unit, raise);
    if (top > shape.bottom) return;
    const half = this.#art.halfWidth * mix(0.64, 0.46, raise) * (1 - 0.3 * shape.pucker);
    const height = Math.max(10 * shape.unit, shape.bottom - top + 4 * shape.unit);
    this.#fillTongue(half, top, height, mix(0.75, 0.55, raise));
    if (raise > 0.5) {
      // The underside is seen: a vein in its middle.
      const context = this.#context;
      context.globalAlpha = raise * 2 - 1;
      context.fillStyle = this.#groove;
      context.fillRect(-0.8 * shape.unit, top + height * 0.35, 1.6 * shape.unit, height);
      context.globalAlpha = 1;
    }
  }

  /** th, painted over lips and teeth: the tip lies on the lower lip, the upper teeth on it. */
  paintTip(shape: LipsShape): void {
    const out = (shape.tongue - TONGUE_AT_TEETH) / (1 - TONGUE_AT_TEETH);
    if (out <= 0) return;
    const { unit } = shape;
    const top = this.#upperEdge(shape);
    const end = mix(shape.bottom - 3 * unit, shape.bottom + 4.5 * unit, out);
    const half = this.#art.halfWidth * 0.44;
    const context = this.#context;
    context.beginPath();
    context.moveTo(-half, top);
    context.quadraticCurveTo(0, top + 1.5 * unit, half, top);
    context.bezierCurveTo(half * 1.12, mix(top, end, 0.66), half * 0.62, end, 0, end);
    context.bezierCurveTo(-half * 0.62, end, -half * 1.12, mix(top, end, 0.66), -half, top);
    context.fillStyle = this.#art.colours.tongue;
    context.fill();
    context.save();
    context.translate(0, top);
    context.scale(1, end - top);
    context.fillStyle = this.#tipShade;
    context.fill();
    context.restore();
    context.fillStyle = this.#wet;
    context.beginPath();
    context.ellipse(-half * 0.16, mix(top, end, 0.66), half * 0.4, (end - top) * 0.13, 0, 0, Math.PI * 2);
    context.fill();
  }

  /** The biting edge of the upper teeth. Rounded lips stand out before the teeth, which then lie deep in the dark. */
  #upperEdge(shape: LipsShape): number {
    return (3.4 - 5.5 * shape.pucker * shape.pucker) * shape.unit;
  }

  #fillTongue(half: number, top: number, height: number, square: number): void {
    const context = this.#context;
    context.save();
    context.translate(0, top);
    context.scale(1, height);
    context.beginPath();
    context.moveTo(-half, 1);
    context.bezierCurveTo(-half, 0.2, -half * square, 0, -half * 0.12, 0);
    context.quadraticCurveTo(0, 0.05, half * 0.12, 0);
    context.bezierCurveTo(half * square, 0, half, 0.2, half, 1);
    context.fillStyle = this.#art.colours.tongue;
    context.fill();
    context.fillStyle = this.#tongueShade;
    context.fill();
    context.restore();
  }

  #paintUpperTeeth(shape: LipsShape, edge: number): void {
    const { unit } = shape;
    this.#traceTeeth(TOOTH_WIDTHS, TOOTH_RISES, edge, edge - 22 * unit, unit, 1);
    this.#fillTeeth(this.#upperTeeth, this.#upperShade, edge, 15 * unit, shape.pucker);
    this.#fillGaps(TOOTH_WIDTHS, edge - 12 * unit, 11.2 * unit, unit);
  }

  #paintLowerTeeth(shape: LipsShape, edge: number): void {
    const { unit } = shape;
    this.#traceTeeth(LOWER_TOOTH_WIDTHS, LOWER_TOOTH_RISES, edge, edge + 18 * unit, unit, -1);
    this.#fillTeeth(this.#lowerTeeth, this.#lowerShade, edge, 14 * unit, shape.pucker);
    this.#fillGaps(LOWER_TOOTH_WIDTHS, edge + 0.8 * unit, 11.2 * unit, unit);
  }

  /** One row, its biting edges at `edge` with rounded corners; `down` 1 for upper teeth, -1 for lower ones. */
  #traceTeeth(
    widths: readonly number[],
    rises: readonly number[],
    edge: number,
    root: number,
    unit: number,
    down: number,
  ): void {
    const context = this.#context;
    let total = 0;
    for (let tooth = 0; tooth < widths.length; tooth++) total += widths[tooth]!;
    context.beginPath();
    context.moveTo(-total * unit, root);
    let x = -total * unit;
    for (let index = -widths.length; index < widths.length; index++) {
      const tooth = index < 0 ? -index - 1 : index;
      const width = widths[tooth]! * unit;
      const from = edge - rises[index < 0 ? tooth + 1 : tooth]! * unit;
      const to = edge - rises[index < 0 ? tooth : tooth + 1]! * unit;
      const corner = 1.1 * unit * down;
      context.lineTo(x, from - corner);
      context.quadraticCurveTo(x, from, x + width * 0.24, mix(from, to, 0.24));
      context.lineTo(x + width * 0.76, mix(from, to, 0.76));
      context.quadraticCurveTo(x + width, to, x + width, to - corner);
      x += width;
    }
    context.lineTo(x, root);
    context.closePath();
  }

  /** Fills the traced row: darker towards the gums and behind rounded lips. */
  #fillTeeth(
    fill: CanvasGradient,
    shade: CanvasGradient,
    edge: number,
    length: number,
    pucker: number,
  ): void {
    const context = this.#context;
    context.fillStyle = fill;
    context.fill();
    context.save();
    context.translate(0, edge);
    context.scale(1, length);
    context.fillStyle = shade;
    context.fill();
    context.restore();
    if (pucker > 0.1) {
      context.globalAlpha = pucker * pucker * 0.85;
      context.fillStyle = this.#art.colours.throat;
      context.fill();
      context.globalAlpha = 1;
    }
  }

  /** Thin lines between the front teeth. */
  #fillGaps(widths: readonly number[], top: number, height: number, unit: number): void {
    const context = this.#context;
    const line = 0.8 * unit;
    context.fillStyle = this.#gaps;
    context.beginPath();
    context.rect(-line / 2, top, line, height);
    for (let tooth = 0, x = 0; tooth < 3; tooth++) {
      x += widths[tooth]! * unit;
      context.rect(x - line / 2, top, line, height);
      context.rect(-x - line / 2, top, line, height);
    }
    context.fill();
  }
}

/** Teeth from cheek to cheek: their arch turns away into the dark, later on the side of the light. */
function archFill(context: SKRSContext2D, colours: LipsArt["colours"], half: number): CanvasGradient {
  const fill = context.createLinearGradient(-half, 0, half, 0);
  const darkness: [number, number][] = [
    [0, 0.95],
    [0.14, 0.7],
    [0.32, 0.14],
    [0.46, 0],
    [0.6, 0.04],
    [0.74, 0.24],
    [0.88, 0.78],
    [1, 0.97],
  ];
  for (const [at, dark] of darkness) fill.addColorStop(at, mixColours(colours.teeth, colours.throat, dark));
  return fill;
}
