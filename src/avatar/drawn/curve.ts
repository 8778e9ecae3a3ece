/** Smooth curves through rows of points, for canvases: what a lip's edge is drawn with. Nothing is allocated. */
import type { SKRSContext2D } from "@napi-rs/canvas";

/** From the current place to the first point, on through the middles between the points to the last, `shift` lower. */
export function traceOn(context: SKRSContext2D, xs: Float64Array, ys: Float64Array, shift: number): void {
  const last = xs.length - 1;
  context.lineTo(xs[0]!, ys[0]! + shift * 0.5); // a band between two shifts tapers to its ends
  for (let at = 1; at < last; at++) {
    const x = at === last - 1 ? xs[last]! : (xs[at]! + xs[at + 1]!) / 2;
    const y = at === last - 1 ? ys[last]! - shift * 0.5 : (ys[at]! + ys[at + 1]!) / 2;
    context.quadraticCurveTo(xs[at]!, ys[at]! + shift, x, y + shift);
  }
}

/** The same from the last point to the first. */
export function traceBack(context: SKRSContext2D, xs: Float64Array, ys: Float64Array, shift: number): void {
  const last = xs.length - 1;
  context.lineTo(xs[last]!, ys[last]! + shift * 0.5);
  for (let at = last - 1; at > 0; at--) {
    const x = at === 1 ? xs[0]! : (xs[at]! + xs[at - 1]!) / 2;
    const y = at === 1 ? ys[0]! - shift * 0.5 : (ys[at]! + ys[at - 1]!) / 2;
    context.quadraticCurveTo(xs[at]!, ys[at]! + shift, x, y + shift);
  }
}

/** Fills a band along the points, so far above and below them and half of that at both ends. */
export function fillBand(
  context: SKRSContext2D,
  xs: Float64Array,
  ys: Float64Array,
  above: number,
  below: number,
): void {
  context.beginPath();
  context.moveTo(xs[0]!, ys[0]!);
  traceOn(context, xs, ys, -above);
  traceBack(context, xs, ys, below);
  context.fill();
}

export function mix(from: number, to: number, part: number): number {
  return from + (to - from) * part;
}
