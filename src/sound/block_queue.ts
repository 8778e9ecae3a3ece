/**
 * The blocks a player holds and has not yet given to its device.
 *
 * In: blocks with the epoch they were read under. Out: the next 10 ms, always: where nothing is queued the sound
 * fades and silence follows. A flush fades the first stale block in 5 ms and silences the rest of them, keeping
 * their time. Bounded: more than the capacity is refused. One thread.
 */
import { BLOCK_SAMPLES, type BlockAbout } from "./child_protocol.ts";
import { Fader } from "./fader.ts";

interface Queued {
  readonly about: BlockAbout;
  readonly samples: Float32Array;
}

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
  readonly #queue: Queued[] = [];
  readonly #fader = new Fader();
  readonly #taken: Taken = { isQueued: false, mediaSample: -1, starvations: 0, fadedFromSample: -1 };
  #epoch = -1;
  #isFlushing = false;

  get queuedBlocks(): number {
    return this.#queue.length;
  }

  /** Queues a block, or answers false when the capacity is taken. */
  push(about: BlockAbout, samples: Float32Array): boolean {
    if (this.#queue.length >= QUEUE_BLOCKS_MAX) return false;
    this.#queue.push({ about, samples });
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
    const block = this.#queue.shift();
    taken.fadedFromSample = -1;
    if (!block) {
      if (taken.isQueued) taken.starvations++;
      taken.isQueued = false;
      this.#fader.silence(out, 0, BLOCK_SAMPLES);
      return taken;
    }
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
