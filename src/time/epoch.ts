/**
 * The epoch: one shared number. Interrupting is bumping it; whatever carries an older epoch is stale for every
 * reader from that moment on, unless it is marked protected (an utterance that may not be interrupted).
 */
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
    return Atomics.add(this.#cell, 0, 1) + 1;
  }

  isStale(epoch: number, isProtected: boolean): boolean {
    return !isProtected && epoch !== this.current;
  }
}
