/**
 * Makes a clip's points whole and calm: short times without a face are bridged, and what trembles from frame to frame is
 * smoothed without being shifted in time.
 *
 * In: points of each frame, or nothing where no face was seen. Out: points of every frame, or an InputFault `no_face` that
 * names the times. Pure.
 */
import { FILM_FPS } from "../../film/mod.ts";
import { InputFault } from "../../errors/mod.ts";
import { timeText } from "./moving_pictures.ts";

/** So many frames without a face are bridged: a second. */
const GAP_FRAMES_MAX = FILM_FPS;
/** Weights of a frame and its neighbours, the same on both sides, so that nothing is shifted: a Gaussian of 1.2 frames. */
const WEIGHTS = [1, 0.707, 0.249, 0.044] as const;

/** How far a face jumps where a film is cut, in its widths. */
const JUMP_MIN = 0.25;
const [NOSE, EAR_LEFT, EAR_RIGHT] = [4, 234, 454];

/** `what` is the clip's name, for messages. */
export function steadyPoints(seen: readonly (Float32Array | undefined)[], what: string): Float32Array[] {
  return smoothed(bridged(seen, what));
}

export function bridged(seen: readonly (Float32Array | undefined)[], what: string): Float32Array[] {
  const gaps: string[] = [];
  const whole: Float32Array[] = [];
  for (let frame = 0; frame < seen.length;) {
    if (seen[frame]) {
      whole.push(seen[frame++]!);
      continue;
    }
    const from = frame;
    while (frame < seen.length && !seen[frame]) frame++;
    const [before, after] = [seen[from - 1], seen[frame]];
    if (frame - from > GAP_FRAMES_MAX || (!before && !after)) {
      gaps.push(`${timeText(from, FILM_FPS)} to ${timeText(frame, FILM_FPS)}`);
      continue;
    }
    for (let at = from; at < frame; at++) {
      whole.push(between(before ?? after!, after ?? before!, (at - from + 1) / (frame - from + 1)));
    }
  }
  if (gaps.length === 0) return whole;
  const isNowhere = seen.every((points) => points === undefined);
  throw new InputFault(
    isNowhere
      ? `${what} shows no face, wanted one face throughout, seen from the front`
      : `${what} shows no face from ${gaps.slice(0, 5).join(", from ")}${
        gaps.length > 5 ? " and elsewhere" : ""
      }, wanted one in every frame (up to 1 s is bridged): cut the clip`,
    { code: "no_face" },
  );
}

function between(a: Float32Array, b: Float32Array, part: number): Float32Array {
  return a.map((value, at) => value + (b[at]! - value) * part);
}

export function smoothed(points: readonly Float32Array[]): Float32Array[] {
  return points.map((own, frame) => {
    const sum = Float64Array.from(own);
    let weight = 1;
    for (let off = 1; off < WEIGHTS.length; off++) {
      const [before, after] = [points[frame - off], points[frame + off]];
      // At the ends as many on one side as on the other: none, where one is missing.
      if (
        !before || !after || isCut(points[frame - off + 1]!, before) || isCut(points[frame + off - 1]!, after)
      ) break;
      for (let at = 0; at < sum.length; at++) sum[at]! += WEIGHTS[off]! * (before[at]! + after[at]!);
      weight += 2 * WEIGHTS[off]!;
    }
    return Float32Array.from(sum, (value) => value / weight);
  });
}

/** From one frame to the next the face is somewhere else: nothing may be blended between them. */
function isCut(a: Float32Array, b: Float32Array): boolean {
  const width = Math.hypot(
    a[EAR_RIGHT * 3]! - a[EAR_LEFT * 3]!,
    a[EAR_RIGHT * 3 + 1]! - a[EAR_LEFT * 3 + 1]!,
  );
  return Math.hypot(a[NOSE * 3]! - b[NOSE * 3]!, a[NOSE * 3 + 1]! - b[NOSE * 3 + 1]!) > JUMP_MIN * width;
}
