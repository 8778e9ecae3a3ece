/** How far a long preparation has come, and how long it will still take. */
import type { Clock } from "../../time/mod.ts";

export interface Progress {
  readonly step: string;
  readonly frames: number;
  readonly of: number;
  /** Guessed from the frames done; absent before anything is known. */
  readonly leftMs?: number;
}

/** Two passes over each clip: looking for the face, then writing. */
export class ProgressMeter {
  readonly #clock: Clock;
  readonly #tell: (progress: Progress) => void;
  #step = "";
  #of = 1;
  #fromFrames = 0;
  #fromMs = 0;
  #toldMs = -Infinity;

  constructor(clock: Clock, tell: (progress: Progress) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  /** `from`: frames that were done before. */
  begin(step: string, of: number, from = 0): void {
    this.#step = step;
    this.#of = of;
    this.#fromFrames = from;
    this.#fromMs = this.#clock.nowMs();
    this.#toldMs = -Infinity;
    this.at(from);
  }

  /** At most five times a second, and at the end. */
  at(frames: number): void {
    const nowMs = this.#clock.nowMs();
    const of = Math.max(this.#of, frames);
    if (nowMs - this.#toldMs < 200 && frames < of) return;
    this.#toldMs = nowMs;
    const done = frames - this.#fromFrames;
    const left = done > 0 ? { leftMs: Math.round((nowMs - this.#fromMs) / done * (of - frames)) } : {};
    this.#tell({ step: this.#step, frames, of, ...left });
  }
}
