/**
 * Finished units on their way to every sink: one writer, any number of readers, each with a cursor of its own.
 *
 * In: the stage fills the next slot in place and publishes it. Out: camera, sound, recording and preview. The
 * writer never waits: a reader slower than the ring loses units and is told so. A reader that copied a slot asks
 * `isIntact` afterwards; the sequence number says whether the writer came round meanwhile.
 */
import { changed, type FrameSize, i420Bytes } from "../time/mod.ts";

export interface UnitRingShape extends FrameSize {
  readonly slots: number;
  readonly samplesPerFrame: number;
  /** Whether each picture has an alpha plane behind its I420 planes. Default false. */
  readonly hasAlpha?: boolean;
}

/** Bits of {@linkcode UnitSlot.flags}. */
export const UNIT_FLAG = {
  /** The samples are an utterance's (else silence). */
  speech: 1,
  /** The mouth was not ready in time: the last one was shown again. */
  repeated: 2,
  /** An utterance waits for frames or samples. */
  paused: 4,
  /** The utterance may not be interrupted. */
  protected: 8,
  /** First unit after an interrupt. */
  interrupted: 16,
  /** The programme is held still: the picture before again, and silence. */
  held: 32,
} as const;

const HEADER_VALUES = 8;
const MEDIA_SAMPLE = 0;
const MONOTONIC_MS = 1;
const EPOCH = 2;
const FLAGS = 3;
const SPEECH_FRAME = 4;
const UTTERANCE = 5;
const NEWEST_SPEECH_FRAME = 6;

/** Views of one slot, made once. */
export class UnitSlot {
  /** I420 bytes of the frame, over black where there is alpha. */
  readonly frame: Uint8Array<SharedArrayBuffer>;
  /** One byte a pixel, 0 (clear) .. 255, where the ring has alpha. */
  readonly alpha: Uint8Array<SharedArrayBuffer> | undefined;
  /** `frame` and behind it `alpha`, as one. */
  readonly picture: Uint8Array<SharedArrayBuffer>;
  /** 48 kHz mono, -1..1, the samples under the frame. */
  readonly samples: Float32Array<SharedArrayBuffer>;
  readonly #header: Float64Array<SharedArrayBuffer>;

  constructor(shape: UnitRingShape, buffer: SharedArrayBuffer, offset: number) {
    this.#header = new Float64Array(buffer, offset, HEADER_VALUES);
    const samplesAt = offset + HEADER_VALUES * 8;
    this.samples = new Float32Array(buffer, samplesAt, shape.samplesPerFrame);
    const pictureAt = samplesAt + shape.samplesPerFrame * 4;
    this.picture = new Uint8Array(buffer, pictureAt, pictureBytes(shape));
    this.frame = this.picture.subarray(0, i420Bytes(shape));
    this.alpha = shape.hasAlpha ? this.picture.subarray(i420Bytes(shape)) : undefined;
  }

  static bytes(shape: UnitRingShape): number {
    return HEADER_VALUES * 8 + Math.ceil((shape.samplesPerFrame * 4 + pictureBytes(shape)) / 8) * 8;
  }

  /** Media time of the first sample: an integer count of 48 kHz samples since the programme began. */
  get mediaSample(): number {
    return this.#header[MEDIA_SAMPLE]!;
  }
  set mediaSample(value: number) {
    this.#header[MEDIA_SAMPLE] = value;
  }
  /** Monotonic time of the unit's deadline, smoothed by the pacer. */
  get monotonicMs(): number {
    return this.#header[MONOTONIC_MS]!;
  }
  set monotonicMs(value: number) {
    this.#header[MONOTONIC_MS] = value;
  }
  get epoch(): number {
    return this.#header[EPOCH]!;
  }
  set epoch(value: number) {
    this.#header[EPOCH] = value;
  }
  get flags(): number {
    return this.#header[FLAGS]!;
  }
  set flags(value: number) {
    this.#header[FLAGS] = value;
  }
  /** Number of the speech frame whose samples these are, -1 in silence. */
  get speechFrame(): number {
    return this.#header[SPEECH_FRAME]!;
  }
  set speechFrame(value: number) {
    this.#header[SPEECH_FRAME] = value;
  }
  /** Number of the utterance being spoken, -1 in silence. */
  get utterance(): number {
    return this.#header[UTTERANCE]!;
  }
  set utterance(value: number) {
    this.#header[UTTERANCE] = value;
  }
  /** Number of the newest speech frame up to and including this unit, -1 before any: also for who missed units. */
  get newestSpeechFrame(): number {
    return this.#header[NEWEST_SPEECH_FRAME]!;
  }
  set newestSpeechFrame(value: number) {
    this.#header[NEWEST_SPEECH_FRAME] = value;
  }
}

/** Bytes of one picture: I420, and the alpha plane where there is one. */
export function pictureBytes(shape: FrameSize & { readonly hasAlpha?: boolean }): number {
  return i420Bytes(shape) + (shape.hasAlpha ? shape.width * shape.height : 0);
}

const PUBLISHED = 0;
const COUNTERS_BYTES = 8;

export class UnitRing {
  readonly buffer: SharedArrayBuffer;
  readonly #counters: Int32Array<SharedArrayBuffer>;
  /** One a slot: unit + 1 where the slot holds that unit whole, 0 while it is written. */
  readonly #sequences: Int32Array<SharedArrayBuffer>;
  readonly #slots: readonly UnitSlot[];

  constructor(readonly shape: UnitRingShape, buffer?: SharedArrayBuffer) {
    const sequencesBytes = Math.ceil(shape.slots / 2) * 8;
    const slotsAt = COUNTERS_BYTES + sequencesBytes;
    const slotBytes = UnitSlot.bytes(shape);
    this.buffer = buffer ?? new SharedArrayBuffer(slotsAt + shape.slots * slotBytes);
    this.#counters = new Int32Array(this.buffer, 0, 2);
    this.#sequences = new Int32Array(this.buffer, COUNTERS_BYTES, shape.slots);
    this.#slots = Array.from(
      { length: shape.slots },
      (_, slot) => new UnitSlot(shape, this.buffer, slotsAt + slot * slotBytes),
    );
  }

  /** Units published so far; the newest is this minus one. */
  get published(): number {
    return Atomics.load(this.#counters, PUBLISHED);
  }

  /** Writer: the slot of the next unit, to be filled in place. */
  begin(): UnitSlot {
    const slot = this.published % this.shape.slots;
    Atomics.store(this.#sequences, slot, 0);
    return this.#slots[slot]!;
  }

  /** Writer: hands the begun unit to every reader. */
  publish(): void {
    const unit = this.published;
    Atomics.store(this.#sequences, unit % this.shape.slots, unit + 1);
    Atomics.add(this.#counters, PUBLISHED, 1);
    Atomics.notify(this.#counters, PUBLISHED);
  }

  /** Reader: views of unit `unit`, or undefined where it is not published yet or already overwritten. */
  at(unit: number): UnitSlot | undefined {
    return this.isIntact(unit) ? this.#slots[unit % this.shape.slots] : undefined;
  }

  /** Reader: whether what was just copied from unit `unit` was that unit to its end. */
  isIntact(unit: number): boolean {
    return unit >= 0 && Atomics.load(this.#sequences, unit % this.shape.slots) === unit + 1;
  }

  /** Reader: the oldest unit that is safe to read for about one more period. */
  get oldest(): number {
    return Math.max(0, this.published - this.shape.slots + 2);
  }

  /** Reader: resolves when unit `unit` is published or `timeoutMs` has passed. Never rejects. */
  async available(unit: number, timeoutMs: number): Promise<void> {
    const published = this.published;
    if (published > unit) return;
    await changed(this.#counters, PUBLISHED, published, timeoutMs);
  }

  /** Wakes every waiting reader, so that it can see a stop flag. */
  wake(): void {
    Atomics.notify(this.#counters, PUBLISHED);
  }
}
