/**
 * The one face of a photo, with its mesh measured as exactly as the models can.
 *
 * In: a picture. Out: 478 points in its pixels, or an InputFault: `no_face`, `several_faces`. The search sees the whole
 * picture and, where that shows none, its quarters (small faces); the mesh is the mean of several looks at the face
 * alone, mirrored ones too.
 */
import { InputFault } from "../errors/mod.ts";
import { FACE_POINTS, MESH_POINTS } from "../avatar/mod.ts";
import type { FaceFinder, FoundFace } from "./face_finder.ts";
import type { Picture } from "./picture.ts";
import { cutSquare, type Square } from "./square.ts";

const SEARCH_SIDE = 1024;
const LOOK_SIDE = 512;
/** Below it, what was found is seldom a face. */
const CERTAINTY_MIN = 0.5;
/** A face of less than this part of the largest one's width is somebody far behind. */
const BYSTANDER = 0.35;
/** Sides of the squares that are looked at, in widths of the face, and their shifts. */
const LOOKS: readonly (readonly [number, number, number])[] = [
  [1.6, 0, 0],
  [1.75, -0.05, 0.04],
  [1.9, 0.05, -0.04],
  [2.1, 0.02, 0.05],
];

/** x, y, z of each point. */
export async function findFace(finder: FaceFinder, picture: Picture, what: string): Promise<Float64Array> {
  const faces = await searchFaces(finder, picture);
  if (faces.length === 0) {
    throw new InputFault(
      `${what} shows no face, wanted a portrait: one face, seen from the front, in even light`,
      {
        code: "no_face",
      },
    );
  }
  if (faces.length > 1) throw severalFaces(faces, picture, what);
  return await measure(finder, picture, faces[0]!);
}

/** `what` names the picture, or the moment of a film. */
export function severalFaces(faces: readonly Extent[], picture: Picture, what: string): InputFault {
  return new InputFault(
    `${what} shows ${faces.length} faces (${
      places(faces, picture)
    }), wanted one: cut the picture to the one you want`,
    { code: "several_faces" },
  );
}

/**
 * Every face that counts, the largest first, in pixels of the picture. The quarters of a picture that shows none as a
 * whole are looked at too, unless `isQuick`.
 */
export async function searchFaces(finder: FaceFinder, picture: Picture, isQuick = false): Promise<Extent[]> {
  const { width, height } = picture;
  const side = Math.max(width, height);
  const whole: Square = {
    x: -Math.floor((side - width) / 2),
    y: -Math.floor((side - height) / 2),
    side,
  };
  const found = await lookAt(finder, picture, whole, SEARCH_SIDE);
  if (found.length === 0 && !isQuick) {
    const part = Math.round(side * 0.6);
    for (const y of [whole.y, whole.y + side - part]) {
      for (const x of [whole.x, whole.x + side - part]) {
        const isInside = x < width && y < height && x + part > 0 && y + part > 0;
        if (isInside) found.push(...await lookAt(finder, picture, { x, y, side: part }, SEARCH_SIDE));
      }
    }
  }
  const extents = found.filter(({ certainty }) => certainty >= CERTAINTY_MIN).map(extentOf)
    .toSorted((a, b) => b.width - a.width);
  const apart: Extent[] = [];
  for (const one of extents) {
    const isNew = apart.every((other) => Math.hypot(one.x - other.x, one.y - other.y) > other.width / 2);
    if (isNew && one.width >= extents[0]!.width * BYSTANDER) apart.push(one);
  }
  return apart;
}

/** Middle and width of a face. */
export interface Extent {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

export function extentOf({ points }: Pick<FoundFace, "points">): Extent {
  const xs: number[] = [];
  const ys: number[] = [];
  for (let index = 0; index < FACE_POINTS; index++) {
    xs.push(points[index * 3]!);
    ys.push(points[index * 3 + 1]!);
  }
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  return {
    x: (left + right) / 2,
    y: (top + bottom) / 2,
    width: Math.max(right - left, (bottom - top) * 0.75),
  };
}

/** Faces in a square, in pixels of the picture; the models see it `sideMin` to `side` pixels wide. */
export async function lookAt(
  finder: FaceFinder,
  picture: Picture,
  square: Square,
  side: number,
  isMirrored = false,
  sideMin = 256,
): Promise<FoundFace[]> {
  const to = Math.min(side, Math.max(sideMin, square.side));
  const found = await finder.find(await cutSquare(picture, square, to, isMirrored), to);
  const scale = square.side / to;
  return found.map(({ certainty, points }) => ({
    certainty,
    points: points.map((value, at) =>
      at % 3 === 2
        ? value * scale
        : at % 3 === 1
        ? square.y + value * scale
        : square.x + (isMirrored ? to - value : value) * scale
    ),
  }));
}

/** Where the faces are, as words: "left, right". */
function places(faces: readonly Extent[], { width }: Picture): string {
  return faces.toSorted((a, b) => a.x - b.x)
    .map(({ x, width: wide }) =>
      `${Math.round(wide)} pixels wide at ${Math.round(100 * x / width)} % from the left`
    )
    .join(", ");
}

async function measure(finder: FaceFinder, picture: Picture, face: Extent): Promise<Float64Array> {
  const sums = new Float64Array(MESH_POINTS * 3);
  const counts = new Uint8Array(MESH_POINTS);
  for (const [wide, right, down] of LOOKS) {
    const side = Math.round(face.width * wide);
    const square = {
      x: Math.round(face.x + right * face.width - side / 2),
      y: Math.round(face.y + down * face.width - side / 2),
      side,
    };
    for (const isMirrored of [false, true]) {
      const seen = await lookAt(finder, picture, square, LOOK_SIDE, isMirrored);
      const nearest = seen.find((one) => {
        const { x, y } = extentOf(one);
        return Math.hypot(x - face.x, y - face.y) < face.width / 3;
      });
      if (nearest) add(nearest.points, isMirrored, finder.mirrored, sums, counts);
    }
  }
  if (counts.some((count) => count === 0)) {
    throw new InputFault("the face is not seen clearly enough, wanted a sharp portrait in even light", {
      code: "no_face",
    });
  }
  return sums.map((sum, at) => sum / counts[Math.floor(at / 3)]!);
}

/**
 * Adds one look's points. The package mirrors both eyes' pictures before measuring them but turns only the left eye's
 * result back, so that each look is good for one eye: the right one comes from the mirrored looks.
 */
function add(
  points: Float64Array,
  isMirrored: boolean,
  mirrored: readonly number[],
  sums: Float64Array,
  counts: Uint8Array,
): void {
  for (let index = 0; index < MESH_POINTS; index++) {
    if (OTHER_EYE.has(index)) continue;
    const target = isMirrored ? mirroredIndex(index, mirrored) : index;
    for (let axis = 0; axis < 3; axis++) sums[target * 3 + axis]! += points[index * 3 + axis]!;
    counts[target]!++;
  }
}

/** What the package measures in its picture of the eye at the picture's left. */
const OTHER_EYE: ReadonlySet<number> = new Set([
  ...[246, 161, 160, 159, 158, 157, 173, 33, 7, 163, 144, 145, 153, 154, 155, 133],
  ...[247, 30, 29, 27, 28, 56, 190, 130, 25, 110, 24, 23, 22, 26, 112, 243],
  ...[113, 225, 224, 223, 222, 221, 189, 226, 31, 228, 229, 230, 231, 232, 233, 244],
  ...[143, 111, 117, 118, 119, 120, 121, 128, 245],
  ...[156, 70, 63, 105, 66, 107, 55, 193, 35, 124, 46, 53, 52, 65],
  ...[473, 474, 475, 476, 477],
]);

/** Irises: five points each, the middle, then right, top, left and bottom. */
function mirroredIndex(index: number, mirrored: readonly number[]): number {
  if (index < FACE_POINTS) return mirrored[index]!;
  const place = (index - FACE_POINTS) % 5;
  const other = index < FACE_POINTS + 5 ? FACE_POINTS + 5 : FACE_POINTS;
  return other + (place === 1 ? 3 : place === 3 ? 1 : place);
}
