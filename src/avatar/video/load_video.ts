/**
 * From a video avatar's folder to its face: looks through the files, shares out memory, starts the film worker and waits
 * until the first frame is there. Runs once, in the thread that will paint.
 *
 * In: the opened folder, the frame's size, the look. Out: a VideoFace, or an InputFault `bad_avatar` that names the file.
 */
import { Fault, InputFault, oneLine } from "../../errors/mod.ts";
import { type FrameSize, withDeadline } from "../../time/mod.ts";
import type { Box } from "../face.ts";
import type { AvatarFolder } from "../folder.ts";
import type { Framing } from "../look.ts";
import { evenBox } from "../photo/even_box.ts";
import { describeClips } from "./describe.ts";
import { FilmFrames } from "./film_frames.ts";
import { type FilmView, toFrameX, toFrameY, viewOf } from "./film_view.ts";
import type { FilmNews, FilmOrder } from "./film_worker.ts";
import { framesShape } from "./frames_shape.ts";
import type { VideoManifest } from "./manifest.ts";
import { VideoFace } from "./video_face.ts";
import { type Bounds, lookThrough } from "./video_facts.ts";

export interface VideoOptions {
  readonly fps: number;
  readonly framing: Framing;
  /** How long show() may wait for a frame. */
  readonly patienceMs: number;
}

const START_DEADLINE_MS = 20_000;
/** The worker looks at the stop flag after each frame. */
const STOP_DEADLINE_MS = 1000;

export async function loadVideo(
  folder: AvatarFolder,
  manifest: VideoManifest,
  size: FrameSize,
  { fps, framing, patienceMs }: VideoOptions,
): Promise<VideoFace> {
  const facts = lookThrough(folder, manifest);
  const { clips, width, height } = manifest;
  const view = viewOf(facts.head, manifest, size, framing);
  const box = facts.boxes[0]!;
  const frames = new FilmFrames(framesShape(size, view, clips, box));
  const { shape, buffer } = frames;
  const worker = new Worker(new URL("./film_worker.ts", import.meta.url), { type: "module", name: "film" });
  using started = new DisposableStack();
  const close = () => {
    frames.stop(STOP_DEADLINE_MS);
    worker.terminate();
  };
  started.defer(() => worker.terminate());
  await ready(worker, { shape, buffer, folder: folder.path, clips, size: { width, height }, view, box });
  const face = new VideoFace({
    id: manifest.id,
    frames,
    clips: describeClips(manifest, folder.path),
    boxes: facts.boxes.map((largest) => inFrame(largest, view)),
    speechBox: speechBox(facts.speech, view, size),
    fps,
    patienceMs,
    close,
  });
  started.move();
  return face;
}

async function ready(worker: Worker, order: FilmOrder): Promise<void> {
  const heard = Promise.withResolvers<void>();
  worker.onmessage = ({ data }: MessageEvent<FilmNews>) => {
    if (data.kind === "ready") return heard.resolve();
    const { message, isInput } = data;
    heard.reject(
      isInput
        ? new InputFault(message, { code: "bad_avatar" })
        : new Fault(`decoding avatar ${order.folder} failed: ${message}`, { code: "film_error" }),
    );
  };
  worker.onerror = (event) => {
    event.preventDefault();
    heard.reject(
      new Fault(`decoding avatar ${order.folder} failed: ${oneLine(event.message)}`, { code: "film_error" }),
    );
  };
  worker.postMessage(order);
  await withDeadline(heard.promise, START_DEADLINE_MS, `opening the films of avatar ${order.folder}`);
}

/** Both edges are rounded. */
function inFrame({ width, height }: FrameSize, { scaleX, scaleY }: FilmView): FrameSize {
  if (width === 0 || height === 0) return { width: 0, height: 0 };
  return { width: Math.ceil(width * scaleX) + 1, height: Math.ceil(height * scaleY) + 1 };
}

function speechBox([x1, y1, x2, y2]: Bounds, view: FilmView, size: FrameSize): Box {
  return evenBox({
    left: toFrameX(view, x1),
    top: toFrameY(view, y1),
    right: toFrameX(view, x2),
    bottom: toFrameY(view, y2),
  }, size);
}
