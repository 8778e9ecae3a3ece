/**
 * Follows one face through a clip's pictures.
 *
 * In: pictures in order. Out: 478 points each, or nothing where no face is seen; InputFault `several_faces` where there
 * are two. The whole picture is searched at first, whenever the face was lost, and every SEARCH_FRAMES; between that
 * only the region about the last place is looked at. Main thread, which the models block for some 40 ms a picture.
 * What is found in a frame depends on the last face and the frame's number only, so that work can be taken up again.
 */
import { FACE_POINTS, MESH_POINTS } from "../../avatar/mod.ts";
import type { FaceFinder } from "../face_finder.ts";
import { type Extent, extentOf, lookAt, searchFaces, severalFaces } from "../find_face.ts";
import type { Picture } from "../picture.ts";

/** Frames from one search of the whole picture to the next: a second face is noticed then. */
const SEARCH_FRAMES = 50;
/** The region that is looked at, in widths of the face, and its side for the models: large, since they answer in whole pixels. */
const REGION = 1.75;
const LOOK_SIDE = 768;
const CERTAINTY_MIN = 0.5;
/** A face that has moved farther since the last frame, in its widths, is another one. */
const STEP_MAX = 0.5;
/** Rims of both eyes; irises are placed in their middles, since nothing of a film's eyes is redrawn. */
const IRISES = [
  { first: FACE_POINTS, rim: [362, 385, 386, 387, 263, 373, 374, 380] },
  { first: FACE_POINTS + 5, rim: [33, 160, 159, 158, 133, 153, 145, 144] },
] as const;
/** An iris' radius in widths of its eye. */
const IRIS_RADIUS = 0.2;

export class FaceTracker {
  readonly #finder: FaceFinder;
  #last: Extent | undefined;

  /** The finder need not know irises. `last`: the points of the last face that was seen before. */
  constructor(finder: FaceFinder, last?: Float32Array) {
    this.#finder = finder;
    if (last) this.#last = extentOf({ points: Float64Array.from(last) });
  }

  /** `before`: the frame of the picture before. `what` names the moment in messages. */
  async follow(
    picture: Picture,
    { frame, before }: { readonly frame: number; readonly before: number },
    what: string,
  ): Promise<Float32Array | undefined> {
    // Not every frame comes by: one that repeats the one before is not looked at.
    const isDue = Math.floor(frame / SEARCH_FRAMES) > Math.floor(before / SEARCH_FRAMES);
    const isSearch = this.#last === undefined || isDue;
    let found = isSearch ? undefined : await this.#measure(picture, this.#last!, STEP_MAX);
    if (found === undefined) {
      const faces = await searchFaces(this.#finder, picture, frame > 0);
      if (faces.length > 1) throw severalFaces(faces, picture, what);
      found = faces[0] && await this.#measure(picture, faces[0], STEP_MAX);
    }
    if (found === undefined) return undefined;
    const points = withIrises(found);
    // Of the points as they are kept, in 32 bits: taken up again it must look at the same pixels.
    this.#last = extentOf({ points: Float64Array.from(points) });
    return points;
  }

  async #measure(picture: Picture, near: Extent, step: number): Promise<Float64Array | undefined> {
    const side = Math.max(16, Math.round(near.width * REGION));
    const square = { x: Math.round(near.x - side / 2), y: Math.round(near.y - side / 2), side };
    const isOutside = square.x >= picture.width || square.y >= picture.height || square.x + side <= 0 ||
      square.y + side <= 0;
    if (isOutside) return undefined;
    const seen = await lookAt(this.#finder, picture, square, LOOK_SIDE, false, LOOK_SIDE);
    let nearest: Float64Array | undefined;
    let least = step * near.width;
    for (const { certainty, points } of seen) {
      const { x, y } = extentOf({ points });
      const distance = Math.hypot(x - near.x, y - near.y);
      if (certainty >= CERTAINTY_MIN && distance < least) [nearest, least] = [points, distance];
    }
    return nearest;
  }
}

/** Middle, right, top, left, bottom of each iris behind the 468 points of the face. */
function withIrises(face: Float64Array): Float32Array {
  const points = new Float32Array(MESH_POINTS * 3);
  points.set(face.subarray(0, FACE_POINTS * 3));
  if (face.length === points.length) {
    points.set(face);
    return points;
  }
  for (const { first, rim } of IRISES) {
    for (let axis = 0; axis < 3; axis++) {
      const middle = rim.reduce((sum, index) => sum + face[index * 3 + axis]!, 0) / rim.length;
      for (let place = 0; place < 5; place++) points[(first + place) * 3 + axis] = middle;
    }
    const [left, right] = [rim[0], rim[4]].map((index) => face[index * 3]!) as [number, number];
    const radius = Math.abs(right - left) * IRIS_RADIUS;
    points[(first + 1) * 3]! += radius;
    points[(first + 3) * 3]! -= radius;
    points[(first + 2) * 3 + 1]! -= radius;
    points[(first + 4) * 3 + 1]! += radius;
  }
  return points;
}
