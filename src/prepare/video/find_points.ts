/**
 * The first pass over a clip: the face's points in every frame, kept as they are found.
 *
 * In: moving pictures, a face finder. Out: points of each frame, or nothing where no face was seen; InputFault
 * `several_faces`. Main thread, which the models block for some 40 ms a frame.
 */
import { FILM_FPS } from "../../film/mod.ts";
import { MESH_POINTS } from "../../avatar/mod.ts";
import type { FaceFinder } from "../face_finder.ts";
import { FaceTracker } from "./face_tracker.ts";
import { type MovingPictures, readAhead, timeText } from "./moving_pictures.ts";
import type { ProgressMeter } from "./progress.ts";
import type { Records } from "./workshop.ts";

export const POINT_RECORD_BYTES = MESH_POINTS * 3 * 4;

export async function findPoints(
  pictures: MovingPictures,
  finder: FaceFinder,
  records: Records,
  progress: ProgressMeter,
  signal: AbortSignal | undefined,
): Promise<(Float32Array | undefined)[]> {
  const found: (Float32Array | undefined)[] = [];
  for (let frame = 0; frame < records.count; frame++) {
    const points = new Float32Array(MESH_POINTS * 3);
    records.read(frame, new Uint8Array(points.buffer));
    found.push(Number.isNaN(points[0]) ? undefined : points);
  }
  const last = found.findLast((points) => points !== undefined);
  const tracker = new FaceTracker(finder, last);
  progress.begin(`finding the face in ${pictures.what}`, pictures.framesExpected, found.length);
  for await (
    const { frame, rgb, isRepeated, before = frame - 1 } of readAhead(
      pictures.pictures({ from: found.length, ...(signal ? { signal } : {}) }),
    )
  ) {
    const what = `${pictures.what} at ${timeText(frame, FILM_FPS)}`;
    const points = isRepeated
      ? found.at(-1)
      : await tracker.follow({ ...pictures.size, rgb }, { frame, before }, what);
    found.push(points);
    records.add(new Uint8Array((points ?? new Float32Array(MESH_POINTS * 3).fill(NaN)).slice().buffer));
    progress.at(found.length);
  }
  return found;
}
