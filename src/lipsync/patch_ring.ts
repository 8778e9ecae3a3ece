/**
 * Answers of a video engine on their way to the stage, numbered by speech frame: a patch, or that the film's own mouth
 * does (silence). Policy when full: the host waits. Capacity bounds how far an engine can run ahead.
 */
import { SlotRing, type SlotRingShape } from "../time/mod.ts";
import { FAMILIES, type Family } from "./neural/networks/mouth_network.ts";

export const PATCH_SIDE_MAX = 256;
/** Slots of a programme's ring: more than `leadMsMax` ever allows at 60 fps would only be thrown away. */
export const PATCH_SLOTS = 32;

const HEADER_WORDS = 8;
const EPOCH = 0;
const SPEECH_FRAME = 1;
const FLAGS = 2;
const FAMILY = 3;
const SIDE = 4;
const CLIP = 5;
const STEP = 6;
const AVATAR = 7;
const PROTECTED_BIT = 1;
const REST_BIT = 2;
const PATCH_BYTES = PATCH_SIDE_MAX * PATCH_SIDE_MAX * 3;

export interface PatchResult {
  readonly speechFrame: number;
  readonly epoch: number;
  readonly isProtected: boolean;
  readonly family: Family;
  /** Where in the avatar's clips the stage was expected to be: see FilmWalk. */
  readonly clip: number;
  readonly step: number;
  /** Which avatar it was made for. */
  readonly avatar: number;
  /** Absent: rest. */
  readonly patch?: { readonly side: number; readonly rgb: Uint8Array };
}

export class PatchRing {
  readonly ring: SlotRing;
  readonly #headers: readonly Int32Array<SharedArrayBuffer>[];
  readonly #patches: readonly Uint8Array<SharedArrayBuffer>[];

  static shape(slots: number): SlotRingShape {
    return { slots, slotBytes: HEADER_WORDS * 4 + PATCH_BYTES };
  }

  constructor(slots: number = PATCH_SLOTS, buffer?: SharedArrayBuffer) {
    const shape = PatchRing.shape(slots);
    this.ring = buffer ? new SlotRing(shape, buffer) : SlotRing.create(shape);
    const offsets = Array.from({ length: slots }, (_, slot) => this.ring.offsetBytes(slot));
    this.#headers = offsets.map((offset) => new Int32Array(this.ring.buffer, offset, HEADER_WORDS));
    this.#patches = offsets.map((offset) =>
      new Uint8Array(this.ring.buffer, offset + HEADER_WORDS * 4, PATCH_BYTES)
    );
  }

  /** False where the ring is full. */
  write(result: PatchResult): boolean {
    const slot = this.ring.acquire();
    if (slot < 0) return false;
    const { patch, isProtected } = result;
    const header = this.#headers[slot]!;
    header[EPOCH] = result.epoch;
    header[SPEECH_FRAME] = result.speechFrame;
    header[FLAGS] = (isProtected ? PROTECTED_BIT : 0) | (patch ? 0 : REST_BIT);
    header[FAMILY] = FAMILIES.indexOf(result.family);
    header[SIDE] = patch?.side ?? 0;
    header[CLIP] = result.clip;
    header[STEP] = result.step;
    header[AVATAR] = result.avatar;
    if (patch) this.#patches[slot]!.set(patch.rgb.subarray(0, patch.side * patch.side * 3));
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
  /** The film's own mouth is shown. */
  isRest(slot: number): boolean {
    return (this.#headers[slot]![FLAGS]! & REST_BIT) !== 0;
  }
  family(slot: number): Family {
    return FAMILIES[this.#headers[slot]![FAMILY]!] ?? "musetalk";
  }
  clip(slot: number): number {
    return this.#headers[slot]![CLIP]!;
  }
  step(slot: number): number {
    return this.#headers[slot]![STEP]!;
  }
  avatar(slot: number): number {
    return this.#headers[slot]![AVATAR]!;
  }
  side(slot: number): number {
    return this.#headers[slot]![SIDE]!;
  }
  /** RGB of side * side pixels at its beginning; meaningless where `isRest`. */
  patch(slot: number): Uint8Array<SharedArrayBuffer> {
    return this.#patches[slot]!;
  }
}
