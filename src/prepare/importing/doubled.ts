/**
 * Whether a folder holds its film twice, forward and then backward, as MuseTalk stores it; LiveTalking stores it once.
 *
 * In: boxes, and frames to look at. Out: yes or no. Boxes must mirror exactly, and so must the pixels of frames from all
 * over the film, or files of the same bytes. Main thread; reads at most 2 * PAIRS_MAX pictures.
 */
import { Buffer } from "node:buffer";
import type { Edges } from "../../film/mod.ts";

const PAIRS_MAX = 12;

export async function isDoubled(
  boxes: readonly (Edges | undefined)[],
  readFile: (frame: number) => Uint8Array,
  readPixels: (frame: number) => Promise<Uint8Array>,
): Promise<boolean> {
  const frames = boxes.length;
  if (frames < 2 || frames % 2 !== 0) return false;
  const half = frames / 2;
  for (let frame = 0; frame < half; frame++) {
    if (String(boxes[frame]) !== String(boxes[frames - 1 - frame])) return false;
  }
  const pairs = Math.min(PAIRS_MAX, half);
  for (let nth = 0; nth < pairs; nth++) {
    const frame = Math.floor(nth * half / pairs);
    const other = frames - 1 - frame;
    if (isSame(readFile(frame), readFile(other))) continue;
    if (!isSame(await readPixels(frame), await readPixels(other))) return false;
  }
  return true;
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && Buffer.compare(a, b) === 0;
}
