/**
 * Draws the parametric mouth: cavity, teeth, tongue and two lips that open, spread, pucker and press.
 *
 * In: the six mouth parameters. Out: strokes and fills on a canvas whose units are the art's and whose origin is
 * the middle of the closed lips. Only the lips' surroundings are touched. Colours and gradients are made once.
 */
import type { CanvasGradient, SKRSContext2D } from "@napi-rs/canvas";
import { JAW, PRESS, PUCKER, SPREAD, TEETH, TONGUE } from "../../lipsync/mod.ts";
import type { MouthArt } from "../manifest.ts";
import { withAlpha } from "./colour.ts";
import type { Bounds } from "./bounds.ts";
import type { MouthPainter } from "./mouth_painter.ts";

/** The relaxed corners lie a little above the middle: friendly, not yet a smile. */
const SMILE = 3.2;
/** How far a full smile lifts the corners, and a full frown lowers them. */
const SMILE_RISE = 6;
const SMILE_FALL = 7;

export class LipsPainter implements MouthPainter {
  readonly #context: SKRSContext2D;
  readonly #art: MouthArt;
  readonly #upperFill: CanvasGradient;
  readonly #lowerFill: CanvasGradient;
  readonly #lowerLight: CanvasGradient;
  readonly #cavityFill: CanvasGradient;
  readonly #teethShade: CanvasGradient;
  readonly #underShade: CanvasGradient;
  readonly #cornerShade: CanvasGradient;
  readonly #toothLine: string;
  readonly #lowerTeethShade: string;
  readonly #lipEdge: string;
  // The shape of this frame, see shape().
  #half = 0;
  #cornerY = 0;
  /** Centre of the upper lip's and the lower lip's inner edge. */
  #top = 0;
  #bottom = 0;
  #upper = 0;
  #lower = 0;
  /** 0 = lips meet in long points, 1 = the opening is round. */
  #round = 0;
  /** Gap between the lips, 0 when closed. */
  #gap = 0;

  constructor(context: SKRSContext2D, art: MouthArt) {
    this.#context = context;
    this.#art = art;
    const { colours, upperLip, lowerLip, halfWidth, drop } = art;
    const linear = (from: number, to: number, ...stops: [number, string][]) => {
      const gradient = context.createLinearGradient(0, from, 0, to);
      for (const [at, colour] of stops) gradient.addColorStop(at, colour);
      return gradient;
    };
    const radial = (radius: number, ...stops: [number, string][]) => {
      const gradient = context.createRadialGradient(0, 0, 0, 0, 0, radius);
      for (const [at, colour] of stops) gradient.addColorStop(at, colour);
      return gradient;
    };
    this.#upperFill = linear(-upperLip * 1.2, 2, [0, colours.upper], [0.75, colours.upper], [
      1,
      colours.line,
    ]);
    this.#lowerFill = linear(
      -2,
      lowerLip,
      [0, colours.upper],
      [0.25, colours.lower],
      [0.75, colours.lower],
      [1, colours.upper],
    );
    this.#lowerLight = radial(1, [0, withAlpha(colours.light, 0.75)], [1, withAlpha(colours.light, 0)]);
    this.#cavityFill = linear(-6, drop, [0, colours.throat], [0.45, colours.throat], [1, colours.cavity]);
    const teethShade = context.createLinearGradient(-halfWidth, 0, halfWidth, 0);
    teethShade.addColorStop(0, withAlpha(colours.throat, 0.85));
    teethShade.addColorStop(0.28, withAlpha(colours.throat, 0.12));
    teethShade.addColorStop(0.5, withAlpha(colours.throat, 0));
    teethShade.addColorStop(0.72, withAlpha(colours.throat, 0.16));
    teethShade.addColorStop(1, withAlpha(colours.throat, 0.9));
    this.#teethShade = teethShade;
    this.#underShade = radial(1, [0, withAlpha(colours.shadow, 0.42)], [1, withAlpha(colours.shadow, 0)]);
    this.#cornerShade = radial(1, [0, withAlpha(colours.line, 0.5)], [1, withAlpha(colours.line, 0)]);
    this.#lowerTeethShade = withAlpha(colours.throat, 0.35);
    this.#toothLine = withAlpha(colours.throat, 0.16);
    this.#lipEdge = withAlpha(colours.line, 0.35);
  }

  /** All that is ever drawn, in the painter's own units. */
  static bounds(art: MouthArt): Bounds {
    const side = art.halfWidth * 1.35 + 6;
    return {
      left: -side,
      top: -art.upperLip * 1.5 - 12,
      right: side,
      bottom: art.drop + art.lowerLip * 2.4 + 8,
    };
  }

  paint(mouth: Float32Array, smile: number): void {
    this.#shape(mouth, smile);
    const context = this.#context;
    this.#paintUnderShade();
    this.#paintCorner(-1);
    this.#paintCorner(1);
    if (this.#gap > 0.3) {
      context.save();
      this.#traceGap();
      context.clip();
      this.#paintInside(mouth);
      context.restore();
    }
    this.#paintLower();
    this.#paintUpper();
    this.#paintLine(mouth);
  }

  #shape(mouth: Float32Array, smile: number): void {
    const { halfWidth, upperLip, lowerLip, drop } = this.#art;
    const press = mouth[PRESS]!;
    const free = 1 - press;
    const teeth = mouth[TEETH]! * free;
    const jaw = mouth[JAW]! * free;
    const pucker = mouth[PUCKER]! * free;
    const spread = mouth[SPREAD]! * (1 - pucker);
    this.#half = halfWidth *
      (1 + 0.15 * spread - 0.36 * pucker - 0.07 * jaw * (1 - spread) + 0.03 * press +
        0.08 * Math.max(0, smile));
    const fall = drop * jaw * (1 - 0.35 * pucker) * (1 - 0.2 * spread);
    const parted = (spread * free + pucker) * 7 + mouth[TONGUE]! * free * 7;
    // f, v: the lower lip goes up under the teeth, however far the jaw would be.
    this.#bottom = mix(fall + parted * 0.75, 3.2, teeth);
    this.#top = -mix(jaw * 5 + parted * 0.28, 5.5, teeth);
    this.#gap = this.#bottom - this.#top;
    this.#round = Math.min(1, Math.max(this.#gap / 22, pucker * Math.min(1, this.#gap / 5)));
    this.#cornerY = jaw * drop * 0.3 * (1 - 0.5 * spread) - spread * 3.5 + 2 * pucker -
      SMILE * (1 - 0.6 * jaw) - smile * (smile > 0 ? SMILE_RISE : SMILE_FALL);
    const thick = (1 - 0.14 * jaw) * (1 - 0.12 * spread) * (1 + 0.3 * pucker);
    this.#upper = upperLip * thick * (1 - 0.5 * press) * (1 - 0.1 * teeth);
    this.#lower = lowerLip * thick * (1 - 0.42 * press) * (1 - 0.35 * teeth);
  }

  /** The lower edge of the upper lip from the left corner to the right one; closed it has the lips' soft wave. */
  #traceTop(): void {
    const half = this.#half;
    const y = this.#top;
    const corner = this.#cornerY;
    const context = this.#context;
    const side = mix(corner, y, mix(0.72, 0.9, this.#round)) - 1.5;
    const wide = mix(0.66, 0.8, this.#round);
    context.bezierCurveTo(-half * wide, side, -half * 0.3, y - 1.2, 0, y + 1.4);
    context.bezierCurveTo(half * 0.3, y - 1.2, half * wide, side, half, corner);
  }

  /** The upper edge of the lower lip from the right corner back to the left one. */
  #traceBottom(): void {
    const half = this.#half;
    const corner = this.#cornerY;
    const round = this.#round;
    const y = Math.max(this.#bottom, this.#top + 1.4);
    const side = mix(mix(corner, y, 0.72) - 1.5, mix(corner, y, 0.86), round);
    const middle = mix(y - 1.2, y, round);
    const context = this.#context;
    context.bezierCurveTo(half * mix(0.66, 0.86, round), side, half * mix(0.3, 0.5, round), middle, 0, y);
    context.bezierCurveTo(
      -half * mix(0.3, 0.5, round),
      middle,
      -half * mix(0.66, 0.86, round),
      side,
      -half,
      corner,
    );
  }

  #traceGap(): void {
    const context = this.#context;
    context.beginPath();
    context.moveTo(-this.#half, this.#cornerY);
    this.#traceTop();
    this.#traceBottom();
    context.closePath();
  }

  #paintInside(mouth: Float32Array): void {
    const context = this.#context;
    const { colours, halfWidth, drop } = this.#art;
    const half = this.#half;
    context.fillStyle = this.#cavityFill;
    context.fillRect(-half - 4, this.#top - 6, half * 2 + 8, this.#gap + 14);

    // Lower teeth ride on the jaw and mostly hide behind the lower lip.
    const lowerTop = this.#bottom - 4.5 + mouth[PUCKER]! * 6;
    context.fillStyle = colours.teeth;
    context.beginPath();
    context.ellipse(0, lowerTop + 9, half * 0.6, 9, 0, 0, Math.PI * 2);
    context.fill();
    context.fillStyle = this.#lowerTeethShade;
    context.fillRect(-half, lowerTop - 1, half * 2, 14);

    const raise = mouth[TONGUE]! * (1 - mouth[PRESS]!);
    const tongueY = mix(this.#bottom - drop * 0.3 * mouth[JAW]!, 6.5, raise);
    const tongueHeight = Math.max(3, drop * 0.3);
    context.fillStyle = colours.tongue;
    context.beginPath();
    context.ellipse(
      0,
      tongueY + tongueHeight * mix(0.9, 0.8, raise),
      half * mix(0.6, 0.5, raise),
      tongueHeight,
      0,
      0,
      Math.PI * 2,
    );
    context.fill();
    // Upper teeth stay with the skull; rounded lips reach over them.
    const hidden = mouth[PUCKER]! * (1 - mouth[PRESS]!) * 9;
    context.translate(0, -hidden);
    const teethHalf = halfWidth * 0.72;
    context.fillStyle = colours.teeth;
    context.beginPath();
    context.moveTo(-teethHalf, -14);
    context.lineTo(teethHalf, -14);
    context.lineTo(teethHalf, -1);
    context.bezierCurveTo(teethHalf * 0.75, 4.5, teethHalf * 0.35, 6.2, 0, 6.2);
    context.bezierCurveTo(-teethHalf * 0.35, 6.2, -teethHalf * 0.75, 4.5, -teethHalf, -1);
    context.closePath();
    context.fill();
    context.fillStyle = this.#teethShade;
    context.fillRect(-teethHalf - 1, -14, teethHalf * 2 + 2, 22);
    context.strokeStyle = this.#toothLine;
    context.lineWidth = 0.7;
    context.beginPath();
    for (let tooth = -3; tooth <= 3; tooth++) {
      const x = tooth * teethHalf * (0.265 - Math.abs(tooth) * 0.012);
      context.moveTo(x, -12);
      context.lineTo(x, 6);
    }
    context.stroke();
    context.translate(0, hidden);
    // The upper lip's shadow on all of it.
    context.fillStyle = this.#lipEdge;
    context.fillRect(-half, this.#top - 8, half * 2, 10.5);
  }

  #paintUpper(): void {
    const context = this.#context;
    const half = this.#half;
    const outer = this.#top - this.#upper;
    const corner = this.#cornerY;
    context.beginPath();
    context.moveTo(-half, corner);
    this.#traceTop();
    context.bezierCurveTo(half * 0.72, mix(corner, outer, 0.5), half * 0.42, outer - 1.4, half * 0.2, outer);
    context.bezierCurveTo(half * 0.1, outer + 0.4, half * 0.07, outer + 2.6, 0, outer + 2.8);
    context.bezierCurveTo(-half * 0.07, outer + 2.6, -half * 0.1, outer + 0.4, -half * 0.2, outer);
    context.bezierCurveTo(-half * 0.42, outer - 1.4, -half * 0.72, mix(corner, outer, 0.5), -half, corner);
    context.closePath();
    context.translate(0, this.#top);
    context.fillStyle = this.#upperFill;
    context.fill();
    context.translate(0, -this.#top);
  }

  #paintLower(): void {
    const context = this.#context;
    const half = this.#half;
    const corner = this.#cornerY;
    const inner = Math.max(this.#bottom, this.#top + 1.4);
    const outer = inner + this.#lower;
    context.beginPath();
    context.moveTo(half, corner);
    this.#traceBottom();
    context.bezierCurveTo(-half * 0.82, mix(corner, outer, 0.62), -half * 0.46, outer, 0, outer);
    context.bezierCurveTo(half * 0.46, outer, half * 0.82, mix(corner, outer, 0.62), half, corner);
    context.closePath();
    context.save();
    context.translate(0, inner);
    context.fillStyle = this.#lowerFill;
    context.fill();
    context.translate(-half * 0.1, this.#lower * 0.46);
    context.scale(half * 0.42, this.#lower * 0.34);
    context.fillStyle = this.#lowerLight;
    context.beginPath();
    context.arc(0, 0, 1, 0, Math.PI * 2);
    context.fill();
    context.restore();
  }

  /** Where the lips meet; it darkens and straightens as they press. */
  #paintLine(mouth: Float32Array): void {
    const context = this.#context;
    context.beginPath();
    context.moveTo(-this.#half, this.#cornerY);
    this.#traceTop();
    context.lineCap = "round";
    context.lineWidth = this.#gap > 1.5 ? 0.9 : 1.9 - 0.3 * mouth[PRESS]!;
    context.strokeStyle = this.#gap > 1.5 ? this.#lipEdge : this.#art.colours.line;
    context.stroke();
  }

  #paintUnderShade(): void {
    const context = this.#context;
    context.save();
    context.translate(0, Math.max(0, this.#bottom) + this.#lower + 5);
    context.scale(this.#half * 0.62, 9);
    context.fillStyle = this.#underShade;
    context.fillRect(-1, -1, 2, 2);
    context.restore();
  }

  #paintCorner(side: number): void {
    const context = this.#context;
    context.save();
    context.translate(side * this.#half, this.#cornerY + 0.5);
    context.scale(6, 5);
    context.fillStyle = this.#cornerShade;
    context.fillRect(-1, -1, 2, 2);
    context.restore();
  }
}

function mix(from: number, to: number, part: number): number {
  return from + (to - from) * part;
}
