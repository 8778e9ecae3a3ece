/**
 * Deeds on their way to OBS, in order. In: lists of deeds, at once and without waiting. Out: everything that waits goes
 * out as one; the next when that is answered, so that OBS, which may work on two messages at a time, mixes nothing up.
 *
 * Limits: 64 lists wait; when full the oldest goes and is counted, and `onLost` may bring OBS into order by other means.
 */
import type { Deed } from "./script.ts";

const LISTS_MAX = 64;

export interface OutboxOptions {
  /** Its rejection is told to `onError`; what waits goes on. */
  readonly send: (deeds: readonly Deed[]) => Promise<void>;
  readonly onError: (error: unknown) => void;
  readonly onLost: () => void;
}

export class Outbox {
  readonly #options: OutboxOptions;
  #waiting: (readonly Deed[])[] = [];
  #sending: Promise<void> | undefined;
  #lostCount = 0;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** Lists of deeds that were given up because too many waited. */
  get lostCount(): number {
    return this.#lostCount;
  }

  /** Returns at once. */
  push(deeds: readonly Deed[]): void {
    if (deeds.length === 0) return;
    this.#waiting.push(deeds);
    if (this.#waiting.length > LISTS_MAX) {
      this.#waiting.shift();
      this.#lostCount++;
      this.#options.onLost();
    }
    this.#sending ??= this.#run();
  }

  /** Resolves when nothing waits and nothing is on its way. Never rejects. */
  async idle(): Promise<void> {
    await this.#sending;
  }

  /** Forgets what waits: OBS is gone. */
  clear(): void {
    this.#waiting = [];
  }

  async #run(): Promise<void> {
    // what is told within one turn goes out together
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const deeds = this.#waiting.flat();
      this.#waiting = [];
      try {
        await this.#options.send(deeds);
      } catch (error) {
        this.#options.onError(error);
      }
    }
    this.#sending = undefined;
  }
}
