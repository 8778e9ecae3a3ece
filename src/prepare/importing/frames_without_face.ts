/**
 * What frames without a face are shown with: what the nearest frame with one has, for a second at most.
 *
 * In: whether each frame has a face. Out: for each frame the number of the frame whose box, mask and latents it takes; or
 * an InputFault `no_face` that names the frames. Pure.
 */
import { FILM_FPS } from "../../film/mod.ts";
import { InputFault } from "../../errors/mod.ts";

const GAP_FRAMES_MAX = FILM_FPS;
const NAMED_MAX = 5;

/** `what` names the file that says so. */
export function nearestWithFace(hasFace: readonly boolean[], what: string): number[] {
  const gaps: string[] = [];
  const sources: number[] = [];
  for (let frame = 0; frame < hasFace.length;) {
    if (hasFace[frame]) {
      sources.push(frame++);
      continue;
    }
    const from = frame;
    while (frame < hasFace.length && !hasFace[frame]) frame++;
    const [before, after] = [from - 1, frame < hasFace.length ? frame : -1];
    if (frame - from > GAP_FRAMES_MAX || (before < 0 && after < 0)) {
      gaps.push(frame - from === 1 ? `${from}` : `${from} to ${frame - 1}`);
    }
    for (let at = from; at < frame; at++) {
      const isBefore = after < 0 || (before >= 0 && at - before <= after - at);
      sources.push(isBefore ? before : after);
    }
  }
  if (gaps.length === 0) return sources;
  const more = gaps.length > NAMED_MAX ? " and elsewhere" : "";
  throw new InputFault(
    `${what} has no face in frames ${gaps.slice(0, NAMED_MAX).join(", ")}${more}, ` +
      `wanted one in every frame (up to ${GAP_FRAMES_MAX} in a row are bridged)`,
    { code: "no_face" },
  );
}
