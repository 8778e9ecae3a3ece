/**
 * Turns the sound of one utterance into frames of equal length.
 *
 * In: whole segments (a voice's) or a stream of pieces (a file's), 48 kHz mono. Out: frames of `samplesPerFrame` by
 * `emit`, the last one padded with silence and marked. Before the first audible sample there is exactly the lead of
 * silence; every edge has a fade of 5 ms. The same input gives the same frames whenever it arrives. Main thread; the
 * array given to `emit` is reused.
 */
import { msToSamples } from "../time/mod.ts";

export type EmitFrame = (samples: Float32Array, isLast: boolean) => void | Promise<void>;

/** Where a segment came to lie: output position = input position + `offset`. */
export interface Placed {
  readonly offset: number;
  /** Audible range in the output. */
  readonly startSample: number;
  readonly endSample: number;
}

const FADE_SAMPLES = msToSamples(5);
/** Quiet samples kept around the audible ones; the fades lie in them. */
const EDGE_SAMPLES = msToSamples(10);
/** -54 dB. */
const AUDIBLE = 0.002;

export class Framer {
  readonly #frame: Float32Array;
  #filled = 0;
  #written = 0;
  /** Silence due before the next segment's audible start. */
  #pause: number;
  /** Stream: quiet samples before the first audible one, then samples that a fade-out may still reach. */
  #held = new Float32Array(0);
  #isStreaming = false;

  constructor(samplesPerFrame: number, leadSamples: number, private readonly emit: EmitFrame) {
    this.#frame = new Float32Array(samplesPerFrame);
    this.#pause = leadSamples;
  }

  /** Samples given out and held so far, from the start of the utterance. */
  get writtenSamples(): number {
    return this.#written;
  }

  /** A stream whose every sample counts from the first on, silent ones too: for what is tied to a picture. */
  keepSilence(): void {
    this.#isStreaming = true;
    this.#pause = 0;
  }

  /** Where a whole segment would lie if it came now. Undefined: it is silent and would be left out. */
  place(samples: Float32Array): Placed | undefined {
    const first = samples.findIndex(isAudible);
    if (first < 0) return undefined;
    const end = samples.findLastIndex(isAudible) + 1;
    const { from, silence } = this.#before(first);
    const offset = this.#written + silence - from;
    return { offset, startSample: first + offset, endSample: end + offset };
  }

  /** A whole segment, to be followed by `pauseSamples` of silence. */
  async segment(samples: Float32Array, pauseSamples: number): Promise<Placed | undefined> {
    const placed = this.place(samples);
    if (placed === undefined) return undefined;
    const { from, silence } = this.#before(placed.startSample - placed.offset);
    const end = placed.endSample - placed.offset;
    const to = Math.min(samples.length, end + EDGE_SAMPLES);
    await this.#silence(silence);
    const part = samples.slice(from, to);
    fadeIn(part);
    fadeOut(part);
    await this.#write(part);
    // A frame's worth of the pause goes out at once, so that the segment's end is not kept back until the next one.
    const due = Math.max(0, pauseSamples - (to - end));
    const now = Math.min(due, this.#frame.length);
    await this.#silence(now);
    this.#pause = due - now;
    return placed;
  }

  /** What comes before the first audible sample: from where the source itself is taken, and silence before that. */
  #before(first: number): { from: number; silence: number } {
    const from = Math.max(0, first - Math.min(EDGE_SAMPLES, this.#pause));
    return { from, silence: Math.max(0, this.#pause - (first - from)) };
  }

  /** The next piece of a stream. */
  async push(piece: Float32Array): Promise<void> {
    const samples = joined(this.#held, piece);
    if (!this.#isStreaming) {
      const first = samples.findIndex(isAudible);
      if (first < 0) {
        this.#held = samples.slice(-EDGE_SAMPLES);
        return;
      }
      // The fade-in needs its samples in one piece; a shorter beginning waits for more.
      const { from, silence } = this.#before(first);
      if (samples.length - from < 2 * FADE_SAMPLES) {
        this.#held = samples;
        return;
      }
      this.#isStreaming = true;
      await this.#silence(silence);
      const part = samples.slice(from);
      fadeIn(part);
      return await this.#pass(part);
    }
    await this.#pass(samples);
  }

  /** The end: fades a stream out and gives out the last frame; there is always at least one. */
  async finish(): Promise<void> {
    if (this.#held.some(isAudible) || this.#isStreaming) {
      if (!this.#isStreaming) {
        const first = this.#held.findIndex(isAudible);
        await this.#silence(Math.max(0, this.#pause - first));
        fadeIn(this.#held);
      }
      fadeOut(this.#held);
      await this.#write(this.#held);
    }
    this.#frame.fill(0, this.#filled);
    await this.emit(this.#frame, true);
  }

  async #pass(samples: Float32Array): Promise<void> {
    const end = Math.max(0, samples.length - FADE_SAMPLES);
    this.#held = samples.slice(end);
    await this.#write(samples.subarray(0, end));
  }

  async #silence(count: number): Promise<void> {
    if (count > 0) await this.#write(new Float32Array(count));
  }

  /** A full frame leaves when the next sample comes: only then it is known not to be the last. */
  async #write(samples: Float32Array): Promise<void> {
    for (let from = 0; from < samples.length;) {
      if (this.#filled === this.#frame.length) {
        this.#filled = 0; // before the wait: an emit that throws must not leave the frame to be sent twice
        await this.emit(this.#frame, false);
      }
      const count = Math.min(samples.length - from, this.#frame.length - this.#filled);
      this.#frame.set(samples.subarray(from, from + count), this.#filled);
      this.#filled += count;
      this.#written += count;
      from += count;
    }
  }
}

function isAudible(sample: number): boolean {
  return sample > AUDIBLE || sample < -AUDIBLE;
}

function joined(a: Float32Array, b: Float32Array): Float32Array<ArrayBuffer> {
  const both = new Float32Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

function fadeIn(samples: Float32Array): void {
  for (let k = 0; k < Math.min(FADE_SAMPLES, samples.length); k++) samples[k]! *= k / FADE_SAMPLES;
}

function fadeOut(samples: Float32Array): void {
  const last = samples.length - 1;
  for (let k = 0; k < Math.min(FADE_SAMPLES, samples.length); k++) samples[last - k]! *= k / FADE_SAMPLES;
}
