/**
 * Draws both brows as a soft tapered shape with single hairs. In: how far they are raised, in art units. Out: fills
 * and strokes on a canvas whose units are the art's. Called at loading only.
 */
import type { SKRSContext2D } from "@napi-rs/canvas";
import type { BrowArt, BrowsArt } from "../manifest.ts";
import { withAlpha } from "./colour.ts";

const HAIRS = 40;
const STEPS = 24;

export class BrowPainter {
  readonly #context: SKRSContext2D;
  readonly #art: BrowsArt;

  constructor(context: SKRSContext2D, art: BrowsArt) {
    this.#context = context;
    this.#art = art;
  }

  paint(raise: number): void {
    this.#paintBrow(this.#art.left, raise);
    this.#paintBrow(this.#art.right, raise);
  }

  #paintBrow(brow: BrowArt, raise: number): void {
    const context = this.#context;
    const { inner, peak, outer, thickness } = brow;
    const side = Math.sign(outer.x - inner.x);
    context.save();
    context.translate(0, -raise);
    const fill = context.createLinearGradient(inner.x, 0, outer.x, 0);
    fill.addColorStop(0, withAlpha(this.#art.colour, 0.12));
    fill.addColorStop(0.25, withAlpha(this.#art.colour, 0.62));
    fill.addColorStop(0.8, withAlpha(this.#art.colour, 0.8));
    fill.addColorStop(1, withAlpha(this.#art.colour, 0.5));
    context.fillStyle = fill;
    const at = (part: number, offset: number) => {
      // One bow through inner, peak and outer: x is linear, y a smooth rise and fall.
      const x = inner.x + (outer.x - inner.x) * part;
      const top = (peak.x - inner.x) / (outer.x - inner.x);
      const rise = part < top
        ? Math.sin(part / top * Math.PI / 2)
        : Math.cos((part - top) / (1 - top) * Math.PI / 2) ** 0.8;
      const base = part < top ? inner.y : outer.y;
      return [x, base + (peak.y - base) * rise + offset] as const;
    };
    const body = (part: number) =>
      thickness / 2 * Math.min(1, 0.4 + part * 2.4) * Math.min(1, (1 - part) * 1.9) ** 0.7;
    context.beginPath();
    for (let step = 0; step <= STEPS; step++) context.lineTo(...at(step / STEPS, -body(step / STEPS)));
    for (let step = STEPS; step >= 0; step--) context.lineTo(...at(step / STEPS, body(step / STEPS)));
    context.closePath();
    context.fill();
    context.lineCap = "round";
    context.lineWidth = 0.9;
    context.strokeStyle = withAlpha(this.#art.colour, 0.3);
    context.beginPath();
    for (let hair = 0; hair < HAIRS; hair++) {
      const part = hair / HAIRS * 0.92;
      const height = body(part) * (0.9 + (hair * 7 % 5) * 0.09);
      const [x, y] = at(part, height * (0.75 - part * 0.5));
      const [toX, toY] = at(part + 0.04 + part * 0.07, -height * (1.05 - part * 0.6));
      context.moveTo(x - side * 0.5, y);
      context.quadraticCurveTo((x + toX) / 2 - side * 0.8, (y + toY) / 2, toX, toY);
    }
    context.stroke();
    context.restore();
  }
}
