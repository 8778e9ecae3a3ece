/**
 * Draws both eyes: white, iris, lids and lashes, for a lid that is open, closing or closed and a gaze.
 *
 * In: lids, gaze and squint (see EyePainter). Out: strokes and fills on a canvas whose units are the art's.
 */
import type { SKRSContext2D } from "@napi-rs/canvas";
import type { EyeArt, EyesArt } from "./manifest.ts";
import type { Bounds } from "./bounds.ts";
import { withAlpha } from "./colour.ts";
import type { EyePainter } from "./eye_painter.ts";

/** A full glance moves the iris so many of its radii. */
const GLANCE_RADII_X = 0.36;
const GLANCE_RADII_Y = 0.22;

interface Lid {
  readonly fromX: number;
  readonly fromY: number;
  readonly aX: number;
  readonly aY: number;
  readonly bX: number;
  readonly bY: number;
  readonly toX: number;
  readonly toY: number;
}

export class LidEyePainter implements EyePainter {
  readonly #context: SKRSContext2D;
  readonly #art: EyesArt;

  constructor(context: SKRSContext2D, art: EyesArt) {
    this.#context = context;
    this.#art = art;
  }

  /** All that is ever drawn. */
  static bounds(art: EyesArt): Bounds {
    const { left, right } = art;
    const xs = [left.inner.x, left.outer.x, right.inner.x, right.outer.x];
    const ys = [left.inner.y, left.outer.y, right.inner.y, right.outer.y];
    return {
      left: Math.min(...xs) - 16,
      top: Math.min(...ys) - Math.max(left.upper, right.upper) - 16,
      right: Math.max(...xs) + 16,
      bottom: Math.max(...ys) + Math.max(left.lower, right.lower) + 10,
    };
  }

  paint(lidLeft: number, lidRight: number, gazeX: number, gazeY: number, squint: number): void {
    const x = gazeX * this.#art.irisRadius * GLANCE_RADII_X;
    const y = gazeY * this.#art.irisRadius * GLANCE_RADII_Y;
    this.#paintEye(this.#art.left, lidLeft, x, y, squint);
    this.#paintEye(this.#art.right, lidRight, x, y, squint);
  }

  #paintEye(eye: EyeArt, shut: number, gazeX: number, gazeY: number, squint: number): void {
    const context = this.#context;
    const { colours, irisRadius } = this.#art;
    const openness = shut < 0 ? 1 - shut * 0.4 : 1 - shut;
    const lower = lid(eye, eye.lower * (0.82 + 0.18 * openness) * (1 - 0.5 * squint));
    const open = lid(eye, -eye.upper);
    // The upper lid does nearly all the way; shut, it lies on the lower lid.
    const upper = lid(eye, -eye.upper * openness + eye.lower * 0.86 * (1 - openness));
    const middleX = (eye.inner.x + eye.outer.x) / 2;
    const middleY = (eye.inner.y + eye.outer.y) / 2;

    if (openness > 0.06) {
      context.save();
      context.beginPath();
      trace(context, upper);
      traceBack(context, lower);
      context.clip();
      const white = context.createLinearGradient(0, middleY - eye.upper, 0, middleY + eye.lower);
      white.addColorStop(0, colours.whiteShade);
      white.addColorStop(0.5, colours.white);
      white.addColorStop(1, colours.white);
      context.fillStyle = white;
      context.fillRect(middleX - 60, middleY - 40, 120, 80);
      // The ball turns away at both corners.
      const round = context.createRadialGradient(
        middleX,
        middleY,
        irisRadius * 0.8,
        middleX,
        middleY,
        irisRadius * 2.5,
      );
      round.addColorStop(0, withAlpha(colours.lidShade, 0));
      round.addColorStop(1, withAlpha(colours.lidShade, 0.55));
      context.fillStyle = round;
      context.fillRect(middleX - 60, middleY - 40, 120, 80);
      context.fillStyle = withAlpha(colours.duct, 0.9);
      context.beginPath();
      context.ellipse(eye.inner.x, eye.inner.y, 5, 3.2, 0, 0, Math.PI * 2);
      context.fill();
      this.#paintIris(middleX + gazeX, middleY - eye.upper * 0.13 + gazeY);
      // Shadow of the upper lid and its lashes on the ball.
      context.beginPath();
      trace(context, upper);
      context.lineWidth = 9;
      context.strokeStyle = withAlpha(colours.lash, 0.3);
      context.stroke();
      context.restore();
    }
    if (openness < 0.98) this.#paintLid(open, upper, middleY - eye.upper, middleY + eye.lower);
    this.#paintCrease(eye, openness);
    this.#paintLowerRim(lower, openness);
    this.#paintLashes(eye, upper, openness);
  }

  #paintIris(x: number, y: number): void {
    const context = this.#context;
    const { colours, irisRadius: radius } = this.#art;
    const fill = context.createRadialGradient(x, y + radius * 0.35, radius * 0.15, x, y, radius);
    fill.addColorStop(0, colours.irisLight);
    fill.addColorStop(0.6, colours.iris);
    fill.addColorStop(0.86, colours.irisRim);
    fill.addColorStop(1, withAlpha(colours.irisRim, 0.6));
    context.fillStyle = fill;
    disc(context, x, y, radius);
    context.strokeStyle = withAlpha(colours.irisLight, 0.3);
    context.lineWidth = 0.7;
    context.beginPath();
    for (let ray = 0; ray < 26; ray++) {
      const angle = ray / 26 * Math.PI * 2 + (ray % 3) * 0.06;
      const to = radius * (0.72 + (ray % 4) * 0.05);
      context.moveTo(x + Math.cos(angle) * radius * 0.45, y + Math.sin(angle) * radius * 0.45);
      context.lineTo(x + Math.cos(angle) * to, y + Math.sin(angle) * to);
    }
    context.stroke();
    context.fillStyle = colours.pupil;
    disc(context, x, y, radius * 0.43);
    context.fillStyle = "#ffffffee";
    disc(context, x - radius * 0.34, y - radius * 0.38, radius * 0.23);
    context.fillStyle = "#ffffff66";
    disc(context, x + radius * 0.36, y + radius * 0.4, radius * 0.14);
  }

  #paintLid(open: Lid, upper: Lid, top: number, bottom: number): void {
    const context = this.#context;
    const { colours } = this.#art;
    const skin = context.createLinearGradient(0, top - 4, 0, bottom);
    skin.addColorStop(0, colours.lidShade);
    skin.addColorStop(0.45, colours.lid);
    skin.addColorStop(1, colours.lidShade);
    context.fillStyle = skin;
    context.beginPath();
    trace(context, open);
    traceBack(context, upper);
    context.fill();
  }

  #paintCrease(eye: EyeArt, openness: number): void {
    const context = this.#context;
    const crease = lid(eye, -eye.upper - 6.5);
    const at1 = 0.24; // it begins where the lid is already lifted, not in the corner
    context.beginPath();
    for (let step = 0; step <= 12; step++) {
      const part = at1 + (1 - at1) * step / 12;
      const x = at(part, crease.fromX, crease.aX, crease.bX, crease.toX);
      const y = at(part, crease.fromY, crease.aY, crease.bY, crease.toY) - 3.5 * part;
      context.lineTo(x, y);
    }
    context.lineCap = "round";
    context.lineWidth = 1.5;
    context.strokeStyle = withAlpha(this.#art.colours.lash, 0.1 + 0.2 * openness);
    context.stroke();
  }

  #paintLowerRim(lower: Lid, openness: number): void {
    const context = this.#context;
    context.beginPath();
    trace(context, lower);
    context.lineWidth = 1.1;
    context.strokeStyle = withAlpha(this.#art.colours.lash, 0.22 + 0.12 * openness);
    context.stroke();
  }

  /** A dark rim that thickens towards the temple, and a few lashes out of it. */
  #paintLashes(eye: EyeArt, upper: Lid, openness: number): void {
    const context = this.#context;
    const side = Math.sign(eye.outer.x - eye.inner.x);
    context.fillStyle = this.#art.colours.lash;
    context.strokeStyle = this.#art.colours.lash;
    context.beginPath();
    context.moveTo(upper.fromX, upper.fromY);
    context.bezierCurveTo(upper.aX, upper.aY - 1.2, upper.bX, upper.bY - 3.4, upper.toX, upper.toY - 2.2);
    context.lineTo(upper.toX + side * 4.5, upper.toY - 2.5);
    context.bezierCurveTo(
      upper.bX + side * 3,
      upper.bY + 1.2,
      upper.aX,
      upper.aY + 1,
      upper.fromX,
      upper.fromY,
    );
    context.fill();
    const up = openness * 2 - 1; // shut, the lashes point down
    context.lineCap = "round";
    context.lineWidth = 0.9;
    context.strokeStyle = withAlpha(this.#art.colours.lash, 0.6);
    context.beginPath();
    for (let lash = 0; lash < 9; lash++) {
      const along = 0.52 + lash * 0.058;
      const x = at(along, upper.fromX, upper.aX, upper.bX, upper.toX);
      const y = at(along, upper.fromY, upper.aY, upper.bY, upper.toY) - 1.5;
      const length = 2.6 + lash * 0.5;
      context.moveTo(x, y);
      context.quadraticCurveTo(
        x + side * length * 0.5,
        y - length * 0.2 * up,
        x + side * length * (0.6 + lash * 0.05),
        y - length * 0.75 * up,
      );
    }
    context.stroke();
  }
}

/** A lid's curve from the inner to the outer corner, `height` below the line between them in its middle. */
function lid(eye: EyeArt, height: number): Lid {
  const { inner, outer } = eye;
  const reach = height * 4 / 3; // a cubic reaches three quarters of its handles
  const width = outer.x - inner.x;
  const slope = outer.y - inner.y;
  const lean = height < 0 ? 0.04 : -0.06; // upper lids peak nearer the nose, lower ones nearer the temple
  return {
    fromX: inner.x,
    fromY: inner.y,
    aX: inner.x + width * (0.26 - lean),
    aY: inner.y + slope * 0.26 + reach * (height < 0 ? 1.02 : 0.84),
    bX: inner.x + width * (0.74 - lean),
    bY: inner.y + slope * 0.74 + reach * (height < 0 ? 0.98 : 1.14),
    toX: outer.x,
    toY: outer.y,
  };
}

function trace(context: SKRSContext2D, curve: Lid): void {
  context.moveTo(curve.fromX, curve.fromY);
  context.bezierCurveTo(curve.aX, curve.aY, curve.bX, curve.bY, curve.toX, curve.toY);
}

function traceBack(context: SKRSContext2D, curve: Lid): void {
  context.lineTo(curve.toX, curve.toY);
  context.bezierCurveTo(curve.bX, curve.bY, curve.aX, curve.aY, curve.fromX, curve.fromY);
}

function disc(context: SKRSContext2D, x: number, y: number, radius: number): void {
  context.beginPath();
  context.arc(x, y, radius, 0, Math.PI * 2);
  context.fill();
}

function at(part: number, a: number, b: number, c: number, d: number): number {
  const rest = 1 - part;
  return rest ** 3 * a + 3 * rest ** 2 * part * b + 3 * rest * part ** 2 * c + part ** 3 * d;
}
