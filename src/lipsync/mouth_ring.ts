/**
 * Mouths on their way from the engine to the stage, numbered by speech frame. Policy when full: the engine waits.
 * Capacity bounds how far an engine runs ahead, so an interrupt never throws away more than that.
 */
import { SlotRing, type SlotRingShape } from "../time/mod.ts";
import { MOUTH_LENGTH } from "./mouth.ts";
import type { MouthResult } from "./engine.ts";

const HEADER_WORDS = 4;
const EPOCH = 0;
const SPEECH_FRAME = 1;
/** Bits of PROTECTED_BIT and PATCH_BIT. */
const FLAGS = 2;
/** Thousandths. */
const STRESS = 3;
const PROTECTED_BIT = 1;
const PATCH_BIT = 2;
const MOUTH_BYTES = Math.ceil(MOUTH_LENGTH / 2) * 8;

export class MouthRing {
  readonly ring: SlotRing;
  readonly #headers: readonly Int32Array<SharedArrayBuffer>[];
  readonly #mouths: readonly Float32Array<SharedArrayBuffer>[];
  readonly #patches: readonly Uint8Array<SharedArrayBuffer>[];

  static shape(slots: number, patchSize: number): SlotRingShape {
    const patchBytes = Math.ceil(patchSize * patchSize * 3 / 8) * 8;
    return { slots, slotBytes: HEADER_WORDS * 4 + MOUTH_BYTES + patchBytes };
  }

  /** `patchSize` is the side of a square RGB patch, 0 where the engine answers parameters only. */
  constructor(slots: number, readonly patchSize: number, buffer?: SharedArrayBuffer) {
    const shape = MouthRing.shape(slots, patchSize);
    this.ring = buffer ? new SlotRing(shape, buffer) : SlotRing.create(shape);
    const shared = this.ring.buffer;
    const offsets = Array.from({ length: slots }, (_, slot) => this.ring.offsetBytes(slot));
    const mouthAt = HEADER_WORDS * 4;
    this.#headers = offsets.map((offset) => new Int32Array(shared, offset, HEADER_WORDS));
    this.#mouths = offsets.map((offset) => new Float32Array(shared, offset + mouthAt, MOUTH_LENGTH));
    this.#patches = offsets.map((offset) =>
      new Uint8Array(shared, offset + mouthAt + MOUTH_BYTES, patchSize * patchSize * 3)
    );
  }

  /** Producer: writes one result and the voice's stress (0..1) under it, or answers false when the ring is full. */
  write(
    epoch: number,
    isProtected: boolean,
    speechFrame: number,
    result: MouthResult,
    stress = 0,
  ): boolean {
    const slot = this.ring.acquire();
    if (slot < 0) return false;
    const header = this.#headers[slot]!;
    header[EPOCH] = epoch;
    header[SPEECH_FRAME] = speechFrame;
    header[FLAGS] = (isProtected ? PROTECTED_BIT : 0) | (result.kind === "patch" ? PATCH_BIT : 0);
    header[STRESS] = Math.round(stress * 1000);
    if (result.kind === "mouth") this.#mouths[slot]!.set(result.mouth);
    else this.#patches[slot]!.set(result.rgb);
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
  /** Whether the slot holds a patch; engines of both kinds may take turns within an utterance. */
  isPatch(slot: number): boolean {
    return (this.#headers[slot]![FLAGS]! & PATCH_BIT) !== 0;
  }
  /** Emphasis of the voice, 0..1. */
  stress(slot: number): number {
    return this.#headers[slot]![STRESS]! / 1000;
  }
  /** Parameters in the order of MOUTH_PARAMETERS; meaningless where `isPatch`. */
  mouth(slot: number): Float32Array<SharedArrayBuffer> {
    return this.#mouths[slot]!;
  }
  /** RGB patch; meaningless where not `isPatch`. */
  patch(slot: number): Uint8Array<SharedArrayBuffer> {
    return this.#patches[slot]!;
  }
}
