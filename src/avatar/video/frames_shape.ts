/**
 * How much memory the frames of a video avatar may take, and how it is divided. Plain numbers; they cross threads.
 *
 * The ceiling is what CACHE_BYTES_MAX says (112 MB), or SLOTS_MIN frames where those are larger: at 1920x1080 about 110 MB,
 * at 1280x720 some 40 to 112 MB (the more clips, the more), at smaller sizes 24 MB or what SLOTS_MIN frames take. Besides the
 * slots there are two pictures of the programme's size in the face and at most three decoders (some 15 MB each at 1080p).
 */
import { TRACK_POINTS } from "../../film/mod.ts";
import { type FrameSize, i420Bytes } from "../../time/mod.ts";
import type { FilmView } from "./film_view.ts";
import { AHEAD_FRAMES, BEHIND_FRAMES, PINNED_FRAMES, type PlannedClip } from "./frame_plan.ts";

export const CACHE_BYTES_MAX = 112_000_000;
/** Small avatars may be kept whole. */
const CACHE_BYTES_SMALL = 24_000_000;
/** A film is decoded a group of up to so many frames at a time. */
const GROUP_FRAMES_MAX = 8;
/** The shown frame, and the one that is about to be. */
const HELD_FRAMES = 2;
/** Below this, frames would be decoded more than once. */
export const SLOTS_MIN = AHEAD_FRAMES + BEHIND_FRAMES + GROUP_FRAMES_MAX + HELD_FRAMES;
const SLOTS_MAX = 512;

export interface FramesShape {
  readonly size: FrameSize;
  readonly clips: number;
  readonly slots: number;
  /** Frames of the slots that may be kept for the beginnings of clips. */
  readonly pinsMax: number;
  /** Of the largest mask in the programme's pixels. */
  readonly maskBytesMax: number;
}

/** `box`: the largest MuseTalk box, in pixels of the film. */
export function framesShape(
  size: FrameSize,
  view: FilmView,
  clips: readonly PlannedClip[],
  box: FrameSize,
): FramesShape {
  // Both edges are rounded.
  const maskBytesMax = box.width === 0
    ? 0
    : (Math.ceil(box.width * view.scaleX) + 1) * (Math.ceil(box.height * view.scaleY) + 1);
  const bytes = slotBytes({ size, maskBytesMax });
  const frames = clips.reduce((sum, clip) => sum + clip.frames, 0);
  const wanted = SLOTS_MIN + PINNED_FRAMES * (clips.length - 1);
  const fitting = Math.max(SLOTS_MIN, Math.floor(CACHE_BYTES_MAX / bytes));
  const roomy = Math.min(SLOTS_MAX, Math.floor(CACHE_BYTES_SMALL / bytes));
  const slots = Math.min(Math.max(Math.min(wanted, fitting), roomy), frames + HELD_FRAMES);
  const isWhole = slots === frames + HELD_FRAMES;
  const pinsMax = isWhole ? PINNED_FRAMES * clips.length : Math.max(1, slots - SLOTS_MIN);
  return { size, clips: clips.length, slots, pinsMax, maskBytesMax };
}

/** Places of a slot's parts, in bytes from its beginning. */
export function slotPlaces({ size, maskBytesMax }: Pick<FramesShape, "size" | "maskBytesMax">) {
  const points = aligned(i420Bytes(size));
  const boxes = points + TRACK_POINTS * 3 * 4;
  const mask = boxes + BOX_INTS * 4;
  return { points, boxes, mask, end: aligned(mask + maskBytesMax) };
}

export function slotBytes(shape: Pick<FramesShape, "size" | "maskBytesMax">): number {
  return slotPlaces(shape).end;
}

/** Four boxes of x1, y1, x2, y2. */
export const BOX_INTS = 16;

function aligned(bytes: number): number {
  return Math.ceil(bytes / 64) * 64;
}
