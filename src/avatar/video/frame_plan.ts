/**
 * Which frames of a film are worth being decoded now, and which of those at hand are the least worth keeping.
 *
 * In: where the walk through the clips is. Out: a rank for any frame (the lower, the sooner it is needed) and the next one
 * that is missing. Pure counting; allocates nothing after the constructor.
 */
import type { Clip } from "../../film/mod.ts";
import { frameAt } from "../../film/mod.ts";

/** Frames decoded ahead of the walk: 480 ms. */
export const AHEAD_FRAMES = 12;
/** Frames kept behind it: while speech is paused the stage sways to and fro. */
export const BEHIND_FRAMES = 4;
/** Frames at the beginning of every other clip, or where it was left, that are there: a switch shows them at once. */
export const PINNED_FRAMES = 5;
/** Kept at any price. */
const PINNED = -1;
/** Behind everything that lies on the walk. */
const ELSEWHERE = 1e6;

export type PlannedClip = Pick<Clip, "frames" | "order" | "role">;

export class FramePlan {
  readonly #clips: readonly PlannedClip[];
  /** Frames pinned of each clip. */
  readonly #pins: Int32Array;
  /** Position at which each clip begins or goes on. */
  readonly #resume: Int32Array;
  #clip = 0;
  #step = 0;

  /** `pinsMax` frames of other clips than the shown one may be pinned: the first clips (idle, speaking) come first. */
  constructor(clips: readonly PlannedClip[], pinsMax: number) {
    this.#clips = clips;
    this.#resume = new Int32Array(clips.length);
    const others = Math.max(1, clips.length - 1);
    const each = Math.max(1, Math.min(PINNED_FRAMES, Math.floor(pinsMax / others)));
    let left = pinsMax + each; // one clip is the shown one
    this.#pins = Int32Array.from(clips, ({ frames }) => {
      const pins = Math.min(each, frames, left);
      left -= pins;
      return pins;
    });
  }

  /** The walk is about to show position `step` of clip `clip`. */
  at(clip: number, step: number): void {
    this.#clip = clip;
    this.#step = step;
  }

  /** Clip `clip`, when it is shown again, goes on at `step`; actions begin anew. */
  resume(clip: number, step: number): void {
    if (this.#clips[clip]!.role !== "action") this.#resume[clip] = step;
  }

  rank(clip: number, frame: number): number {
    if (clip === this.#clip) {
      const ahead = stepsTo(this.#clips[clip]!, this.#step, frame);
      if (ahead <= AHEAD_FRAMES) return ahead;
      const behind = stepsTo(this.#clips[clip]!, this.#step - BEHIND_FRAMES, frame);
      if (behind < BEHIND_FRAMES) return 0;
      // An action may be asked for again while it runs.
      const isAgain = this.#clips[clip]!.role === "action" && this.#isPinned(clip, frame);
      return isAgain ? PINNED : Math.min(ahead, ELSEWHERE);
    }
    return this.#isPinned(clip, frame) ? PINNED : ELSEWHERE;
  }

  /**
   * The frame to be decoded next, as clip * FRAMES_RADIX + frame, or -1: those ahead, then the pinned ones. `has` says
   * what is at hand.
   */
  next(has: (key: number) => boolean): number {
    const walked = this.#clips[this.#clip]!;
    const stepsMax = walked.order === "once" ? walked.frames - 1 - this.#step : Infinity;
    for (let ahead = 0; ahead < AHEAD_FRAMES && ahead <= stepsMax; ahead++) {
      const key = keyOf(this.#clip, frameAt(walked, this.#step + ahead));
      if (!has(key)) return key;
    }
    for (let clip = 0; clip < this.#clips.length; clip++) {
      for (let pin = 0; pin < this.#pins[clip]! && clip !== this.#clip; pin++) {
        const key = keyOf(clip, frameAt(this.#clips[clip]!, this.#resume[clip]! + pin));
        if (!has(key)) return key;
      }
    }
    return -1;
  }

  #isPinned(clip: number, frame: number): boolean {
    return stepsTo(this.#clips[clip]!, this.#resume[clip]!, frame) < this.#pins[clip]!;
  }
}

/** Frames and clips as one number: more than any clip has frames. */
const FRAMES_RADIX = 65_536;

export function keyOf(clip: number, frame: number): number {
  return clip * FRAMES_RADIX + frame;
}

export function clipOf(key: number): number {
  return Math.floor(key / FRAMES_RADIX);
}

export function frameOf(key: number): number {
  return key % FRAMES_RADIX;
}

/** Steps from position `step` of a clip's order until `frame` is shown, Infinity where it never is again. */
export function stepsTo(
  { frames, order }: Pick<Clip, "frames" | "order">,
  step: number,
  frame: number,
): number {
  if (order === "once") return frame >= step ? frame - step : Infinity;
  if (order === "loop" || frames === 1) return modulo(frame - step, frames);
  const period = 2 * frames - 2;
  return Math.min(modulo(frame - step, period), modulo(period - frame - step, period));
}

/** The same position within one round of the clip's order: a number that fits into 32 bits. */
export function withinRound({ frames, order }: Pick<Clip, "frames" | "order">, step: number): number {
  const whole = Math.max(0, Math.floor(step));
  if (order === "once") return Math.min(whole, frames - 1);
  return whole % (order === "loop" || frames === 1 ? frames : 2 * frames - 2);
}

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by;
}
