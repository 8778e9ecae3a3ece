/**
 * Of wishes that come faster than they can be fulfilled, the newest: one at a time, then the last that was made meanwhile.
 * In: wishes. Out: `fulfil` for one after the other; `onPending` with the wish that is not yet fulfilled, "" where none is.
 */
export class NewestWish {
  readonly #fulfil: (wish: string) => Promise<unknown>;
  readonly #onPending: (wish: string) => void;
  #isBusy = false;
  #pending = "";

  constructor(fulfil: (wish: string) => Promise<unknown>, onPending: (wish: string) => void) {
    this.#fulfil = fulfil;
    this.#onPending = onPending;
  }

  get pending(): string {
    return this.#pending;
  }

  /** Rejects where it could not be fulfilled and is still what is wished. Another that is in the making answers for this one. */
  async make(wish: string): Promise<void> {
    this.#put(wish);
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      for (;;) {
        const now = this.#pending;
        const failure = await this.#fulfil(now).then(() => undefined, (error: unknown) => ({ error }));
        if (this.#pending !== now) continue; // nobody waits for that one any more
        if (failure !== undefined) throw failure.error;
        return;
      }
    } finally {
      this.#isBusy = false;
      this.#put("");
    }
  }

  #put(wish: string): void {
    this.#pending = wish;
    this.#onPending(wish);
  }
}
