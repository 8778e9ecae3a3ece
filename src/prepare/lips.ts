/**
 * Moves the inner edges of the lips from where the models guess them to where the picture shows them.
 *
 * In: the mesh and the picture. Out: a mesh whose inner lip points lie on the seam of closed lips (the darkest line
 * between them) or, where lips are apart, on the steps of colour between lip and teeth or dark. The guess pulls: a
 * place far from it needs a much clearer step. Main thread, once.
 */
import { LOWER_LIP_INNER, LOWER_LIP_OUTER, Mesh, UPPER_LIP_INNER, UPPER_LIP_OUTER } from "../avatar/mod.ts";
import type { Picture } from "./picture.ts";

/** Lips whose edges are this part of the mouth's width apart, or less, are closed. */
const CLOSED = 0.085;
/** Steps a line of sight is sampled with. */
const SAMPLES = 61;

export function refineLips(mesh: Mesh, picture: Picture): Mesh {
  const points = mesh.points.slice();
  const width = mesh.x(291) - mesh.x(61);
  const isApart = mesh.y(14) - mesh.y(13) > CLOSED * width;
  const inside = UPPER_LIP_INNER.length - 2;
  const shiftsUpper: number[] = [];
  const shiftsLower: number[] = [];
  for (let at = 1; at <= inside; at++) {
    const [upper, lower] = [UPPER_LIP_INNER[at]!, LOWER_LIP_INNER[at]!];
    const [top, bottom] = [mesh.y(UPPER_LIP_OUTER[at]!), mesh.y(LOWER_LIP_OUTER[at]!)];
    const x = (mesh.x(upper) + mesh.x(lower)) / 2;
    const [upperY, lowerY] = [mesh.y(upper), mesh.y(lower)];
    if (isApart) {
      // The step may be anywhere from the middle of the lip to the middle of the opening.
      const middle = (upperY + lowerY) / 2;
      const reach = 0.06 * width;
      shiftsUpper.push(
        steepest(
          picture,
          x,
          Math.max((top + upperY) / 2, upperY - reach),
          Math.min(middle, upperY + reach),
          upperY,
        ) -
          upperY,
      );
      shiftsLower.push(
        steepest(
          picture,
          x,
          Math.max(middle, lowerY - reach),
          Math.min((bottom + lowerY) / 2, lowerY + reach),
          lowerY,
        ) -
          lowerY,
      );
    } else {
      const seam = (upperY + lowerY) / 2;
      const reach = Math.min(0.08 * width, (bottom - top) * 0.3);
      const found = darkest(picture, x, seam - reach, seam + reach, seam);
      shiftsUpper.push(found - upperY);
      shiftsLower.push(found - lowerY);
    }
  }
  const evenUpper = even(shiftsUpper);
  const evenLower = even(shiftsLower);
  for (let at = 1; at <= inside; at++) {
    points[UPPER_LIP_INNER[at]! * 3 + 1]! += evenUpper[at - 1]!;
    points[LOWER_LIP_INNER[at]! * 3 + 1]! += evenLower[at - 1]!;
  }
  return new Mesh(points);
}

/** One place's outlier gives way to its neighbours: median of three, then a little blur. */
function even(shifts: readonly number[]): number[] {
  const at = (list: readonly number[], index: number) => list[Math.min(list.length - 1, Math.max(0, index))]!;
  const calm = shifts.map((_, index) =>
    [at(shifts, index - 1), at(shifts, index), at(shifts, index + 1)].toSorted((a, b) => a - b)[1]!
  );
  return calm.map((_, index) => (at(calm, index - 1) + 2 * at(calm, index) + at(calm, index + 1)) / 4);
}

function steepest(picture: Picture, x: number, from: number, to: number, guess: number): number {
  if (to - from < 0.5) return guess;
  const step = (to - from) / (SAMPLES - 1);
  const blur = Math.max(0.75, (to - from) * 0.08);
  let best = guess;
  let most = 0;
  for (let index = 0; index < SAMPLES; index++) {
    const y = from + index * step;
    const above = toneAt(picture, x, y - blur);
    const below = toneAt(picture, x, y + blur);
    const contrast = Math.abs(above.luma - below.luma) + 1.5 * Math.abs(above.red - below.red);
    const pull = (y - guess) / (0.6 * (to - from));
    const score = contrast * Math.exp(-pull * pull);
    if (score > most) [most, best] = [score, y];
  }
  return most < 6 ? guess : best;
}

function darkest(picture: Picture, x: number, from: number, to: number, guess: number): number {
  if (to - from < 0.5) return guess;
  const step = (to - from) / (SAMPLES - 1);
  let best = guess;
  let least = Infinity;
  for (let index = 0; index < SAMPLES; index++) {
    const y = from + index * step;
    const pull = (y - guess) / (to - from);
    const score = toneAt(picture, x, y).luma + 60 * pull * pull;
    if (score < least) [least, best] = [score, y];
  }
  return best;
}

/** Luma and redness, bilinear, the mean of three columns side by side. */
function toneAt({ rgb, width, height }: Picture, x: number, y: number): { luma: number; red: number } {
  let [r, g, b] = [0, 0, 0];
  const row = Math.min(height - 2, Math.max(0, Math.floor(y - 0.5)));
  const part = Math.min(1, Math.max(0, y - 0.5 - row));
  for (let dx = -1; dx <= 1; dx++) {
    const column = Math.min(width - 1, Math.max(0, Math.floor(x) + dx));
    const at = (row * width + column) * 3;
    const below = at + width * 3;
    r += rgb[at]! + (rgb[below]! - rgb[at]!) * part;
    g += rgb[at + 1]! + (rgb[below + 1]! - rgb[at + 1]!) * part;
    b += rgb[at + 2]! + (rgb[below + 2]! - rgb[at + 2]!) * part;
  }
  return { luma: (0.299 * r + 0.587 * g + 0.114 * b) / 3, red: (0.5 * r - 0.419 * g - 0.081 * b) / 3 };
}
