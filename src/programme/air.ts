/**
 * Tells everybody who goes by what is handed over now (OBS, viewers of the preview) what begins in it. One follower for
 * all: a mark is taken from the speech once. Main thread; runs from its making until it is closed.
 */
import type { Log } from "../app/mod.ts";
import { oneLine } from "../errors/mod.ts";
import { delay } from "../time/mod.ts";
import { type Aired, type AirTrackOptions, runAirTrack } from "./air_track.ts";

/** Utterances follow one another: so much silence is idle. */
const IDLE_AFTER_MS = 500;
/** After it failed. */
const FOLLOW_AGAIN_MS = 1000;

export type AirOptions = Pick<AirTrackOptions, "clock" | "units" | "marksOf"> & { readonly log: Log };

export class Air implements AsyncDisposable {
  readonly #options: AirOptions;
  readonly #listeners = new Set<(aired: Aired) => void>();
  readonly #ending = new AbortController();
  readonly #following: Promise<void>;

  constructor(options: AirOptions) {
    this.#options = options;
    this.#following = this.#follow();
  }

  /** From now on until disposed. */
  listen(listener: (aired: Aired) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  async #follow(): Promise<void> {
    const { log, ...track } = this.#options;
    const signal = this.#ending.signal;
    const onAired = (aired: Aired) => this.#listeners.forEach((listener) => listener(aired));
    while (!signal.aborted) {
      try {
        await runAirTrack({ ...track, idleAfterMs: IDLE_AFTER_MS, onAired, signal });
      } catch (error) {
        log.warn(`following what is handed over: ${oneLine(error)}`);
        await delay(FOLLOW_AGAIN_MS, signal).catch(() => {}); // aborted: the loop ends
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort();
    this.#options.units.wake();
    await this.#following;
  }
}
