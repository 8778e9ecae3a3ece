/** What a clip is made of: pictures 25 times a second, of a film, of a folder of pictures or of one photo. */
import { InputFault } from "../../errors/mod.ts";
import { CLIP_FRAMES_MAX, FILM_FPS } from "../../film/mod.ts";
import type { FrameSize } from "../../time/mod.ts";

export interface MomentPicture {
  /** Counted from 0, without a gap. */
  readonly frame: number;
  /** width * height * 3 bytes, RGB; overwritten when the picture after the next KEPT_PICTURES is there. */
  readonly rgb: Uint8Array;
  /** It is the one before once more. */
  readonly isRepeated: boolean;
  /** Where pictures repeat: the frame at which the one before was first shown, handed out or not; -1 for none. */
  readonly before?: number;
}

export interface MovingPictures {
  /** For messages: the file's name. */
  readonly what: string;
  /** Of the pictures as they come: upright, scaled, even sides. */
  readonly size: FrameSize;
  /** As far as it can be told beforehand; at least 1. */
  readonly framesExpected: number;
  /** Of films; see FilmPictures. */
  readonly soundLateSec?: number;
  /**
   * Reads from the beginning; pictures before `from` are read, counted and not handed out, which saves converting
   * them. Whoever leaves the loop early closes what is open.
   */
  pictures(options: { from?: number; signal?: AbortSignal }): AsyncGenerator<MomentPicture>;
}

/** So many pictures stay as they are while those after them are read. */
const KEPT_PICTURES = 8;

/** The same pictures, each asked for while the one before is worked on: reading has threads of its own. */
export async function* readAhead(pictures: AsyncGenerator<MomentPicture>): AsyncGenerator<MomentPicture> {
  let next = pictures.next();
  try {
    for (;;) {
      const { done, value } = await next;
      if (done) return;
      next = pictures.next();
      next.catch(() => {}); // thrown when it is awaited
      yield value;
    }
  } finally {
    await pictures.return(undefined);
  }
}

/** Buffers that are used in turn. */
export class PictureTurn {
  readonly #buffers: Uint8Array[];
  #next = 0;

  constructor({ width, height }: FrameSize) {
    this.#buffers = Array.from({ length: KEPT_PICTURES + 2 }, () => new Uint8Array(width * height * 3));
  }

  next(): Uint8Array {
    this.#next = (this.#next + 1) % this.#buffers.length;
    return this.#buffers[this.#next]!;
  }
}

/** Neither side of a film is longer than LONG_SIDE_MAX, the shorter one not longer than SHORT_SIDE_MAX. */
const LONG_SIDE_MAX = 1920;
const SHORT_SIDE_MAX = 1080;
/** The least that a film's manifest takes. */
const SIDE_MIN = 64;

/** Even sides, as large as they are or as may be. Throws InputFault `bad_video` for what is too small. */
export function keptSize({ width, height }: FrameSize, what: string): FrameSize {
  const scale = Math.min(
    1,
    LONG_SIDE_MAX / Math.max(width, height),
    SHORT_SIDE_MAX / Math.min(width, height),
  );
  const even = (side: number) => Math.max(2, Math.round(side * scale / 2) * 2);
  const kept = { width: even(width), height: even(height) };
  if (Math.min(kept.width, kept.height) < SIDE_MIN) {
    throw badVideo(what, `${width}x${height} pixels, wanted at least ${SIDE_MIN} a side`);
  }
  return kept;
}

/** How long all clips may be together: the points of every frame are held. Throws InputFault `bad_video`. */
export function checkTogether(frames: number): void {
  if (frames <= CLIP_FRAMES_MAX) return;
  const most = CLIP_FRAMES_MAX / FILM_FPS;
  throw badVideo(
    "the clips",
    `${Math.round(frames / FILM_FPS)} s long together, wanted at most ${most} s (${most / 60} minutes)`,
  );
}

export function badVideo(what: string, is: string, cause?: unknown): InputFault {
  return new InputFault(`${what}: ${is}`, { code: "bad_video", cause });
}

/** 0:03.2, as in messages. */
export function timeText(frame: number, fps: number): string {
  const tenths = Math.round(frame / fps * 10);
  return `${Math.floor(tenths / 600)}:${String(Math.floor(tenths / 10) % 60).padStart(2, "0")}.${
    tenths % 10
  }`;
}
