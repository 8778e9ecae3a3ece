/** Whether the programme is held still, on shared memory: turned on the main thread, looked at by the stage once a unit. */
export class FreezeSwitch {
  readonly #cell: Int32Array<SharedArrayBuffer>;
  constructor(readonly buffer: SharedArrayBuffer = new SharedArrayBuffer(4)) {
    this.#cell = new Int32Array(buffer);
  }
  get isOn(): boolean {
    return Atomics.load(this.#cell, 0) !== 0;
  }
  set isOn(isOn: boolean) {
    Atomics.store(this.#cell, 0, Number(isOn));
  }
}
