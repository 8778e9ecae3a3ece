/**
 * The mask that a MuseTalk patch is pasted by: the lower face between the jaw's edges, with a soft rim.
 *
 * In: the face's points, its box and the crop around it. Out: opacity of each pixel of the box. MuseTalk asks a network
 * for the face's region, widens it a little downward, takes off the cheeks' rims, keeps what lies inside the box and below
 * the crop's middle, and blurs it with a kernel of a tenth of the crop's width (musetalk/utils/blending.py, face_parsing);
 * here the region is drawn from the jaw line instead. Main thread.
 */
import type { Edges } from "../../film/mod.ts";
import { blurPart, maskKernel } from "./gaussian.ts";

/** From one temple over the chin to the other, finer than the 68 points. */
const JAW_LINE = [
  ...[162, 127, 234, 93, 132, 58, 172, 136, 150, 149, 176, 148, 152],
  ...[377, 400, 378, 379, 365, 397, 288, 361, 323, 454, 356, 389],
] as const;
/** The region stays so far inside the cheeks' edges, in parts of the box' width: behind them lies the background. */
const CHEEK_INSET = 0.05;
/** So far it reaches below the jaw line, in parts of the crop's side: an open mouth takes the chin down. */
const CHIN_DROP = 0.012;
/** Above this part of the crop nothing is pasted. */
const UPPER_PART = 0.5;

export function jawMask(points: Float32Array, box: Edges, crop: Edges): Uint8Array {
  const [cropX, cropY] = [crop[0], crop[1]];
  const [side, height] = [crop[2] - crop[0], crop[3] - crop[1]];
  const part = { x: box[0] - cropX, y: box[1] - cropY, width: box[2] - box[0], height: box[3] - box[1] };
  if (side < 1 || height < 1) return new Uint8Array(part.width * part.height);
  const middle = (box[0] + box[2]) / 2 - cropX;
  const inset = CHEEK_INSET * part.width;
  const drop = CHIN_DROP * side;
  const line = JAW_LINE.map((index) => {
    const x = points[index * 3]! - cropX;
    const off = x - middle;
    return {
      x: middle + Math.sign(off) * Math.max(0, Math.abs(off) - inset),
      y: points[index * 3 + 1]! - cropY + drop,
    };
  });
  const region = new Uint8Array(side * height);
  const rows = [
    Math.max(part.y, Math.trunc(UPPER_PART * height)),
    Math.min(height, part.y + part.height),
  ] as const;
  const columns = [Math.max(0, part.x), Math.min(side, part.x + part.width)] as const;
  fill(line, region, side, rows, columns);
  return blurPart(region, side, height, maskKernel(side), part);
}

interface Place {
  readonly x: number;
  readonly y: number;
}

/** Fills a closed line with 255: pixels whose middles lie inside, within the rows and columns given. */
function fill(
  line: readonly Place[],
  region: Uint8Array,
  width: number,
  [top, bottom]: readonly [number, number],
  [left, right]: readonly [number, number],
): void {
  for (let row = top; row < bottom; row++) {
    const y = row + 0.5;
    const crossings: number[] = [];
    line.forEach((from, at) => {
      const to = line[(at + 1) % line.length]!;
      if ((from.y <= y) === (to.y <= y)) return;
      crossings.push(from.x + (y - from.y) / (to.y - from.y) * (to.x - from.x));
    });
    crossings.sort((a, b) => a - b);
    for (let at = 0; at + 1 < crossings.length; at += 2) {
      const begin = Math.max(left, Math.ceil(crossings[at]! - 0.5));
      const end = Math.min(right, Math.ceil(crossings[at + 1]! - 0.5));
      if (end > begin) region.fill(255, row * width + begin, row * width + end);
    }
  }
}
