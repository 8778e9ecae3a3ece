/** A flag on shared memory that a thread without an event loop can see: raised once, never lowered. */
export class StopFlag {
  readonly #cell: Int32Array<SharedArrayBuffer>;
  constructor(readonly buffer: SharedArrayBuffer = new SharedArrayBuffer(4)) {
    this.#cell = new Int32Array(buffer);
  }
  get isRaised(): boolean {
    return Atomics.load(this.#cell, 0) !== 0;
  }
  raise(): void {
    Atomics.store(this.#cell, 0, 1);
    Atomics.notify(this.#cell, 0);
  }
}
