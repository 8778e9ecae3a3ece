/**
 * What Ultralight hears through HuBERT: for every video frame the features of eight frames about it.
 *
 * In: 16 kHz speech as it comes. Out: 8 * 2 * 1024 values a frame, which its network takes as [16, 32, 32]. Engine's
 * process, which a push blocks for one run of the encoder (one more for every whole clip of 20 s in it): over what is new
 * and a second before it. It runs when frame 0 can be known, then after 2, 4 and 8 new features: 6.25 runs a second of
 * speech at most. HuBERT answers 50 features a second; two make a frame, and frame i reads frames i - 4 to i + 3, zeros
 * beyond the ends (anliyuan/Ultralight-Digital-Human: data_utils/hubert.py, face_utils.py).
 *
 * Sound that is pushed at once gives what the reference computes: clips of 20 s, mean 0 and variance 1 over the whole
 * sound. What comes in pieces hears a second back instead of the whole clip, and mean and variance are those of the
 * utterance so far. A last feature without a second one is left out (the reference did so until May 2026; since then a
 * feature of zeros follows it).
 */
import { FEATURE_RATE_HZ } from "../time/mod.ts";
import type { FeatureStream } from "./feature_stream.ts";

/** HuBERT, or another network that answers sound of any length with features. */
export interface SequenceEncoder extends Disposable {
  /** Answers the features of `values`, one after another. */
  encode(values: Float32Array): Promise<Float32Array>;
}

export const HUBERT_VALUES = 1024;
const HOP_SAMPLES = 320;
const WINDOW_SAMPLES = 400;
/** Samples that a feature hears of the next one's. */
const OVERLAP_SAMPLES = WINDOW_SAMPLES - HOP_SAMPLES;
const CLIP_FEATURES = 1000;
const FRAMES_BEFORE = 4;
const FRAMES_AFTER = 4;
const WINDOW_FEATURES = 2 * (FRAMES_BEFORE + FRAMES_AFTER);
const CONTEXT_FEATURES = 50;
/** New features that are worth a run: for frame 0, then from few to more. */
const FIRST_FEATURES = 2 * FRAMES_AFTER;
const STEP_MIN = 2;
const STEP_MAX = 8;
const KEPT_FRAMES = 400;
const KEPT_FEATURES = 2 * KEPT_FRAMES + 2 * WINDOW_FEATURES;
const VARIANCE_MIN = 1e-7;

export class HubertFeatures implements FeatureStream {
  readonly rightContextMs = FRAMES_AFTER * 40 + 5;
  readonly leftContextMs = FRAMES_BEFORE * 40;
  readonly valuesPerFrame = WINDOW_FEATURES * HUBERT_VALUES;
  readonly keptFrames = KEPT_FRAMES;
  /** Runs of the encoder so far. */
  encodes = 0;
  readonly #encoder: SequenceEncoder;
  /** By number % KEPT_FEATURES. */
  readonly #features = new Float32Array(KEPT_FEATURES * HUBERT_VALUES);
  /** Sound from feature `#heldFrom` on. */
  #held = new Float32Array(0);
  #heldFrom = 0;
  #clips = 0;
  #knownFeatures = 0;
  #wantedFeatures = FIRST_FEATURES;
  #step = STEP_MIN;
  #heardSamples = 0;
  #sum = 0;
  #squares = 0;
  #isOver = false;

  constructor(encoder: SequenceEncoder) {
    this.#encoder = encoder;
  }

  get knownFrames(): number {
    if (this.#isOver) return Math.ceil(this.#heardSamples * 25 / FEATURE_RATE_HZ);
    return Math.max(0, Math.floor(this.#knownFeatures / 2) - FRAMES_AFTER + 1);
  }

  start(): void {
    this.#held = new Float32Array(0);
    this.#heldFrom =
      this.#clips =
      this.#knownFeatures =
      this.#heardSamples =
        0;
    this.#wantedFeatures = FIRST_FEATURES;
    this.#step = STEP_MIN;
    this.#sum = this.#squares = 0;
    this.#isOver = false;
  }

  async push(pcm: Float32Array): Promise<void> {
    this.#hear(pcm);
    while (this.#heardSamples >= this.#clipEnd * HOP_SAMPLES + OVERLAP_SAMPLES) {
      const end = this.#clipEnd;
      const isWhole = this.#isWhole;
      await this.#encode(end);
      this.#clips++;
      this.#forgetBefore(isWhole ? end : end - CONTEXT_FEATURES);
    }
    const features = this.#heardFeatures;
    if (features - this.#knownFeatures < this.#wantedFeatures) return;
    await this.#encode(features);
    this.#wantedFeatures = this.#step;
    this.#step = Math.min(STEP_MAX, 2 * this.#step);
    this.#forgetBefore(features - CONTEXT_FEATURES);
  }

  async finish(): Promise<void> {
    if (this.#heardFeatures > this.#knownFeatures) await this.#encode(this.#heardFeatures);
    this.#isOver = true;
  }

  copyFrame(frame: number, into: Float32Array, at: number): void {
    const known = this.knownFrames;
    if (frame < 0 || frame >= known || frame < known - KEPT_FRAMES) {
      throw new RangeError(`frame ${frame}, wanted one of the newest ${KEPT_FRAMES} of ${known}`);
    }
    const features = this.#knownFeatures - this.#knownFeatures % 2;
    const first = 2 * (frame - FRAMES_BEFORE);
    for (let nth = 0; nth < WINDOW_FEATURES; nth++) {
      const place = at + nth * HUBERT_VALUES;
      const feature = first + nth;
      if (feature < 0 || feature >= features) {
        into.fill(0, place, place + HUBERT_VALUES);
        continue;
      }
      const from = feature % KEPT_FEATURES * HUBERT_VALUES;
      into.set(this.#features.subarray(from, from + HUBERT_VALUES), place);
    }
  }

  get #clipEnd(): number {
    return (this.#clips + 1) * CLIP_FEATURES;
  }

  /** Whether the sound from the clip's beginning on is held. */
  get #isWhole(): boolean {
    return this.#heldFrom === this.#clips * CLIP_FEATURES;
  }

  get #heardFeatures(): number {
    return Math.max(0, Math.floor((this.#heardSamples - OVERLAP_SAMPLES) / HOP_SAMPLES));
  }

  #hear(pcm: Float32Array): void {
    const held = new Float32Array(this.#held.length + pcm.length);
    held.set(this.#held);
    held.set(pcm, this.#held.length);
    this.#held = held;
    this.#heardSamples += pcm.length;
    for (let at = 0; at < pcm.length; at++) {
      this.#sum += pcm[at]!;
      this.#squares += pcm[at]! * pcm[at]!;
    }
  }

  #forgetBefore(feature: number): void {
    if (feature <= this.#heldFrom) return;
    this.#held = this.#held.slice((feature - this.#heldFrom) * HOP_SAMPLES);
    this.#heldFrom = feature;
  }

  /** Features up to `end`, of the sound held; those before that were heard with little after them come anew. */
  async #encode(end: number): Promise<void> {
    this.encodes++;
    const samples = Math.min(
      this.#held.length,
      (this.#clipEnd - this.#heldFrom) * HOP_SAMPLES + OVERLAP_SAMPLES,
    );
    const answer = await this.#encoder.encode(this.#normalised(samples));
    const first = this.#isWhole ? this.#heldFrom : this.#knownFeatures - WINDOW_FEATURES;
    const last = Math.min(end, this.#heldFrom + Math.floor(answer.length / HUBERT_VALUES));
    for (let feature = Math.max(first, last - KEPT_FEATURES); feature < last; feature++) {
      const from = (feature - this.#heldFrom) * HUBERT_VALUES;
      this.#features.set(
        answer.subarray(from, from + HUBERT_VALUES),
        feature % KEPT_FEATURES * HUBERT_VALUES,
      );
    }
    this.#knownFeatures = last;
  }

  #normalised(samples: number): Float32Array {
    const mean = this.#sum / this.#heardSamples;
    const variance = Math.max(0, this.#squares / this.#heardSamples - mean * mean);
    const scale = 1 / Math.sqrt(variance + VARIANCE_MIN);
    const values = new Float32Array(samples);
    for (let at = 0; at < samples; at++) values[at] = (this.#held[at]! - mean) * scale;
    return values;
  }

  [Symbol.dispose](): void {
    this.#encoder[Symbol.dispose]();
  }
}
