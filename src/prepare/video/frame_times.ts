/**
 * Which picture of a film stands at each of 25 moments a second: the one nearest in time.
 *
 * In: the times of the film's pictures as they come, whatever their rate. Out: for each, the moments that are its own.
 * Pure; holds the last picture's time.
 */
import { FILM_FPS } from "../../film/mod.ts";

/** Moments `from` up to, and without, `to`. */
export interface Moments {
  readonly from: number;
  readonly to: number;
}

export class FrameTimes {
  #firstSec = 0;
  #lastSec = -1;
  #stepSec = 1 / FILM_FPS;
  #next = 0;

  /**
   * A picture came, at `atSec` from the beginning of time. Answers the moments of the picture before it; undefined where
   * this one is the first. Where the time does not grow, the picture before it has none.
   */
  add(atSec: number): Moments | undefined {
    if (this.#lastSec < 0) {
      this.#firstSec = atSec;
      this.#lastSec = 0;
      return undefined;
    }
    const time = atSec - this.#firstSec;
    // Not later than the last: the picture is shown for no time at all.
    if (!(time > this.#lastSec)) return { from: this.#next, to: this.#next };
    this.#stepSec = time - this.#lastSec;
    const halfway = (this.#lastSec + time) / 2;
    this.#lastSec = time;
    // A moment just between two pictures belongs to the later one.
    return this.#until(Math.ceil(halfway * FILM_FPS - 1e-6));
  }

  /** The moments of the last picture, which is shown for `durationSec`, or as long as the one before it. */
  finish(durationSec?: number): Moments {
    const lasts = durationSec !== undefined && durationSec > 0 ? durationSec : this.#stepSec;
    // A film of one picture has one frame at least.
    return this.#until(Math.max(1, Math.round((this.#lastSec + lasts) * FILM_FPS)));
  }

  #until(end: number): Moments {
    const from = this.#next;
    this.#next = Math.max(from, end);
    return { from, to: this.#next };
  }
}
