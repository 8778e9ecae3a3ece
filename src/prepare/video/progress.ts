/** How far a long preparation has come, and how long it will still take. */
import type { Clock } from "../../time/mod.ts";

export interface Progress {
  readonly step: string;
  readonly frames: number;
  readonly of: number;
  /** Guessed from the frames done; absent before anything is known. */
  readonly leftMs?: number;
}

/** Two passes over each clip: looking for the faces, then writing. What is ahead is guessed to go on at the same pace. */
export class ProgressMeter {
  readonly #clock: Clock;
  readonly #tell: (progress: Progress) => void;
  #step = "";
  #of = 1;
  #aheadFrames: number;
  #fromFrames = 0;
  #fromMs = 0;
  #toldMs = -Infinity;

  /** `framesOfAll`: of all passes together, where that is known. */
  constructor(clock: Clock, tell: (progress: Progress) => void, framesOfAll = 0) {
    this.#clock = clock;
    this.#tell = tell;
    this.#aheadFrames = framesOfAll;
  }

  /** `from`: frames that were done before. */
  begin(step: string, of: number, from = 0): void {
    this.#step = step;
    this.#of = of;
    this.#aheadFrames = Math.max(0, this.#aheadFrames - of);
    this.#fromFrames = from;
    this.#fromMs = this.#clock.nowMs();
    this.#toldMs = -Infinity;
    this.at(from);
  }

  /** At most five times a second, and at the end that was expected; what goes on beyond it is told no oftener. */
  at(frames: number): void {
    const nowMs = this.#clock.nowMs();
    const of = Math.max(this.#of, frames);
    if (nowMs - this.#toldMs < 200 && frames !== this.#of) return;
    this.#toldMs = nowMs;
    const done = frames - this.#fromFrames;
    const left = done > 0
      ? { leftMs: Math.round((nowMs - this.#fromMs) / done * (of - frames + this.#aheadFrames)) }
      : {};
    this.#tell({ step: this.#step, frames, of, ...left });
  }
}
