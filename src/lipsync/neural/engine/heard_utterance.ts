/**
 * One utterance as a video engine has heard it so far: its samples until they are used, and how loud it was where.
 *
 * In: 16 kHz frames in order. Out: samples for the features, rests for the schedule. Engine's process. Bounded: what
 * has been taken is forgotten but for one peak every 20 ms (200 bytes a second).
 */

const BLOCK_SAMPLES = 320;
const BLOCK_MS = 20;
/** Peaks below this are silence: -50 dB. */
const QUIET = 10 ** (-50 / 20);

export interface UtteranceAbout {
  /** Number of its first frame, counted through all utterances. */
  readonly firstFrame: number;
  readonly epoch: number;
  readonly isProtected: boolean;
}

export class HeardUtterance {
  /** Set by the last frame. */
  isComplete = false;
  /** Programme frames heard. */
  frames = 0;
  readonly #chunks: Float32Array[] = [];
  #peaks = new Float32Array(64);
  #samples = 0;
  /** Clips that actions begin with, by programme frame. */
  readonly #actions = new Map<number, number>();

  constructor(readonly about: UtteranceAbout) {}

  hear(pcm: Float32Array, isLast: boolean, action = -1): void {
    if (action >= 0) this.#actions.set(this.frames, action);
    this.#chunks.push(pcm);
    for (let at = 0; at < pcm.length; at++) {
      const block = Math.floor((this.#samples + at) / BLOCK_SAMPLES);
      if (block >= this.#peaks.length) this.#grow();
      this.#peaks[block] = Math.max(this.#peaks[block]!, Math.abs(pcm[at]!));
    }
    this.#samples += pcm.length;
    this.frames++;
    if (isLast) this.isComplete = true;
  }

  /** Samples heard and not taken. */
  get waitingSamples(): number {
    return this.#chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  }

  /** The oldest samples not taken yet, at least `samplesMin` where there are so many. */
  take(samplesMin: number): Float32Array {
    const taken: Float32Array[] = [];
    let length = 0;
    while (length < samplesMin && this.#chunks.length > 0) {
      const chunk = this.#chunks.shift()!;
      taken.push(chunk);
      length += chunk.length;
    }
    if (taken.length === 1) return taken[0]!;
    const pcm = new Float32Array(length);
    let at = 0;
    for (const chunk of taken) {
      pcm.set(chunk, at);
      at += chunk.length;
    }
    return pcm;
  }

  /** Whether nothing is heard from `fromMs` to `toMs`; before the beginning and after the end there is silence. */
  isQuiet(fromMs: number, toMs: number): boolean {
    const last = Math.min(Math.ceil(toMs / BLOCK_MS), Math.ceil(this.#samples / BLOCK_SAMPLES));
    for (let block = Math.max(0, Math.floor(fromMs / BLOCK_MS)); block < last; block++) {
      if (this.#peaks[block]! > QUIET) return false;
    }
    return true;
  }

  /** The clip of the action that begins with programme frame `frame`, -1 for none. */
  actionAt(frame: number): number {
    return this.#actions.get(frame) ?? -1;
  }

  #grow(): void {
    const grown = new Float32Array(this.#peaks.length * 2);
    grown.set(this.#peaks);
    this.#peaks = grown;
  }
}
