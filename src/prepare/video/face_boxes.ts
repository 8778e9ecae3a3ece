/**
 * Where the engines' pictures are cut and pasted: boxes from the points of a face, by each engine's own rules.
 *
 * In: 478 mesh points in pixels of a frame. Out: whole-numbered boxes inside the frame, but for MuseTalk's square crop,
 * which may leave it. Pure. The 68 points that the engines know are taken from the mesh by the table below.
 */
import { FACE_POINTS } from "../../avatar/mod.ts";
import type { Edges } from "../../film/mod.ts";
import type { FrameSize } from "../../time/mod.ts";

/** Mesh points in place of the 68: jaw 0-16. */
export const JAW_68 = [
  162,
  234,
  93,
  58,
  172,
  136,
  149,
  148,
  152,
  377,
  378,
  365,
  397,
  288,
  323,
  454,
  389,
] as const;
/** Brows 17-26: beside a turned face they may reach farther than the jaw. */
const BROWS_68 = [70, 63, 105, 66, 107, 336, 296, 334, 293, 300] as const;
/** Nose 29, MuseTalk's middle of the face. */
const NOSE_29 = 5;
/** Lips 48-67. */
const LIPS_68 = [
  61,
  39,
  37,
  0,
  267,
  269,
  291,
  405,
  314,
  17,
  84,
  181,
  78,
  82,
  13,
  312,
  308,
  317,
  14,
  87,
] as const;
/** Rows that version 1.5 adds below the chin. */
const CHIN_MARGIN_15 = 10;
/** Rows that Wav2Lip adds below its detector's box. */
const WAV2LIP_PAD = 10;
/** Second of four points down the bridge of the nose. */
const BRIDGE_28 = 197;

export type MuseTalkVersion = "1.0" | "1.5";

type Points = Float32Array;
const x = (points: Points, index: number) => points[index * 3]!;
const y = (points: Points, index: number) => points[index * 3 + 1]!;

/**
 * MuseTalk's box (musetalk/utils/preprocessing.py): from as far above the nose as the chin is below it, down to the chin;
 * `shiftPx` moves the middle in version 1.0, version 1.5 adds ten rows below.
 */
export function museTalkBox(points: Points, size: FrameSize, version: MuseTalkVersion, shiftPx = 0): Edges {
  const all = [...JAW_68, ...BROWS_68, ...LIPS_68, NOSE_29];
  const xs = all.map((index) => Math.trunc(x(points, index)));
  const ys = all.map((index) => Math.trunc(y(points, index)));
  const middle = Math.trunc(y(points, NOSE_29)) + (version === "1.0" ? shiftPx : 0);
  const chin = Math.max(...ys);
  const top = Math.max(0, middle - (chin - middle));
  const bottom = version === "1.5" ? Math.min(chin + CHIN_MARGIN_15, size.height) : chin;
  return inside([Math.min(...xs), top, Math.max(...xs), bottom], size);
}

/** The square around MuseTalk's box that its mask is made for (musetalk/utils/blending.py); it may leave the picture. */
export function cropBox([x1, y1, x2, y2]: Edges, version: MuseTalkVersion): Edges {
  const expand = version === "1.5" ? 1.5 : 1.2;
  const [middleX, middleY] = [Math.floor((x1 + x2) / 2), Math.floor((y1 + y2) / 2)];
  const half = Math.trunc(Math.floor(Math.max(x2 - x1, y2 - y1) / 2) * expand);
  return [middleX - half, middleY - half, middleX + half, middleY + half];
}

/** Wav2Lip's box (inference.py): the whole face, and ten rows below. To be smoothed by meanBoxes. */
export function wav2lipBox(points: Points, size: FrameSize): Edges {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let index = 0; index < FACE_POINTS; index++) {
    left = Math.min(left, x(points, index));
    right = Math.max(right, x(points, index));
    top = Math.min(top, y(points, index));
    bottom = Math.max(bottom, y(points, index));
  }
  return inside([left, top, right, bottom + WAV2LIP_PAD].map(Math.trunc) as unknown as Edges, size);
}

/**
 * Each box becomes the mean of itself and the four after it, the last ones that of the last five, cut down to whole
 * pixels; one after another in the same list, as Wav2Lip does it (get_smoothened_boxes).
 */
export function meanBoxes(boxes: readonly Edges[]): Edges[] {
  const means = boxes.map((box) => [...box] as [number, number, number, number]);
  const window = Math.min(5, boxes.length);
  for (let frame = 0; frame < means.length; frame++) {
    const first = Math.min(frame, means.length - window);
    const sums = [0, 0, 0, 0];
    for (let at = first; at < first + window; at++) means[at]!.forEach((edge, side) => sums[side]! += edge);
    sums.forEach((sum, side) => means[frame]![side] = Math.trunc(sum / window));
  }
  return means;
}

/**
 * Ultralight's square (data_utils/crop_utils.py): from the second of 33 points along the jaw to the last but one, and as
 * high from the second point of the nose's bridge down. Those points of the jaw lie halfway between the first two, and the
 * last two, of the 17. The square is moved inside where it would leave the picture.
 */
export function ultralightBox(points: Points, size: FrameSize): Edges {
  const halfway = (a: number, b: number) => Math.trunc((x(points, a) + x(points, b)) / 2);
  const left = halfway(JAW_68[0], JAW_68[1]);
  const top = Math.trunc(y(points, BRIDGE_28));
  const side = Math.min(halfway(JAW_68[15], JAW_68[16]) - left, size.width, size.height);
  const x1 = Math.max(0, Math.min(size.width - side, left));
  const y1 = Math.max(0, Math.min(size.height - side, top));
  return [x1, y1, x1 + side, y1 + side];
}

function inside([x1, y1, x2, y2]: Edges, { width, height }: FrameSize): Edges {
  const clamp = (value: number, most: number) => Math.max(0, Math.min(most, value));
  return [clamp(x1, width), clamp(y1, height), clamp(x2, width), clamp(y2, height)];
}
