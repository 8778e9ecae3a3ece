/** The curve of an eyelid from corner to corner, in art units: made from its height, traced on canvases. */
import type { SKRSContext2D } from "@napi-rs/canvas";
import type { EyeArt } from "./manifest.ts";

/** A cubic from the corner at the nose to the one at the temple; one is kept for each lid and set anew. */
export class Lid {
  fromX = 0;
  fromY = 0;
  aX = 0;
  aY = 0;
  bX = 0;
  bY = 0;
  toX = 0;
  toY = 0;

  /** Becomes the curve from the inner to the outer corner, `height` below the line between them in its middle. */
  set(eye: EyeArt, height: number): void {
    const { inner, outer } = eye;
    const reach = height * 4 / 3; // a cubic reaches three quarters of its handles
    const width = outer.x - inner.x;
    const slope = outer.y - inner.y;
    const lean = height < 0 ? 0.04 : -0.06; // upper lids peak nearer the nose, lower ones nearer the temple
    this.fromX = inner.x;
    this.fromY = inner.y;
    this.aX = inner.x + width * (0.26 - lean);
    this.aY = inner.y + slope * 0.26 + reach * (height < 0 ? 1.02 : 0.84);
    this.bX = inner.x + width * (0.74 - lean);
    this.bY = inner.y + slope * 0.74 + reach * (height < 0 ? 0.98 : 1.14);
    this.toX = outer.x;
    this.toY = outer.y;
  }
}

export function traceLid(context: SKRSContext2D, curve: Lid): void {
  context.moveTo(curve.fromX, curve.fromY);
  context.bezierCurveTo(curve.aX, curve.aY, curve.bX, curve.bY, curve.toX, curve.toY);
}

/** From the outer corner back to the inner one, `down` lower in between. */
export function traceLidBack(context: SKRSContext2D, curve: Lid, down = 0): void {
  context.lineTo(curve.toX, curve.toY);
  context.bezierCurveTo(
    curve.bX,
    curve.bY + down * 4 / 3,
    curve.aX,
    curve.aY + down * 4 / 3,
    curve.fromX,
    curve.fromY,
  );
}

/** A cubic's coordinate at `part` 0..1 of its way. */
export function at(part: number, a: number, b: number, c: number, d: number): number {
  const rest = 1 - part;
  return rest ** 3 * a + 3 * rest ** 2 * part * b + 3 * rest * part ** 2 * c + part ** 3 * d;
}
