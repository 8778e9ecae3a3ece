/**
 * Boxes out of coords.pkl and mask_coords.pkl.
 *
 * In: a pickle's bytes. Out: x1, y1, x2, y2 of each frame, or nothing where the other program saw no face; InputFault
 * `bad_import` that names the frame. Pure. Orders of the numbers, by the programs that write them: MuseTalk
 * (scripts/realtime_inference.py) and LiveTalking's Ultralight (avatars/ultralight/genavatar.py) x1, y1, x2, y2,
 * LiveTalking's Wav2Lip (avatars/wav2lip/genavatar.py) y1, y2, x1, x2.
 */
import { COORDINATE_MAX, type Edges } from "../../film/mod.ts";
import { type PickleValue, readPickle } from "../../pickle/mod.ts";
import { badImport } from "./foreign_folder.ts";

export type CoordsOrder = "x1, y1, x2, y2" | "y1, y2, x1, x2";

export interface Coords {
  readonly boxes: readonly (Edges | undefined)[];
  /** MuseTalk 1.5 writes lists where 1.0 writes tuples. */
  readonly hasLists: boolean;
}

/** `what` names the file. */
export function readCoords(bytes: Uint8Array, what: string, order: CoordsOrder): Coords {
  const list = readPickle(bytes, what);
  if (!Array.isArray(list)) throw badImport(`${what} holds no list, wanted four numbers a frame`);
  const boxes = list.map((entry: PickleValue, frame) => boxOf(entry, what, frame, order));
  // Tuples are frozen, see src/pickle.
  const hasLists = list.some((entry) => Array.isArray(entry) && !Object.isFrozen(entry));
  return { boxes, hasLists };
}

function boxOf(entry: PickleValue, what: string, frame: number, order: CoordsOrder): Edges | undefined {
  const numbers = Array.isArray(entry) ? entry : isArrayOfFour(entry) ? [...entry.numbers()] : [];
  const isFit = numbers.length === 4 &&
    numbers.every((edge) =>
      typeof edge === "number" && Number.isInteger(edge) && Math.abs(edge) <= COORDINATE_MAX
    );
  if (!isFit) throw badImport(`${what} has no box for frame ${frame}, wanted ${order} in whole pixels`);
  if (numbers.every((edge) => edge === 0)) return undefined;
  const [a, b, c, d] = numbers as [number, number, number, number];
  const box: Edges = order === "x1, y1, x2, y2" ? [a, b, c, d] : [c, a, d, b];
  if (box[2] <= box[0] || box[3] <= box[1]) {
    throw badImport(`${what} has (${numbers.join(", ")}) for frame ${frame}, wanted a box as ${order}`);
  }
  return box;
}

function isArrayOfFour(entry: PickleValue): entry is PickleValue & { numbers(): Float64Array } {
  return typeof entry === "object" && entry !== null && "numbers" in entry && entry.length === 4;
}
