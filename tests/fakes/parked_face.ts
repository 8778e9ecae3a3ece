/**
 * A thread that shows a video avatar as the stage does: parked between frames, it receives no messages once it runs.
 *
 * In: one message with source, size, number of units and their length. Out: how many frames were late and wrong.
 */
import { loadFace } from "../../src/avatar/mod.ts";
import { FilmWalk } from "../../src/film/mod.ts";
import { type FrameSize, i420Bytes } from "../../src/time/mod.ts";
import { readNumber } from "./video_avatar.ts";

interface Order {
  readonly source: string;
  readonly size: FrameSize;
  readonly units: number;
  readonly periodMs: number;
}
const side = self as unknown as {
  onmessage: ((event: MessageEvent<Order>) => void) | null;
  postMessage(answer: { late: number; wrong: number; shown: number }): void;
};

side.onmessage = async ({ data: { source, size, units, periodMs } }) => {
  using face = await loadFace(source, size);
  const film = face.film!;
  const walk = new FilmWalk(film.clips);
  const into = { ...size, bytes: new Uint8Array(i420Bytes(size)) };
  const nobody = new Int32Array(new SharedArrayBuffer(4));
  let [late, wrong, shown] = [0, 0, 0];
  for (let unit = 0; unit < units; unit++) {
    const isThere = film.show(walk.clip, walk.frame);
    face.paintIdle(into, unit);
    shown++;
    if (!isThere) late++;
    else if (readNumber(into.bytes, size).frame !== walk.frame) wrong++;
    walk.advance(1);
    film.expect(walk.clip, Math.floor(walk.step));
    Atomics.wait(nobody, 0, 0, periodMs);
  }
  side.postMessage({ late, wrong, shown });
};
