/**
 * The built-in engine: a mouth from loudness and spectrum. No model, any language, about 60 us a frame.
 *
 * In: 16 kHz speech, frame by frame, of any length. Out: one mouth a frame, 46 ms of right context. Runs in any
 * thread; allocates nothing after construction. Limits: it hears how open, how wide or round and how hissing a
 * sound is, and closures; it does not know words. In silence and on an utterance's last frame it is exactly zero.
 */
import { HOP_SAMPLES, type SpeechBandFeatures, SpeechBands } from "../features/mod.ts";
import { FEATURE_RATE_HZ } from "../time/mod.ts";
import type { EmitMouth, LipsyncEngine } from "./engine.ts";
import { MouthShaper } from "./mouth_shaper.ts";
import { MOUTH_LENGTH } from "./mouth.ts";

/** The middle of a feature window lies this far before its end. */
const WINDOW_MIDDLE_SAMPLES = 256;
const CONTEXT_SAMPLES = WINDOW_MIDDLE_SAMPLES + MouthShaper.lookAheadHops * HOP_SAMPLES;
/** Hops kept: 640 ms, more than a frame and its context. */
const HOPS_KEPT = 64;
/** Frames pushed and not answered; at 60 fps the context is four of them. */
const PENDING_FRAMES_MAX = 16;

export class LoudnessEngine implements LipsyncEngine {
  readonly name = "loudness";
  readonly rightContextMs = CONTEXT_SAMPLES * 1000 / FEATURE_RATE_HZ;
  readonly #bands = new SpeechBands();
  readonly #shaper = new MouthShaper();
  /** Mouth of each hop, by hop % HOPS_KEPT. */
  readonly #track = new Float32Array(HOPS_KEPT * MOUTH_LENGTH);
  readonly #ends = new Float64Array(PENDING_FRAMES_MAX);
  readonly #mouth = new Float32Array(MOUTH_LENGTH);
  readonly #silence = new Float32Array(CONTEXT_SAMPLES + HOP_SAMPLES);
  readonly #onHop = (features: Readonly<SpeechBandFeatures>) => this.#hear(features);
  #hops = 0;
  #heardSamples = 0;
  #pushedFrames = 0;
  #answeredFrames = 0;
  #frameStart = 0;

  start(): void {
    this.#bands.reset();
    this.#shaper.start();
    this.#track.fill(0);
    this.#hops =
      this.#heardSamples =
      this.#pushedFrames =
      this.#answeredFrames =
      this.#frameStart =
        0;
  }

  push(pcm: Float32Array, emit: EmitMouth): void {
    this.#heardSamples += pcm.length;
    this.#ends[this.#pushedFrames++ % PENDING_FRAMES_MAX] = this.#heardSamples;
    this.#bands.push(pcm, this.#onHop);
    while (this.#answeredFrames < this.#pushedFrames && this.#end() + CONTEXT_SAMPLES <= this.#heardSamples) {
      this.#answer(1, emit);
    }
  }

  finish(emit: EmitMouth): void {
    this.#bands.push(this.#silence, this.#onHop);
    const owed = this.#pushedFrames - this.#answeredFrames;
    for (let left = owed - 1; left >= 0; left--) this.#answer(left / owed, emit);
  }

  [Symbol.dispose](): void {
    // nothing held
  }

  #hear(features: Readonly<SpeechBandFeatures>): void {
    const at = this.#hops % HOPS_KEPT * MOUTH_LENGTH;
    this.#shaper.hear(features, this.#track, at);
    this.#hops++;
  }

  /** Where the oldest unanswered frame ends. */
  #end(): number {
    return this.#ends[this.#answeredFrames % PENDING_FRAMES_MAX]!;
  }

  /** The frame's mouth is the mean of the hops whose middle lies in it. */
  #answer(strength: number, emit: EmitMouth): void {
    const end = this.#end();
    const first = Math.max(0, hopAt(this.#frameStart));
    const last = Math.max(first, Math.min(hopAt(end) - 1, this.#hops - 1));
    const mouth = this.#mouth.fill(0);
    for (let hop = first; hop <= last; hop++) {
      const at = hop % HOPS_KEPT * MOUTH_LENGTH;
      for (let index = 0; index < MOUTH_LENGTH; index++) mouth[index]! += this.#track[at + index]!;
    }
    const scale = strength / (last - first + 1);
    for (let index = 0; index < MOUTH_LENGTH; index++) mouth[index]! *= scale;
    this.#frameStart = end;
    this.#answeredFrames++;
    emit(this.#mouth);
  }
}

/** Number in the track of the first hop whose shaped middle lies at or after a sample. */
function hopAt(sample: number): number {
  return Math.ceil((sample + CONTEXT_SAMPLES) / HOP_SAMPLES) - 1;
}
