/**
 * Cues from the main thread to the stage, which is parked and receives no messages: small numbers in shared memory.
 *
 * In: the main thread pushes. Out: the stage takes all of them once a unit. Capacity CUES_MAX; policy when full:
 * the push is refused and the caller says so.
 */
import { SlotRing } from "../time/mod.ts";

const CUES_MAX = 32;
const SHAPE = { slots: CUES_MAX, slotBytes: 8 };

export class CueRing {
  readonly #ring: SlotRing;
  readonly #codes: Int32Array<SharedArrayBuffer>;

  constructor(buffer?: SharedArrayBuffer) {
    this.#ring = buffer ? new SlotRing(SHAPE, buffer) : SlotRing.create(SHAPE);
    this.#codes = new Int32Array(this.#ring.buffer);
  }

  get buffer(): SharedArrayBuffer {
    return this.#ring.buffer;
  }

  /** False where CUES_MAX cues wait already. */
  push(code: number): boolean {
    const slot = this.#ring.acquire();
    if (slot < 0) return false;
    this.#codes[this.#ring.offsetBytes(slot) / 4] = code;
    this.#ring.commit();
    return true;
  }

  /** The oldest cue, 0 where none waits. */
  take(): number {
    const slot = this.#ring.peek();
    if (slot < 0) return 0;
    const code = this.#codes[this.#ring.offsetBytes(slot) / 4]!;
    this.#ring.release();
    return code;
  }
}
