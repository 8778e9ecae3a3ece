/**
 * Decoded frames of a video avatar in shared memory: pictures of the programme's size with what is known of their faces.
 *
 * The film worker fills slots, the stage's thread looks frames up, holds the one it shows, and says where it is going. No
 * messages: the stage's thread is parked between frames and receives none. One reader, one writer. A slot's frame is its key;
 * the writer takes the key away before it writes, and looks whether the reader holds the slot after that, while the reader
 * takes hold first and looks at the key after that: one of them always sees the other. Nothing is allocated after the
 * constructor.
 */
import { CLIPS_MAX, TRACK_POINTS } from "../../film/mod.ts";
import { changed, i420Bytes, MonotonicClock } from "../../time/mod.ts";
import { BOX_INTS, type FramesShape, slotPlaces } from "./frames_shape.ts";

const STATE = 0;
const STOP = 1;
const WAKE = 2;
const CLIP = 3;
const URGENT = 4;
/** The slots that the reader holds: the shown one and the one it tries. */
const HELD = 5;
const ARRIVED = 7;
const BAD = 8;
const DECODED = 9;
const BAD_FRAMES = 10;
const STEPS = 11;
const KEYS = STEPS + CLIPS_MAX;

/** The worker has ended. */
const ENDED = 1;
const NO_SLOT = -1;

export interface FrameSlot {
  /** I420 of the programme's size. */
  readonly bytes: Uint8Array;
  /** x, y, z of the face mesh in pixels of the programme. */
  readonly points: Float32Array;
  /** x1, y1, x2, y2 of each of BOXES in pixels of the programme; empty ones where none was prepared. */
  readonly boxes: Int32Array;
  /** Opacity of each pixel of the box "musetalk". */
  readonly mask: Uint8Array;
}

export class FilmFrames {
  readonly slots: readonly FrameSlot[];
  readonly buffer: SharedArrayBuffer;
  readonly #cells: Int32Array<SharedArrayBuffer>;
  readonly #clock = new MonotonicClock();
  /** Which of the two HELD cells is the shown frame's. */
  #held = 0;

  constructor(readonly shape: FramesShape, buffer?: SharedArrayBuffer) {
    const { size, slots, maskBytesMax } = shape;
    const places = slotPlaces(shape);
    const head = Math.ceil((KEYS + slots) * 4 / 64) * 64;
    this.buffer = buffer ?? new SharedArrayBuffer(head + slots * places.end);
    this.#cells = new Int32Array(this.buffer, 0, KEYS + slots);
    if (buffer === undefined) this.#cells.fill(NO_SLOT, HELD, HELD + 2);
    this.slots = Array.from({ length: slots }, (_, slot) => {
      const at = head + slot * places.end;
      return {
        bytes: new Uint8Array(this.buffer, at, i420Bytes(size)),
        points: new Float32Array(this.buffer, at + places.points, TRACK_POINTS * 3),
        boxes: new Int32Array(this.buffer, at + places.boxes, BOX_INTS),
        mask: new Uint8Array(this.buffer, at + places.mask, maskBytesMax),
      };
    });
  }

  // The stage's side.

  /** Says what will be shown next, and wakes the worker. `step` is within one round of the clip's order. */
  expect(clip: number, step: number): void {
    Atomics.store(this.#cells, STEPS + clip, step);
    Atomics.store(this.#cells, CLIP, clip);
    this.#wake();
  }

  /**
   * Holds the slot with that frame and answers its number; -1 where it does not come within `patienceMs`, and the slot held
   * before stays held. `leave` is called when the new slot is held and the one before it still is. Blocks the thread.
   */
  hold(key: number, patienceMs: number, leave?: () => void): number {
    let arrived = Atomics.load(this.#cells, ARRIVED);
    let slot = this.#tryHold(key, leave);
    if (slot >= 0) {
      Atomics.store(this.#cells, URGENT, 0);
      return slot;
    }
    Atomics.store(this.#cells, URGENT, key + 1);
    this.#wake();
    const untilMs = this.#clock.nowMs() + patienceMs;
    for (let leftMs = patienceMs; leftMs > 0; leftMs = untilMs - this.#clock.nowMs()) {
      if (Atomics.load(this.#cells, STATE) === ENDED || Atomics.load(this.#cells, BAD) === key + 1) break;
      Atomics.wait(this.#cells, ARRIVED, arrived, leftMs);
      arrived = Atomics.load(this.#cells, ARRIVED);
      slot = this.#tryHold(key, leave);
      if (slot < 0) continue;
      Atomics.store(this.#cells, URGENT, 0);
      return slot;
    }
    return NO_SLOT;
  }

  #tryHold(key: number, leave?: () => void): number {
    const slot = this.slotOf(key);
    if (slot < 0) return NO_SLOT;
    const other = 1 - this.#held;
    Atomics.store(this.#cells, HELD + other, slot);
    if (Atomics.load(this.#cells, KEYS + slot) !== key + 1) {
      Atomics.store(this.#cells, HELD + other, NO_SLOT);
      return NO_SLOT;
    }
    leave?.();
    Atomics.store(this.#cells, HELD + this.#held, NO_SLOT);
    this.#held = other;
    return slot;
  }

  /** Ends the worker; true where it has ended within `patienceMs`. */
  stop(patienceMs: number): boolean {
    Atomics.store(this.#cells, STOP, 1);
    this.#wake();
    Atomics.wait(this.#cells, STATE, 0, patienceMs);
    return Atomics.load(this.#cells, STATE) === ENDED;
  }

  #wake(): void {
    Atomics.add(this.#cells, WAKE, 1);
    Atomics.notify(this.#cells, WAKE);
  }

  // The worker's side.

  get isStopped(): boolean {
    return Atomics.load(this.#cells, STOP) === 1;
  }

  get wakes(): number {
    return Atomics.load(this.#cells, WAKE);
  }

  /** Resolves when the stage says something that it had not at `wakes`. */
  async said(wakes: number, timeoutMs: number): Promise<void> {
    await changed(this.#cells, WAKE, wakes, timeoutMs);
  }

  get clip(): number {
    return Atomics.load(this.#cells, CLIP);
  }

  stepOf(clip: number): number {
    return Atomics.load(this.#cells, STEPS + clip);
  }

  /** The frame that the stage waits for, -1 where it waits for none. */
  get urgent(): number {
    return Atomics.load(this.#cells, URGENT) - 1;
  }

  /** The frame in that slot, -1 where it is free. */
  keyIn(slot: number): number {
    return Atomics.load(this.#cells, KEYS + slot) - 1;
  }

  isHeld(slot: number): boolean {
    return Atomics.load(this.#cells, HELD) === slot || Atomics.load(this.#cells, HELD + 1) === slot;
  }

  /** Takes the slot to be filled; false where the stage holds it. */
  claim(slot: number): boolean {
    const key = Atomics.exchange(this.#cells, KEYS + slot, 0);
    const isHeld = this.isHeld(slot);
    if (isHeld) Atomics.store(this.#cells, KEYS + slot, key);
    return !isHeld;
  }

  publish(slot: number, key: number): void {
    Atomics.store(this.#cells, KEYS + slot, key + 1);
    this.#arrive();
  }

  /** That frame will never come. */
  refuse(key: number): void {
    Atomics.store(this.#cells, BAD, key + 1);
    this.#arrive();
  }

  count(what: "decoded" | "bad"): void {
    Atomics.add(this.#cells, what === "decoded" ? DECODED : BAD_FRAMES, 1);
  }

  end(): void {
    Atomics.store(this.#cells, STATE, ENDED);
    Atomics.notify(this.#cells, STATE);
    this.#arrive();
  }

  #arrive(): void {
    Atomics.add(this.#cells, ARRIVED, 1);
    Atomics.notify(this.#cells, ARRIVED);
  }

  // Either side.

  slotOf(key: number): number {
    for (let slot = 0; slot < this.slots.length; slot++) {
      if (Atomics.load(this.#cells, KEYS + slot) === key + 1) return slot;
    }
    return NO_SLOT;
  }

  /** Frames that were decoded, those that found no place included. */
  get decoded(): number {
    return Atomics.load(this.#cells, DECODED);
  }

  /** Frames whose picture, track or mask could not be read. */
  get bad(): number {
    return Atomics.load(this.#cells, BAD_FRAMES);
  }
}
