/**
 * The second pass over an imported film: the other program's boxes, masks, latents and faces as they are, and what it has
 * not from the face's points.
 *
 * In: a ForeignAvatar, the points of each frame. Out: the clip's entry and its files. Main thread; about as fast as
 * pictures are decoded.
 */
import {
  type ClipFrame,
  type ClipPlan,
  ClipWriter,
  type Edges,
  FACE_SIDE,
  type WrittenClip,
} from "../../film/mod.ts";
import type { FrameSize } from "../../time/mod.ts";
import { readPicture } from "../picture.ts";
import { cutResized } from "../video/cut_resized.ts";
import { jawMask } from "../video/jaw_mask.ts";
import type { ProgressMeter } from "../video/progress.ts";
import { boxesOf, type FrameBoxes } from "../video/write_clip.ts";
import type { ForeignAvatar } from "./foreign_avatar.ts";

type Own = Pick<ClipFrame, "boxes" | "mask" | "latents" | "faces">;

export async function writeForeignClip(
  into: string,
  foreign: ForeignAvatar,
  points: readonly Float32Array[],
  plan: Omit<ClipPlan, "frames">,
  progress: ProgressMeter,
  signal: AbortSignal | undefined,
): Promise<WrittenClip> {
  const { pictures } = foreign;
  const measured = foreign.musetalk ? [] : measuredBoxes(foreign, points, plan);
  using writer = new ClipWriter(into, { ...plan, frames: points.length }, pictures.size);
  progress.begin(`writing ${plan.name}`, points.length);
  for await (const { frame, rgb } of pictures.pictures(signal ? { signal } : {})) {
    const own = foreign.musetalk
      ? await museTalkFrame(foreign, foreign.musetalk, frame)
      : await cropFrame(foreign, frame, rgb, measured[frame]!, points[frame]!);
    await writer.add({ rgb, points: points[frame]!, ...own });
    progress.at(frame + 1);
  }
  return await writer.finish();
}

async function museTalkFrame(
  { boxes, sources }: ForeignAvatar,
  { parts }: NonNullable<ForeignAvatar["musetalk"]>,
  frame: number,
): Promise<Own> {
  const source = sources[frame]!;
  const musetalk = boxes[frame]!;
  return {
    boxes: { musetalk, crop: parts.crop(source) },
    mask: await parts.mask(source, musetalk),
    latents: parts.latents(source),
  };
}

/** Where the viseme mouth's mask lies: these folders know nothing of it. */
function measuredBoxes(
  { pictures }: ForeignAvatar,
  points: readonly Float32Array[],
  plan: Omit<ClipPlan, "frames">,
): FrameBoxes[] {
  return boxesOf(points, pictures, {
    plan,
    version: "1.5",
    shiftPx: 0,
    hasWav2lip: false,
    hasUltralight: false,
  });
}

async function cropFrame(
  foreign: ForeignAvatar,
  frame: number,
  rgb: Uint8Array,
  { musetalk, crop }: FrameBoxes,
  points: Float32Array,
): Promise<Own> {
  const kind = foreign.kind === "ultralight" ? "ultralight" : "wav2lip";
  const box = foreign.boxes[frame]!;
  return {
    boxes: { musetalk, crop, [kind]: box },
    mask: jawMask(points, musetalk, crop),
    faces: { [kind]: await faceOf(foreign, kind, frame, rgb, box) },
  };
}

/** The face as the folder has it, or cut anew where it is kept in another size. */
async function faceOf(
  { folder, faces, sources, pictures }: ForeignAvatar,
  kind: "wav2lip" | "ultralight",
  frame: number,
  rgb: Uint8Array,
  box: Edges,
): Promise<Uint8Array> {
  const side = FACE_SIDE[kind];
  const face = await readPicture(folder.file(faces![sources[frame]!]!));
  if (face.width === side && face.height === side) return face.rgb;
  return cutResized(rgb, pictures.size.width, inside(box, pictures.size), side, "linear");
}

/** A box may reach into the column or row that was left out. */
function inside([x1, y1, x2, y2]: Edges, { width, height }: FrameSize): Edges {
  return [x1, y1, Math.min(x2, width), Math.min(y2, height)];
}
