/**
 * A single-producer single-consumer ring of equal slots on shared memory.
 *
 * In: one thread acquires the next free slot, fills it in place and commits. Out: one other thread peeks at the
 * oldest slot, uses it in place and releases it. Nothing is allocated or copied here. Policy when full: acquire
 * answers -1 and the producer decides. Counters are 32-bit and wrap, so capacity is a power of two, at most 2^20.
 */

import { changed } from "./shared_wait.ts";

const WRITTEN = 0;
const RELEASED = 1;
const COUNTERS_BYTES = 8;

export interface SlotRingShape {
  /** A power of two, at most 2^20. */
  readonly slots: number;
  /** Bytes a slot, a multiple of 8. */
  readonly slotBytes: number;
}

export class SlotRing {
  readonly slots: number;
  readonly slotBytes: number;
  readonly buffer: SharedArrayBuffer;
  readonly #counters: Int32Array<SharedArrayBuffer>;

  static create(shape: SlotRingShape): SlotRing {
    const { slots, slotBytes } = shape;
    if (slots < 1 || slots > 2 ** 20 || (slots & (slots - 1)) !== 0 || slotBytes % 8 !== 0) {
      throw new RangeError(
        `a ring of ${slots} slots of ${slotBytes} bytes, wanted a power of two up to 2^20 and a multiple of 8`,
      );
    }
    return new SlotRing(shape, new SharedArrayBuffer(COUNTERS_BYTES + slots * slotBytes));
  }

  /** The same ring seen from another isolate. */
  constructor(shape: SlotRingShape, buffer: SharedArrayBuffer) {
    this.slots = shape.slots;
    this.slotBytes = shape.slotBytes;
    this.buffer = buffer;
    this.#counters = new Int32Array(buffer, 0, 2);
  }

  get shape(): SlotRingShape {
    return { slots: this.slots, slotBytes: this.slotBytes };
  }

  offsetBytes(slot: number): number {
    return COUNTERS_BYTES + slot * this.slotBytes;
  }

  /** Slots committed and not yet released, 0..slots. */
  get queued(): number {
    return (Atomics.load(this.#counters, WRITTEN) - Atomics.load(this.#counters, RELEASED)) | 0;
  }

  /** Producer: the slot to fill next, or -1 when the ring is full. */
  acquire(): number {
    if (this.queued >= this.slots) return -1;
    return (Atomics.load(this.#counters, WRITTEN) >>> 0) % this.slots;
  }

  /** Producer: hands the acquired slot over. */
  commit(): void {
    Atomics.add(this.#counters, WRITTEN, 1);
    Atomics.notify(this.#counters, WRITTEN);
  }

  /** Consumer: the slot `ahead` places behind the oldest, or -1 when so many are not there. */
  peek(ahead = 0): number {
    if (this.queued <= ahead) return -1;
    return ((Atomics.load(this.#counters, RELEASED) + ahead) >>> 0) % this.slots;
  }

  /** Consumer: gives the oldest slot back. */
  release(): void {
    Atomics.add(this.#counters, RELEASED, 1);
    Atomics.notify(this.#counters, RELEASED);
  }

  /** Consumer: resolves when something is queued or `timeoutMs` has passed. Never rejects. */
  async readable(timeoutMs: number): Promise<void> {
    const written = Atomics.load(this.#counters, WRITTEN);
    if (this.queued > 0) return;
    await changed(this.#counters, WRITTEN, written, timeoutMs);
  }

  /** Producer: resolves when a slot is free or `timeoutMs` has passed. Never rejects. */
  async writable(timeoutMs: number): Promise<void> {
    const released = Atomics.load(this.#counters, RELEASED);
    if (this.queued < this.slots) return;
    await changed(this.#counters, RELEASED, released, timeoutMs);
  }

  /** Wakes whoever waits, on either side, so that it can see a stop flag. */
  wake(): void {
    Atomics.notify(this.#counters, WRITTEN);
    Atomics.notify(this.#counters, RELEASED);
  }
}
