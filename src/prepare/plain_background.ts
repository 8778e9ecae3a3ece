/**
 * Tells a portrait's figure from a plain background (a wall, a studio's paper) by colour alone.
 *
 * In: a picture and the face's place. Out: the figure's opacity and the background's colour everywhere, or a reason why
 * it cannot be told. No body segmentation comes with the face models, so a background that is not plain is left alone:
 * a wrong outline is worse than none. Main thread, once; some 10 floats a pixel.
 */
import type { HeadPlace } from "../avatar/mod.ts";
import type { Picture } from "./picture.ts";

export interface PlainBackground {
  /** width * height bytes. */
  readonly alpha: Uint8Array;
  /** Red, green and blue of the background at a pixel, into `out`. */
  colourAt(x: number, y: number, out: Float64Array): void;
}

/** Width of the border that must show background, in parts of the shorter side. */
const BORDER = 0.03;
const SAMPLES_MAX = 6000;
/** Levels that a plain background's pixels may be off its smooth course, and how many of the border may be other things. */
const SPREAD_MAX = 7;
const INLIERS_MIN = 0.75;
/** Distances from the background, in its spreads: surely background, and where the figure begins. */
const NEAR = 2.6;
const FAR = 6.5;
/** Part of the head that may be mistaken, and of the picture that other things may take. */
const HEAD_HOLES_MAX = 0.02;
const THINGS_MAX = 0.01;
const TERMS = 6;

/** The figure of a portrait, or in words why it cannot be told from the background. */
export function findPlainBackground(picture: Picture, head: HeadPlace): PlainBackground | string {
  const { width, height } = picture;
  const fit = fitBorder(picture, head);
  if (typeof fit === "string") return fit;
  const distance = distances(picture, fit);
  const isBehind = flood(distance, width, height, head);
  const figure = keepFigure(isBehind, width, height, head);
  if (typeof figure === "string") return figure;
  return { alpha: soften(figure, distance, width, height), colourAt: fit.colourAt };
}

interface Fit {
  readonly spread: Float64Array;
  colourAt(x: number, y: number, out: Float64Array): void;
}

/** A colour that changes smoothly (quadratically) over the picture, fitted to its border without what sticks out. */
function fitBorder({ rgb, width, height }: Picture, head: HeadPlace): Fit | string {
  const border = Math.max(2, Math.round(BORDER * Math.min(width, height)));
  const lowest = Math.min(height, Math.round(head.chin));
  const places: number[] = [];
  for (let y = 0; y < lowest; y++) {
    for (let x = 0; x < width; x++) {
      if (y < border || x < border || x >= width - border) places.push(y * width + x);
    }
  }
  const step = Math.max(1, Math.floor(places.length / SAMPLES_MAX));
  const samples = places.filter((_, index) => index % step === 0);
  const terms = new Float64Array(TERMS);
  const weights = [0, 1, 2].map(() => new Float64Array(TERMS));
  const spread = new Float64Array(3).fill(40);
  let kept = samples;
  const colourAt = (x: number, y: number, out: Float64Array) => {
    setTerms(terms, x / width, y / height);
    for (let channel = 0; channel < 3; channel++) {
      let sum = 0;
      for (let term = 0; term < TERMS; term++) sum += weights[channel]![term]! * terms[term]!;
      out[channel] = sum;
    }
  };
  const colour = new Float64Array(3);
  // The middle colour first, so that what sticks out does not draw the fit to itself.
  for (let channel = 0; channel < 3; channel++) {
    weights[channel]![0] = samples.map((at) => rgb[at * 3 + channel]!).toSorted((a, b) => a - b)[
      samples.length >> 1
    ]!;
  }
  for (let round = 0; round < 5; round++) {
    kept = samples.filter((at) => {
      colourAt(at % width, Math.floor(at / width), colour);
      return [0, 1, 2].every((channel) =>
        Math.abs(rgb[at * 3 + channel]! - colour[channel]!) < Math.max(6, 2.6 * spread[channel]!)
      );
    });
    if (kept.length < samples.length * INLIERS_MIN * 0.6) break;
    for (let channel = 0; channel < 3; channel++) {
      weights[channel]!.set(leastSquares(kept, width, height, (at) => rgb[at * 3 + channel]!));
    }
    spread.fill(0);
    for (const at of kept) {
      colourAt(at % width, Math.floor(at / width), colour);
      for (let channel = 0; channel < 3; channel++) {
        spread[channel]! += (rgb[at * 3 + channel]! - colour[channel]!) ** 2 / kept.length;
      }
    }
    for (let channel = 0; channel < 3; channel++) spread[channel] = Math.sqrt(spread[channel]!);
  }
  if (kept.length < samples.length * INLIERS_MIN) return "there are several colours behind the head";
  if (Math.max(...spread) > SPREAD_MAX) return "what is behind the head has a pattern";
  return { spread: spread.map((one) => Math.max(1.6, one)), colourAt };
}

function setTerms(terms: Float64Array, x: number, y: number): void {
  terms[0] = 1;
  terms[1] = x;
  terms[2] = y;
  terms[3] = x * x;
  terms[4] = x * y;
  terms[5] = y * y;
}

/** Weights of the terms by the normal equations, a little damped: a border alone says little about the middle. */
function leastSquares(
  places: readonly number[],
  width: number,
  height: number,
  value: (at: number) => number,
): Float64Array {
  const terms = new Float64Array(TERMS);
  const rows = Array.from({ length: TERMS }, () => new Float64Array(TERMS + 1));
  for (const at of places) {
    setTerms(terms, (at % width) / width, Math.floor(at / width) / height);
    for (let row = 0; row < TERMS; row++) {
      for (let column = 0; column < TERMS; column++) rows[row]![column]! += terms[row]! * terms[column]!;
      rows[row]![TERMS]! += terms[row]! * value(at);
    }
  }
  for (let row = 1; row < TERMS; row++) rows[row]![row]! += 1e-3 * places.length;
  for (let pivot = 0; pivot < TERMS; pivot++) {
    const lead = rows[pivot]!;
    for (let row = 0; row < TERMS; row++) {
      if (row === pivot) continue;
      const part = rows[row]![pivot]! / lead[pivot]!;
      for (let column = pivot; column <= TERMS; column++) rows[row]![column]! -= part * lead[column]!;
    }
  }
  return Float64Array.from(rows, (row, index) => row[TERMS]! / row[index]!);
}

/** How far each pixel's colour is from the background's, in its spreads. */
function distances({ rgb, width, height }: Picture, fit: Fit): Float32Array {
  const distance = new Float32Array(width * height);
  const colour = new Float64Array(3);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      fit.colourAt(x, y, colour);
      let sum = 0;
      for (let channel = 0; channel < 3; channel++) {
        sum += ((rgb[at * 3 + channel]! - colour[channel]!) / fit.spread[channel]!) ** 2;
      }
      distance[at] = Math.sqrt(sum / 3);
    }
  }
  return distance;
}

/** 1 where background reaches from the top and the sides above the shoulders. */
function flood(distance: Float32Array, width: number, height: number, head: HeadPlace): Uint8Array {
  const behind = new Uint8Array(width * height);
  const stack = new Int32Array(width * height);
  let depth = 0;
  const visit = (at: number) => {
    if (behind[at] === 1 || distance[at]! >= FAR) return;
    behind[at] = 1;
    stack[depth++] = at;
  };
  const lowest = Math.min(height, Math.round(head.chin));
  for (let x = 0; x < width; x++) visit(x);
  for (let y = 0; y < lowest; y++) {
    visit(y * width);
    visit(y * width + width - 1);
  }
  while (depth > 0) {
    const at = stack[--depth]!;
    const x = at % width;
    if (x > 0) visit(at - 1);
    if (x < width - 1) visit(at + 1);
    if (at >= width) visit(at - width);
    if (at < width * (height - 1)) visit(at + width);
  }
  return behind;
}

/** 1 for the figure that the head belongs to. */
function keepFigure(
  behind: Uint8Array,
  width: number,
  height: number,
  head: HeadPlace,
): Uint8Array | string {
  const figure = new Uint8Array(width * height);
  const stack = new Int32Array(width * height);
  const middle = Math.round((head.top + head.chin) / 2);
  const start = Math.min(height - 1, Math.max(0, middle)) * width +
    Math.min(width - 1, Math.max(0, Math.round(head.centreX)));
  if (behind[start] === 1) return "the face has the background's colour";
  let depth = 0;
  let pixels = 1;
  figure[start] = 1;
  stack[depth++] = start;
  const visit = (at: number) => {
    if (figure[at] === 1 || behind[at] === 1) return;
    figure[at] = 1;
    pixels++;
    stack[depth++] = at;
  };
  while (depth > 0) {
    const at = stack[--depth]!;
    const x = at % width;
    if (x > 0) visit(at - 1);
    if (x < width - 1) visit(at + 1);
    if (at >= width) visit(at - width);
    if (at < width * (height - 1)) visit(at + width);
  }
  let others = -pixels;
  for (let at = 0; at < behind.length; at++) others += 1 - behind[at]!;
  if (others > THINGS_MAX * width * height) return "there are other things behind the head";
  let holes = 0;
  let seen = 0;
  for (let y = Math.max(0, Math.round(head.top + 0.25 * head.height)); y < Math.min(height, head.chin); y++) {
    const along = (y - middle) / (head.height / 2);
    const reach = 0.8 * head.halfWidth * Math.sqrt(Math.max(0, 1 - along * along));
    for (
      let x = Math.max(0, Math.round(head.centreX - reach));
      x < Math.min(width, head.centreX + reach);
      x++
    ) {
      seen++;
      holes += 1 - figure[y * width + x]!;
    }
  }
  return holes > HEAD_HOLES_MAX * seen ? "parts of the head have the background's colour" : figure;
}

/** Opacity: whole in the figure, fading by colour where hair meets the background close to it, nothing elsewhere. */
function soften(figure: Uint8Array, distance: Float32Array, width: number, height: number): Uint8Array {
  const reach = Math.max(2, Math.round(0.006 * Math.max(width, height)));
  const near = grown(figure, width, height, reach);
  const alpha = new Uint8Array(width * height);
  for (let at = 0; at < alpha.length; at++) {
    if (figure[at] === 1) alpha[at] = 255;
    else if (near[at] === 1) {
      const part = Math.min(1, Math.max(0, (distance[at]! - NEAR) / (FAR - NEAR)));
      alpha[at] = 255 * part * part * (3 - 2 * part);
    }
  }
  return alpha;
}

/** A mask and all within `reach` of it to the side and then up and down. */
function grown(mask: Uint8Array, width: number, height: number, reach: number): Uint8Array {
  const wide = new Uint8Array(mask.length);
  for (let y = 0; y < height; y++) spreadLine(mask, wide, y * width, 1, width, reach);
  const high = new Uint8Array(mask.length);
  for (let x = 0; x < width; x++) spreadLine(wide, high, x, width, height, reach);
  return high;
}

function spreadLine(
  from: Uint8Array,
  to: Uint8Array,
  start: number,
  step: number,
  count: number,
  reach: number,
): void {
  let last = -Infinity;
  for (let index = 0, at = start; index < count; index++, at += step) {
    if (from[at] === 1) last = index;
    if (index - last <= reach) to[at] = 1;
  }
  last = Infinity;
  for (let index = count - 1, at = start + step * (count - 1); index >= 0; index--, at -= step) {
    if (from[at] === 1) last = index;
    if (last - index <= reach) to[at] = 1;
  }
}
