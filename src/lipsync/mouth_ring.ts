/**
 * Mouths on their way from the engine to the stage, numbered by speech frame. Policy when full: the engine waits.
 * Capacity bounds how far an engine runs ahead, so an interrupt never throws away more than that.
 */
import { SlotRing, type SlotRingShape } from "../time/mod.ts";
import { MOUTH_LENGTH } from "./mouth.ts";

const HEADER_WORDS = 4;
const EPOCH = 0;
const SPEECH_FRAME = 1;
/** PROTECTED_BIT. */
const FLAGS = 2;
/** Thousandths. */
const STRESS = 3;
const PROTECTED_BIT = 1;
const MOUTH_BYTES = Math.ceil(MOUTH_LENGTH / 2) * 8;

export class MouthRing {
  readonly ring: SlotRing;
  readonly #headers: readonly Int32Array<SharedArrayBuffer>[];
  readonly #mouths: readonly Float32Array<SharedArrayBuffer>[];

  static shape(slots: number): SlotRingShape {
    return { slots, slotBytes: HEADER_WORDS * 4 + MOUTH_BYTES };
  }

  constructor(slots: number, buffer?: SharedArrayBuffer) {
    const shape = MouthRing.shape(slots);
    this.ring = buffer ? new SlotRing(shape, buffer) : SlotRing.create(shape);
    const shared = this.ring.buffer;
    const offsets = Array.from({ length: slots }, (_, slot) => this.ring.offsetBytes(slot));
    const mouthAt = HEADER_WORDS * 4;
    this.#headers = offsets.map((offset) => new Int32Array(shared, offset, HEADER_WORDS));
    this.#mouths = offsets.map((offset) => new Float32Array(shared, offset + mouthAt, MOUTH_LENGTH));
  }

  /** Producer: writes one mouth and the voice's stress (0..1) under it, or answers false when the ring is full. */
  write(
    epoch: number,
    isProtected: boolean,
    speechFrame: number,
    mouth: Float32Array,
    stress = 0,
  ): boolean {
    const slot = this.ring.acquire();
    if (slot < 0) return false;
    const header = this.#headers[slot]!;
    header[EPOCH] = epoch;
    header[SPEECH_FRAME] = speechFrame;
    header[FLAGS] = isProtected ? PROTECTED_BIT : 0;
    header[STRESS] = Math.round(stress * 1000);
    this.#mouths[slot]!.set(mouth);
    this.ring.commit();
    return true;
  }

  epoch(slot: number): number {
    return this.#headers[slot]![EPOCH]!;
  }
  isProtected(slot: number): boolean {
    return (this.#headers[slot]![FLAGS]! & PROTECTED_BIT) !== 0;
  }
  speechFrame(slot: number): number {
    return this.#headers[slot]![SPEECH_FRAME]!;
  }
  /** Emphasis of the voice, 0..1. */
  stress(slot: number): number {
    return this.#headers[slot]![STRESS]! / 1000;
  }
  /** Parameters in the order of MOUTH_PARAMETERS. */
  mouth(slot: number): Float32Array<SharedArrayBuffer> {
    return this.#mouths[slot]!;
  }
}
