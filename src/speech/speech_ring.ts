/**
 * The speech buffer: utterances cut into frames of PCM, on their way to the stage (and, in a second ring, to the
 * lip-sync engine).
 *
 * In: the framer, on the main thread. Out: the stage or the engine, on its own thread. One slot is the samples
 * under one video frame. Policy when full: the feeder waits. Speech frames are numbered without a hole through the
 * programme's life, so a mouth and its samples find each other by number.
 */
import { SlotRing, type SlotRingShape } from "../time/mod.ts";

/** Bits of {@linkcode SpeechRing.flags}. */
export const SPEECH_FLAG = {
  /** First frame of an utterance. */
  first: 1,
  /** Last frame of an utterance: the engine flushes, the stage may go idle after it. */
  last: 2,
  /** Part of an utterance that must not be interrupted. */
  protected: 4,
} as const;

/** Most cues that one frame carries, a byte each; more wait for the next frame. */
export const CUES_PER_FRAME = 4;

const HEADER_WORDS = 8;
const EPOCH = 0;
const FLAGS = 1;
const UTTERANCE = 2;
const SPEECH_FRAME = 3;
const CUES = 4;

export class SpeechRing {
  readonly ring: SlotRing;
  readonly #headers: readonly Int32Array<SharedArrayBuffer>[];
  readonly #samples: readonly Float32Array<SharedArrayBuffer>[];

  static shape(samplesPerFrame: number, slots: number): SlotRingShape {
    return { slots, slotBytes: HEADER_WORDS * 4 + Math.ceil(samplesPerFrame / 2) * 8 };
  }

  constructor(readonly samplesPerFrame: number, slots: number, buffer?: SharedArrayBuffer) {
    const shape = SpeechRing.shape(samplesPerFrame, slots);
    this.ring = buffer ? new SlotRing(shape, buffer) : SlotRing.create(shape);
    const offsets = Array.from({ length: slots }, (_, slot) => this.ring.offsetBytes(slot));
    this.#headers = offsets.map((offset) => new Int32Array(this.ring.buffer, offset, HEADER_WORDS));
    this.#samples = offsets.map((offset) =>
      new Float32Array(this.ring.buffer, offset + HEADER_WORDS * 4, samplesPerFrame)
    );
  }

  /** Producer: writes one frame, or answers false when the ring is full. `samples` is one frame long. */
  write(frame: SpeechFrame): boolean {
    const slot = this.ring.acquire();
    if (slot < 0) return false;
    const header = this.#headers[slot]!;
    header[EPOCH] = frame.epoch;
    header[FLAGS] = frame.flags;
    header[UTTERANCE] = frame.utterance;
    header[SPEECH_FRAME] = frame.speechFrame;
    header[CUES] = (frame.cues ?? []).reduce((word, code, nth) => word | code << (8 * nth), 0);
    this.#samples[slot]!.set(frame.samples);
    this.ring.commit();
    return true;
  }

  epoch(slot: number): number {
    return this.#headers[slot]![EPOCH]!;
  }
  flags(slot: number): number {
    return this.#headers[slot]![FLAGS]!;
  }
  /** Number of the utterance, given by the queue. */
  utterance(slot: number): number {
    return this.#headers[slot]![UTTERANCE]!;
  }
  /** Number of the frame, counted through all utterances. */
  speechFrame(slot: number): number {
    return this.#headers[slot]![SPEECH_FRAME]!;
  }
  /** Code of the `nth` cue, 0..CUES_PER_FRAME - 1, that falls on this frame: 1 + index in STAGE_CUES, 0 for none. */
  cue(slot: number, nth = 0): number {
    return this.#headers[slot]![CUES]! >>> (8 * nth) & 0xff;
  }
  /** 48 kHz mono, -1..1, `samplesPerFrame` long; valid until the slot is released. */
  samples(slot: number): Float32Array<SharedArrayBuffer> {
    return this.#samples[slot]!;
  }
}

/** One video frame's worth of an utterance. */
export interface SpeechFrame {
  readonly epoch: number;
  readonly flags: number;
  readonly utterance: number;
  readonly speechFrame: number;
  readonly samples: Float32Array;
  /** Codes of at most {@linkcode CUES_PER_FRAME} cues, in order. Default none. */
  readonly cues?: readonly number[];
}
