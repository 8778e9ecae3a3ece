/**
 * The epoch: one shared number. Interrupting is bumping it; whatever carries an older epoch is stale for every
 * reader from that moment on, unless it is marked protected (an utterance that may not be interrupted). Whoever has
 * nothing to look at meanwhile waits for the bump and is woken by it.
 */
import { changed } from "./shared_wait.ts";

export class Epoch {
  readonly #cell: Int32Array<SharedArrayBuffer>;

  constructor(readonly buffer: SharedArrayBuffer = new SharedArrayBuffer(4)) {
    this.#cell = new Int32Array(buffer);
  }

  get current(): number {
    return Atomics.load(this.#cell, 0);
  }

  /** Everything fed so far becomes stale. Returns the new epoch. */
  bump(): number {
    const epoch = Atomics.add(this.#cell, 0, 1) + 1;
    Atomics.notify(this.#cell, 0);
    return epoch;
  }

  /** Resolves when the epoch is no longer `epoch`, or after `timeoutMs`. Never rejects. */
  bumped(epoch: number, timeoutMs: number): Promise<void> {
    return changed(this.#cell, 0, epoch, timeoutMs);
  }

  isStale(epoch: number, isProtected: boolean): boolean {
    return !isProtected && epoch !== this.current;
  }
}
