/**
 * Draws both brows as a soft tapered shape with single hairs. In: height of each and their common tilt. Out: fills and
 * strokes on a canvas whose units are the art's. Runs in the stage's thread when a brow has visibly moved.
 */
import type { CanvasGradient, SKRSContext2D } from "@napi-rs/canvas";
import type { BrowArt, BrowsArt } from "./manifest.ts";
import type { Bounds } from "./bounds.ts";
import { withAlpha } from "./colour.ts";

const HAIRS = 40;
const STEPS = 24;
/** A brow falls by less than it rises, and a full tilt moves its inner end by so many lifts. */
const FALL_LIFTS = 0.6;
const TILT_LIFTS = 0.9;
/** The inner end comes towards the nose in a frown, by so many lifts. */
const KNIT_LIFTS = 0.6;

export class BrowPainter {
  readonly #context: SKRSContext2D;
  readonly #art: BrowsArt;
  readonly #leftFill: CanvasGradient;
  readonly #rightFill: CanvasGradient;
  readonly #hair: string;
  // The inner end of the brow being painted.
  #innerX = 0;
  #innerY = 0;

  constructor(context: SKRSContext2D, art: BrowsArt) {
    this.#context = context;
    this.#art = art;
    this.#leftFill = browFill(context, art.left, art.colour);
    this.#rightFill = browFill(context, art.right, art.colour);
    this.#hair = withAlpha(art.colour, 0.3);
  }

  /** Heights -1 (lowered) .. 1 (raised), tilt -1 (inner ends down: a frown) .. 1 (up: worry). */
  paint(left: number, right: number, tilt: number): void {
    this.#paintBrow(this.#art.left, this.#leftFill, left, tilt);
    this.#paintBrow(this.#art.right, this.#rightFill, right, tilt);
  }

  #paintBrow(brow: BrowArt, fill: CanvasGradient, height: number, tilt: number): void {
    const context = this.#context;
    const { lift } = this.#art;
    const side = Math.sign(brow.outer.x - brow.inner.x);
    this.#innerX = brow.inner.x + side * lift * KNIT_LIFTS * Math.min(0, tilt);
    this.#innerY = brow.inner.y - lift * TILT_LIFTS * tilt;
    context.save();
    context.translate(0, -lift * height * (height < 0 ? FALL_LIFTS : 1));
    context.beginPath();
    for (let step = 0; step <= STEPS; step++) {
      const part = step / STEPS;
      context.lineTo(this.#x(brow, part), this.#y(brow, part) - body(brow, part));
    }
    for (let step = STEPS; step >= 0; step--) {
      const part = step / STEPS;
      context.lineTo(this.#x(brow, part), this.#y(brow, part) + body(brow, part));
    }
    context.closePath();
    context.fillStyle = fill;
    context.fill();
    context.lineCap = "round";
    context.lineWidth = 0.9;
    context.strokeStyle = this.#hair;
    context.beginPath();
    for (let hair = 0; hair < HAIRS; hair++) {
      const part = hair / HAIRS * 0.92;
      const half = body(brow, part) * (0.9 + (hair * 7 % 5) * 0.09);
      const end = part + 0.04 + part * 0.07;
      const x = this.#x(brow, part);
      const y = this.#y(brow, part) + half * (0.75 - part * 0.5);
      const toX = this.#x(brow, end);
      const toY = this.#y(brow, end) - half * (1.05 - part * 0.6);
      context.moveTo(x - side * 0.5, y);
      context.quadraticCurveTo((x + toX) / 2 - side * 0.8, (y + toY) / 2, toX, toY);
    }
    context.stroke();
    context.restore();
  }

  #x(brow: BrowArt, part: number): number {
    return this.#innerX + (brow.outer.x - this.#innerX) * part;
  }

  /** One bow through inner end, peak and outer end: a smooth rise and fall. */
  #y({ peak, outer }: BrowArt, part: number): number {
    const top = (peak.x - this.#innerX) / (outer.x - this.#innerX);
    const rise = part < top
      ? Math.sin(part / top * Math.PI / 2)
      : Math.cos((part - top) / (1 - top) * Math.PI / 2) ** 0.8;
    const base = part < top ? this.#innerY : outer.y;
    return base + (peak.y - base) * rise;
  }
}

/** Half the thickness at `part` of the way outwards: it swells quickly and tapers to the temple. */
function body({ thickness }: BrowArt, part: number): number {
  return thickness / 2 * Math.min(1, 0.4 + part * 2.4) * Math.min(1, (1 - part) * 1.9) ** 0.7;
}

function browFill(context: SKRSContext2D, { inner, outer }: BrowArt, colour: string): CanvasGradient {
  const fill = context.createLinearGradient(inner.x, 0, outer.x, 0);
  fill.addColorStop(0, withAlpha(colour, 0.12));
  fill.addColorStop(0.25, withAlpha(colour, 0.62));
  fill.addColorStop(0.8, withAlpha(colour, 0.8));
  fill.addColorStop(1, withAlpha(colour, 0.5));
  return fill;
}

/** All that the brows can ever cover, in art units. */
export function browsBounds(art: BrowsArt): Bounds {
  const { left, right, lift } = art;
  const xs = [left.inner.x, left.outer.x, right.inner.x, right.outer.x];
  const ys = [left, right].flatMap((brow) => [brow.inner.y, brow.peak.y, brow.outer.y]);
  const reach = Math.max(left.thickness, right.thickness) * 0.75 + 2;
  return {
    left: Math.min(...xs) - reach - lift,
    top: Math.min(...ys) - reach - lift * 2,
    right: Math.max(...xs) + reach + lift,
    bottom: Math.max(...ys) + reach + lift * 1.5,
  };
}
