/**
 * The blocks a player holds and has not yet given to its device.
 *
 * In: blocks with the epoch they were read under, copied into slots made once. Out: the next 10 ms, always: where nothing is queued the sound
 * fades and silence follows. A flush fades the first stale block in 5 ms and silences the rest of them, keeping
 * their time. Bounded: more than the capacity is refused. One thread.
 */
import { Block, BLOCK_SAMPLES, type BlockAbout } from "./child_protocol.ts";
import { Fader } from "./fader.ts";

/** About the block just taken. The same object every time. */
export interface Taken {
  /** Whether a queued block was taken (else silence was made up). */
  isQueued: boolean;
  mediaSample: number;
  /** Times silence had to be made up after a block, an episode each. */
  starvations: number;
  /** Media sample at which the flush faded, where this block begins one; else -1. */
  fadedFromSample: number;
}

export const QUEUE_BLOCKS_MAX = 64;

export class BlockQueue {
  readonly #slots = Array.from({ length: QUEUE_BLOCKS_MAX }, () => new Block());
  #oldest = 0;
  #queued = 0;
  readonly #fader = new Fader();
  readonly #taken: Taken = { isQueued: false, mediaSample: -1, starvations: 0, fadedFromSample: -1 };
  #epoch = -1;
  #isFlushing = false;

  get queuedBlocks(): number {
    return this.#queued;
  }

  /** Queues a copy of the block, or answers false when the capacity is taken. */
  push(about: BlockAbout, samples: Float32Array): boolean {
    if (this.#queued >= QUEUE_BLOCKS_MAX) return false;
    this.#slots[(this.#oldest + this.#queued) % QUEUE_BLOCKS_MAX]!.set(about, samples);
    this.#queued++;
    return true;
  }

  /** What was read under another epoch and is not protected becomes silence. */
  flush(epoch: number): void {
    this.#epoch = epoch;
    this.#isFlushing = true;
  }

  /** Writes the next block to `out`. */
  take(out: Float32Array): Taken {
    const taken = this.#taken;
    taken.fadedFromSample = -1;
    if (this.#queued === 0) {
      if (taken.isQueued) taken.starvations++;
      taken.isQueued = false;
      this.#fader.silence(out, 0, BLOCK_SAMPLES);
      return taken;
    }
    const block = this.#slots[this.#oldest]!;
    this.#oldest = (this.#oldest + 1) % QUEUE_BLOCKS_MAX;
    this.#queued--;
    taken.isQueued = true;
    taken.mediaSample = block.about.mediaSample;
    const isStale = this.#epoch >= 0 && block.about.epoch !== this.#epoch && !block.about.isProtected;
    if (this.#isFlushing && !block.about.isProtected) {
      this.#isFlushing = false;
      taken.fadedFromSample = block.about.mediaSample;
      // The reader fell silent without a fade, trusting that it happens here.
      if (!isStale) this.#fader.cut();
    }
    this.#fader.emit(out, 0, block.samples, 0, BLOCK_SAMPLES, !isStale);
    return taken;
  }
}
