/**
 * The film worker: decodes a video avatar's frames ahead of the stage, in an isolate of its own.
 *
 * In: one FilmOrder message; after that only shared memory. Out: one FilmNews message when the first frame is there or
 * nothing can be, then slots. Ends when the stop flag is raised. A frame takes 5 to 10 ms at 1920x1080; between frames the
 * worker looks whether the stage is waiting for another one.
 */
import { InputFault, oneLine } from "../../errors/mod.ts";
import { type Clip, loadFilmDecoding } from "../../film/mod.ts";
import { type FrameSize, stepBack } from "../../time/mod.ts";
import { FilmFiller } from "./film_filler.ts";
import { FilmFrames } from "./film_frames.ts";
import type { FilmView } from "./film_view.ts";
import { keyOf } from "./frame_plan.ts";
import type { FramesShape } from "./frames_shape.ts";

export interface FilmOrder {
  readonly shape: FramesShape;
  readonly buffer: SharedArrayBuffer;
  readonly folder: string;
  readonly clips: readonly Clip[];
  readonly size: FrameSize;
  readonly view: FilmView;
  readonly box: FrameSize;
}

export type FilmNews =
  | { readonly kind: "ready" }
  | { readonly kind: "failed"; readonly message: string; readonly isInput: boolean };

/** What this file sees of its own isolate. */
interface WorkerSide {
  onmessage: ((event: MessageEvent<FilmOrder>) => void) | null;
  postMessage(news: FilmNews): void;
  close(): void;
}
const side = self as unknown as WorkerSide;

/** The stage comes first: this much nicer is the thread that works ahead for it. */
const PRIORITY_STEPS = 1;
const LOOK_AGAIN_MS = 1000;

side.onmessage = async ({ data }) => {
  const frames = new FilmFrames(data.shape, data.buffer);
  try {
    await fill(frames, data);
  } catch (error) {
    side.postMessage({ kind: "failed", message: oneLine(error), isInput: error instanceof InputFault });
  }
  frames.end();
  side.close();
};

async function fill(frames: FilmFrames, order: FilmOrder): Promise<void> {
  const { folder, clips, size, view, box } = order;
  const decoding = await loadFilmDecoding();
  stepBack(PRIORITY_STEPS);
  using filler = new FilmFiller({ frames, folder, clips, size, view, box, decoding });
  filler.checkFilms();
  while (frames.slotOf(keyOf(0, 0)) < 0 && filler.step());
  if (frames.slotOf(keyOf(0, 0)) < 0) {
    throw new InputFault(
      `avatar ${folder}: ${clips[0]!.film} has a first frame that cannot be decoded, wanted a film`,
      { code: "bad_avatar" },
    );
  }
  side.postMessage({ kind: "ready" });
  while (!frames.isStopped) {
    const { wakes } = frames;
    if (!filler.step()) await frames.said(wakes, LOOK_AGAIN_MS);
  }
}
