/**
 * Absolute deadlines: unit n is due at anchor + n periods, whatever happened to unit n-1.
 *
 * A unit handed over a whole period late or more is counted as lagged and the deadlines stay where they are, so the
 * next ones follow at once; later than `reanchorMs` the anchor moves to now, once. A sound device's clock is
 * followed by stretching periods by at most `SLEW_MAX`. No timer lives here: `wait` parks by the injected clock.
 */
import type { Clock } from "./clock.ts";

/** Largest stretch of a period, as a share of it: 0.5 %. */
export const SLEW_MAX = 0.005;
const REANCHOR_MS = 300;

export class Pacer {
  readonly periodMs: number;
  readonly #clock: Clock;
  #anchorMs: number;
  #count = 0;
  #laggedFrames = 0;
  #reanchors = 0;

  /** `firstMs` is when the first unit is due, a period from now by default. */
  constructor(clock: Clock, periodMs: number, firstMs = clock.nowMs() + periodMs) {
    this.#clock = clock;
    this.periodMs = periodMs;
    this.#anchorMs = firstMs;
  }

  /** When the next unit is due, in the clock's milliseconds. */
  get deadlineMs(): number {
    return this.#anchorMs + this.#count * this.periodMs;
  }
  /** Units that were handed over a whole period late or more. */
  get laggedFrames(): number {
    return this.#laggedFrames;
  }
  /** How often the deadlines were moved because the thread stood still for longer than 300 ms. */
  get reanchors(): number {
    return this.#reanchors;
  }

  /** Parks until `leadMs` before the deadline. */
  park(leadMs: number): void {
    this.#clock.waitUntil(this.deadlineMs - leadMs);
  }

  /**
   * Waits for the deadline and moves on to the next one. Answers how late the thread came, in ms.
   * `slew` stretches the coming period: -0.005..0.005, clamped.
   */
  wait(slew: number): number {
    this.#clock.waitUntil(this.deadlineMs);
    const lateMs = this.#clock.nowMs() - this.deadlineMs;
    if (lateMs > REANCHOR_MS) {
      this.#anchorMs += lateMs;
      this.#reanchors++;
    }
    if (lateMs >= this.periodMs) this.#laggedFrames++;
    this.#anchorMs += this.periodMs * Math.max(-SLEW_MAX, Math.min(SLEW_MAX, slew));
    this.#count++;
    return lateMs;
  }
}
