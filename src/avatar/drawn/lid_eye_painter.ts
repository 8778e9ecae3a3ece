/**
 * Draws both eyes: white, iris, lids and lashes, for a lid that is open, closing or closed and a gaze.
 *
 * In: lids, gaze and squint (see EyePainter). Out: strokes and fills on a canvas whose units are the art's.
 */
import type { CanvasGradient, SKRSContext2D } from "@napi-rs/canvas";
import type { EyeArt, EyesArt } from "./manifest.ts";
import type { Bounds } from "./bounds.ts";
import { withAlpha } from "./colour.ts";
import type { EyePainter } from "./eye_painter.ts";
import { at, Lid, traceLid, traceLidBack } from "./lid_curve.ts";

/** A full glance moves the iris by so many units. */
const GLANCE_X = 6.6;
const GLANCE_Y = 4.6;
/** The upper lid goes down and up with the gaze by so much of its height. */
const LID_FOLLOWS = 0.2;
/** A full squint leaves so much of the lower lid's depth, and lowers the upper lid by so much. */
const SQUINT_LOWER = 0.2;
const SQUINT_UPPER = 0.12;
/** Lids half a step beyond rest rise by so many units. */
const WIDE = 7.2;
const RAYS = 22;
/** The numbers below are in an eye that is so wide; others are scaled. */
const WIDTH = 68;

/** What is the same in every picture of one eye. */
interface Eye {
  readonly art: EyeArt;
  readonly x: number;
  readonly y: number;
  /** Slope of the line between its corners, in radians. */
  readonly lean: number;
  /** Art units for one unit of an eye of WIDTH. */
  readonly unit: number;
  /** As they are in the picture being painted; `open` is the upper lid at rest. */
  readonly upper: Lid;
  readonly lower: Lid;
  readonly fold: Lid;
  readonly open: Lid;
  readonly white: CanvasGradient;
  readonly round: CanvasGradient;
  readonly skin: CanvasGradient;
}

export class LidEyePainter implements EyePainter {
  readonly #context: SKRSContext2D;
  readonly #art: EyesArt;
  readonly #left: Eye;
  readonly #right: Eye;
  readonly #iris: CanvasGradient;
  readonly #cheek: CanvasGradient;
  readonly #ray: string;
  readonly #duct: string;
  readonly #lidShadow: string;
  readonly #lashes: string;

  constructor(context: SKRSContext2D, art: EyesArt) {
    this.#context = context;
    this.#art = art;
    const { colours, irisRadius: radius } = art;
    this.#left = eyeOf(context, art.left, art);
    this.#right = eyeOf(context, art.right, art);
    this.#iris = context.createRadialGradient(0, radius * 0.35, radius * 0.15, 0, 0, radius);
    this.#iris.addColorStop(0, colours.irisLight);
    this.#iris.addColorStop(0.6, colours.iris);
    this.#iris.addColorStop(0.86, colours.irisRim);
    this.#iris.addColorStop(1, withAlpha(colours.irisRim, 0.6));
    this.#cheek = context.createRadialGradient(0, 0, 0, 0, 0, 1);
    this.#cheek.addColorStop(0, withAlpha(colours.lidShade, 0.55));
    this.#cheek.addColorStop(0.4, withAlpha(colours.lidShade, 0.28));
    this.#cheek.addColorStop(1, withAlpha(colours.lidShade, 0));
    this.#ray = withAlpha(colours.irisLight, 0.3);
    this.#duct = withAlpha(colours.duct, 0.9);
    this.#lidShadow = withAlpha(colours.lash, 0.3);
    this.#lashes = withAlpha(colours.lash, 0.6);
  }

  /** All that is ever drawn. */
  static bounds(art: EyesArt): Bounds {
    const { left, right } = art;
    const xs = [left.inner.x, left.outer.x, right.inner.x, right.outer.x];
    const ys = [left.inner.y, left.outer.y, right.inner.y, right.outer.y];
    return {
      left: Math.min(...xs) - 16,
      top: Math.min(...ys) - Math.max(left.upper, right.upper) * 1.5 - 12,
      right: Math.max(...xs) + 16,
      bottom: Math.max(...ys) + Math.max(left.lower, right.lower) * 1.6 + 8,
    };
  }

  paint(lidLeft: number, lidRight: number, gazeX: number, gazeY: number, squint: number): void {
    this.#paintEye(this.#left, lidLeft, gazeX, gazeY, squint);
    this.#paintEye(this.#right, lidRight, gazeX, gazeY, squint);
  }

  #paintEye(eye: Eye, shut: number, gazeX: number, gazeY: number, squint: number): void {
    const context = this.#context;
    const { art, unit, upper, lower, open } = eye;
    const raised = shut < 0 ? 1 - shut * 2 * WIDE * unit / art.upper : 1 - shut;
    const openness = raised * (1 - LID_FOLLOWS * (gazeY > 0 ? gazeY : gazeY * 0.4)) *
      (1 - SQUINT_UPPER * squint);
    const depth = art.lower * (0.82 + 0.18 * openness) * (1 - (1 - SQUINT_LOWER) * squint);
    lower.set(art, depth);
    // The upper lid does nearly all the way; shut, it lies on the lower lid.
    const rest = art.lower * 0.86 * (1 - (1 - SQUINT_LOWER) * squint);
    upper.set(art, -art.upper * openness + rest * Math.max(0, 1 - openness));
    this.#paintCheek(eye, depth, squint);
    if (openness > 0.06) {
      context.save();
      context.beginPath();
      traceLid(context, upper);
      traceLidBack(context, lower);
      context.clip();
      const side = WIDTH * unit * 0.6;
      const ballTop = eye.y - art.upper * 1.2 - WIDE * unit;
      context.fillStyle = eye.white;
      context.fillRect(eye.x - side, ballTop, side * 2, side * 2);
      context.fillStyle = eye.round;
      context.fillRect(eye.x - side, ballTop, side * 2, side * 2);
      context.fillStyle = this.#duct;
      context.beginPath();
      context.ellipse(art.inner.x, art.inner.y, 5 * unit, 3.2 * unit, 0, 0, Math.PI * 2);
      context.fill();
      const glanceX = gazeX * GLANCE_X * unit;
      const glanceY = gazeY * GLANCE_Y * unit;
      this.#paintIris(eye.x + glanceX, eye.y - art.upper * 0.13 + glanceY, glanceX, glanceY);
      // Shadow of the upper lid and its lashes on the ball.
      context.fillStyle = this.#lidShadow;
      context.beginPath();
      traceLid(context, upper);
      traceLidBack(context, upper, 4.5 * unit);
      context.fill();
      context.restore();
    }
    if (openness < 0.98) {
      context.fillStyle = eye.skin;
      context.beginPath();
      traceLid(context, open);
      traceLidBack(context, upper);
      context.fill();
    }
    this.#paintCrease(eye, openness);
    this.#paintLowerRim(lower, openness, unit);
    this.#paintLashes(eye, upper, openness);
  }

  /** The lights stand still where the ball turns: they follow a glance by half. */
  #paintIris(x: number, y: number, glanceX: number, glanceY: number): void {
    const context = this.#context;
    const { colours, irisRadius: radius } = this.#art;
    context.translate(x, y);
    context.fillStyle = this.#iris;
    disc(context, 0, 0, radius);
    context.strokeStyle = this.#ray;
    context.lineWidth = 0.8;
    context.lineCap = "butt";
    context.beginPath();
    for (let ray = 0; ray < RAYS; ray++) {
      const angle = ray / RAYS * Math.PI * 2 + (ray % 3) * 0.06;
      const to = radius * (0.72 + (ray % 4) * 0.05);
      context.moveTo(Math.cos(angle) * radius * 0.45, Math.sin(angle) * radius * 0.45);
      context.lineTo(Math.cos(angle) * to, Math.sin(angle) * to);
    }
    context.stroke();
    context.fillStyle = colours.pupil;
    disc(context, 0, 0, radius * 0.43);
    context.fillStyle = "#ffffffee";
    context.translate(-glanceX / 2, -glanceY / 2);
    disc(context, -radius * 0.34, -radius * 0.38, radius * 0.24);
    context.fillStyle = "#ffffff66";
    disc(context, radius * 0.36, radius * 0.4, radius * 0.14);
    context.translate(glanceX / 2 - x, glanceY / 2 - y);
  }

  /** The cheek that lifts the lower lid: a soft fold below it. */
  #paintCheek(eye: Eye, depth: number, squint: number): void {
    if (squint < 0.02) return;
    const context = this.#context;
    context.save();
    context.globalAlpha = squint;
    context.translate(eye.x, eye.y + depth * 0.8 + 6 * eye.unit);
    context.rotate(eye.lean);
    context.scale(Math.abs(eye.art.outer.x - eye.art.inner.x) * 0.5, 5 * eye.unit);
    context.fillStyle = this.#cheek;
    context.fillRect(-1, -1, 2, 2); // the gradient ends inside
    context.restore();
  }

  /** A fold that begins where the lid is already lifted, not in the corner, and rises away from it. */
  #paintCrease({ art, unit, fold }: Eye, openness: number): void {
    const { crease, colours } = this.#art;
    if (crease === 0) return;
    const context = this.#context;
    fold.set(art, -art.upper * Math.max(1, openness) - 6.5 * unit);
    const rise = 3.5 * unit;
    // The curve from `part` on has the blossoms of its points as handles (de Casteljau).
    const part = 0.24;
    const rest = 1 - part;
    context.beginPath();
    context.moveTo(
      at(part, fold.fromX, fold.aX, fold.bX, fold.toX),
      at(part, fold.fromY, fold.aY, fold.bY, fold.toY) - rise * part,
    );
    context.bezierCurveTo(
      rest * rest * fold.aX + 2 * rest * part * fold.bX + part * part * fold.toX,
      rest * rest * fold.aY + 2 * rest * part * fold.bY + part * part * fold.toY - rise * (part + rest / 3),
      rest * fold.bX + part * fold.toX,
      rest * fold.bY + part * fold.toY - rise * (part + rest * 2 / 3),
      fold.toX,
      fold.toY - rise,
    );
    context.lineCap = "round";
    context.lineWidth = 1.5 * unit;
    context.strokeStyle = colours.lash;
    context.globalAlpha = Math.min(1, (0.1 + 0.2 * Math.min(1, openness)) * crease);
    context.stroke();
    context.globalAlpha = 1;
  }

  #paintLowerRim(lower: Lid, openness: number, unit: number): void {
    const context = this.#context;
    context.beginPath();
    traceLid(context, lower);
    const { rim, colours } = this.#art;
    context.lineWidth = 1.1 * unit * rim;
    context.strokeStyle = colours.lash;
    context.globalAlpha = Math.min(1, (0.22 + 0.12 * openness) * rim);
    context.stroke();
    context.globalAlpha = 1;
  }

  /** A dark rim that thickens towards the temple, and a few lashes out of it. */
  #paintLashes({ art, unit }: Eye, upper: Lid, openness: number): void {
    const context = this.#context;
    const { lashes, rim, colours } = this.#art;
    const side = Math.sign(art.outer.x - art.inner.x);
    const thick = unit * rim;
    context.fillStyle = colours.lash;
    context.beginPath();
    context.moveTo(upper.fromX, upper.fromY);
    context.bezierCurveTo(
      upper.aX,
      upper.aY - 1.2 * thick,
      upper.bX,
      upper.bY - 3.4 * thick,
      upper.toX,
      upper.toY - 2.2 * thick,
    );
    context.lineTo(upper.toX + side * 4.5 * unit, upper.toY - 2.5 * unit);
    context.bezierCurveTo(
      upper.bX + side * 3 * unit,
      upper.bY + 1.2 * thick,
      upper.aX,
      upper.aY + thick,
      upper.fromX,
      upper.fromY,
    );
    context.fill();
    if (lashes === 0) return;
    const up = openness * 2 - 1; // shut, the lashes point down
    context.lineCap = "round";
    context.lineWidth = 0.9 * unit;
    context.strokeStyle = this.#lashes;
    context.beginPath();
    for (let lash = 0; lash < 9; lash++) {
      const along = 0.52 + lash * 0.058;
      const x = at(along, upper.fromX, upper.aX, upper.bX, upper.toX);
      const y = at(along, upper.fromY, upper.aY, upper.bY, upper.toY) - 1.5 * unit;
      const length = (2.6 + lash * 0.5) * unit * lashes;
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

function eyeOf(context: SKRSContext2D, eye: EyeArt, art: EyesArt): Eye {
  const { colours, irisRadius } = art;
  const x = (eye.inner.x + eye.outer.x) / 2;
  const y = (eye.inner.y + eye.outer.y) / 2;
  const white = context.createLinearGradient(0, y - eye.upper, 0, y + eye.lower);
  white.addColorStop(0, colours.whiteShade);
  white.addColorStop(0.5, colours.white);
  // The ball turns away at both corners.
  const round = context.createRadialGradient(x, y, irisRadius * 0.8, x, y, irisRadius * 2.5);
  round.addColorStop(0, withAlpha(colours.lidShade, 0));
  round.addColorStop(1, withAlpha(colours.lidShade, 0.55));
  const skin = context.createLinearGradient(0, y - eye.upper - 4, 0, y + eye.lower);
  skin.addColorStop(0, colours.lidShade);
  skin.addColorStop(0.45, colours.lid);
  skin.addColorStop(1, colours.lidShade);
  const lean = Math.atan((eye.outer.y - eye.inner.y) / (eye.outer.x - eye.inner.x));
  const unit = Math.abs(eye.outer.x - eye.inner.x) / WIDTH;
  const open = new Lid();
  open.set(eye, -eye.upper);
  return {
    art: eye,
    x,
    y,
    lean,
    unit,
    upper: new Lid(),
    lower: new Lid(),
    fold: new Lid(),
    open,
    white,
    round,
    skin,
  };
}

function disc(context: SKRSContext2D, x: number, y: number, radius: number): void {
  context.beginPath();
  context.arc(x, y, radius, 0, Math.PI * 2);
  context.fill();
}
