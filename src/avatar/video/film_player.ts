/**
 * What the stage drives of a face made of film: which frame of which clip is shown, and where patches go in it.
 *
 * In: show and expect, once a unit. Out: the slot of the shown frame, placements in the programme's pixels. Stage's thread,
 * which a frame that is not decoded yet holds up for at most `patienceMs`. Allocates nothing after the constructor.
 */
import { BOXES } from "../../film/mod.ts";
import type { FrameSize } from "../../time/mod.ts";
import type { Box, FilmClip, FilmFace, PatchFamily, PatchPlacement } from "../face.ts";
import type { FilmFrames, FrameSlot } from "./film_frames.ts";
import { keyOf, stepsTo, withinRound } from "./frame_plan.ts";
import { FADES, softMask } from "./masks.ts";

/** Within a clip the picture may leap so far without being crossfaded. */
const LEAP_MAX = 6;

export class FilmPlayer implements FilmFace {
  readonly clips: readonly FilmClip[];
  readonly #frames: FilmFrames;
  readonly #patienceMs: number;
  readonly #onLeap: () => void;
  readonly #placement: { box: Mutable<Box>; mask: Uint8Array } = {
    box: { x: 0, y: 0, width: 0, height: 0 },
    mask: new Uint8Array(0),
  };
  readonly #masks: Readonly<Record<"wav2lip" | "ultralight", SoftMask>>;
  #slot = -1;
  #clip = -1;
  #frame = -1;
  /** Calls of show() that the frame was not there for. */
  lateFrames = 0;

  /**
   * `boxes`: the largest of BOXES in pixels of the programme. `onLeap` is called before another clip's picture takes the
   * place of the shown one. Throws RangeError where the first frame is not there.
   */
  constructor(
    frames: FilmFrames,
    clips: readonly FilmClip[],
    boxes: readonly FrameSize[],
    patienceMs: number,
    onLeap: () => void,
  ) {
    this.#frames = frames;
    this.clips = clips;
    this.#patienceMs = patienceMs;
    this.#onLeap = onLeap;
    const mask = (family: "wav2lip" | "ultralight") => {
      const { width, height } = boxes[BOXES.indexOf(family)]!;
      return { bytes: new Uint8Array(width * height), width: 0, height: 0 };
    };
    this.#masks = { wav2lip: mask("wav2lip"), ultralight: mask("ultralight") };
    if (!this.show(0, 0)) throw new RangeError("a film face whose first frame is not decoded");
  }

  show(clip: number, frame: number): boolean {
    const shown = this.clips[clip];
    if (shown === undefined || !(frame >= 0 && frame < shown.frames)) return false;
    if (clip === this.#clip && frame === this.#frame) return true;
    const leave = this.#isLeap(clip, frame) ? this.#onLeap : undefined;
    const slot = this.#frames.hold(keyOf(clip, frame), this.#patienceMs, leave);
    if (slot < 0) {
      this.lateFrames++;
      return false;
    }
    this.#slot = slot;
    this.#clip = clip;
    this.#frame = frame;
    return true;
  }

  expect(clip: number, step: number): void {
    const expected = this.clips[clip];
    if (expected !== undefined) this.#frames.expect(clip, withinRound(expected, step));
  }

  /** Of the shown frame; the same until show() answers true for another one. */
  get slot(): FrameSlot {
    return this.#frames.slots[this.#slot]!;
  }

  get slotNumber(): number {
    return this.#slot;
  }

  /** Tells frames apart. */
  get key(): number {
    return keyOf(this.#clip, this.#frame);
  }

  placement(family: PatchFamily): PatchPlacement | undefined {
    const { boxes, mask } = this.slot;
    const at = BOXES.indexOf(family) * 4;
    const x1 = boxes[at]!, y1 = boxes[at + 1]!, x2 = boxes[at + 2]!, y2 = boxes[at + 3]!;
    if (x2 <= x1 || y2 <= y1) return undefined;
    const { box } = this.#placement;
    box.x = x1;
    box.y = y1;
    box.width = x2 - x1;
    box.height = y2 - y1;
    this.#placement.mask = family === "musetalk" ? mask : this.#soft(family, box.width, box.height);
    return this.#placement;
  }

  /** Made anew only when the box's size changes. */
  #soft(family: "wav2lip" | "ultralight", width: number, height: number): Uint8Array {
    const mask = this.#masks[family];
    if (mask.width !== width || mask.height !== height) {
      softMask(width, height, FADES[family], mask.bytes);
      mask.width = width;
      mask.height = height;
    }
    return mask.bytes;
  }

  #isLeap(clip: number, frame: number): boolean {
    if (this.#slot < 0) return false;
    if (clip !== this.#clip) return true;
    if (Math.abs(frame - this.#frame) <= LEAP_MAX) return false;
    // The last frame of a loop is followed by its first.
    const { order, frames } = this.clips[clip]!;
    return order !== "loop" ||
      Math.min(
          stepsTo({ order, frames }, this.#frame, frame),
          stepsTo({ order, frames }, frame, this.#frame),
        ) >
        LEAP_MAX;
  }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

interface SoftMask {
  readonly bytes: Uint8Array;
  width: number;
  height: number;
}
