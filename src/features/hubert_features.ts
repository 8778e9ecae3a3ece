/**
 * What Ultralight hears through HuBERT: for every video frame the features of eight frames about it.
 *
 * In: 16 kHz speech as it comes. Out: 8 * 2 * 1024 values a frame, which its network takes as [16, 32, 32]. Engine's
 * process, which a push blocks for one run of the encoder: over what is new and a second before it, so the work for a
 * second of speech is bounded by how little is pushed at once. HuBERT answers 50 features a second; two make a frame, and
 * frame i reads frames i - 4 to i + 3, zeros beyond the ends (anliyuan/Ultralight-Digital-Human: data_utils/hubert.py,
 * inference.py). The sound is brought to mean 0 and variance 1 over what is encoded at once, where the reference does so
 * over the whole file.
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
const FRAMES_BEFORE = 4;
const FRAMES_AFTER = 4;
const FRAME_VALUES = 2 * HUBERT_VALUES;
const CONTEXT_FEATURES = 50;
const KEPT_FRAMES = 400;
const KEPT_FEATURES = 2 * (KEPT_FRAMES + FRAMES_BEFORE + FRAMES_AFTER);
const VARIANCE_MIN = 1e-7;

export class HubertFeatures implements FeatureStream {
  readonly rightContextMs = FRAMES_AFTER * 40 + 5;
  readonly leftContextMs = FRAMES_BEFORE * 40;
  readonly valuesPerFrame = (FRAMES_BEFORE + FRAMES_AFTER) * FRAME_VALUES;
  readonly keptFrames = KEPT_FRAMES;
  readonly #encoder: SequenceEncoder;
  readonly #features = new Float32Array(KEPT_FEATURES * HUBERT_VALUES);
  /** Sound from the first feature of the context on. */
  #held = new Float32Array(0);
  #heldFrom = 0;
  #knownFeatures = 0;
  #heardSamples = 0;
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
    this.#heldFrom = this.#knownFeatures = this.#heardSamples = 0;
    this.#isOver = false;
  }

  async push(pcm: Float32Array): Promise<void> {
    this.#heardSamples += pcm.length;
    const held = new Float32Array(this.#held.length + pcm.length);
    held.set(this.#held);
    held.set(pcm, this.#held.length);
    this.#held = held;
    await this.#encode();
  }

  finish(): void {
    this.#isOver = true;
  }

  copyFrame(frame: number, into: Float32Array, at: number): void {
    const known = this.knownFrames;
    if (frame < 0 || frame >= known || frame < known - KEPT_FRAMES) {
      throw new RangeError(`frame ${frame}, wanted one of the newest ${KEPT_FRAMES} of ${known}`);
    }
    // A last feature without a second one is left out, as in the reference.
    const features = this.#knownFeatures - this.#knownFeatures % 2;
    const first = 2 * (frame - FRAMES_BEFORE);
    for (let nth = 0; nth < 2 * (FRAMES_BEFORE + FRAMES_AFTER); nth++) {
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

  async #encode(): Promise<void> {
    const features = Math.floor((this.#heardSamples - (WINDOW_SAMPLES - HOP_SAMPLES)) / HOP_SAMPLES);
    if (features <= this.#knownFeatures || this.#held.length < WINDOW_SAMPLES) return;
    const answer = await this.#encoder.encode(normalised(this.#held));
    const before = this.#heldFrom / HOP_SAMPLES;
    for (let feature = this.#knownFeatures; feature < features; feature++) {
      const from = (feature - before) * HUBERT_VALUES;
      if (from + HUBERT_VALUES > answer.length) break;
      this.#features.set(
        answer.subarray(from, from + HUBERT_VALUES),
        feature % KEPT_FEATURES * HUBERT_VALUES,
      );
      this.#knownFeatures = feature + 1;
    }
    const keepFrom = Math.max(0, this.#knownFeatures - CONTEXT_FEATURES) * HOP_SAMPLES;
    this.#held = this.#held.slice(keepFrom - this.#heldFrom);
    this.#heldFrom = keepFrom;
  }

  [Symbol.dispose](): void {
    this.#encoder[Symbol.dispose]();
  }
}

function normalised(pcm: Float32Array): Float32Array {
  let sum = 0;
  let squares = 0;
  for (const value of pcm) {
    sum += value;
    squares += value * value;
  }
  const mean = sum / pcm.length;
  const scale = 1 / Math.sqrt(Math.max(0, squares / pcm.length - mean * mean) + VARIANCE_MIN);
  return pcm.map((value) => (value - mean) * scale);
}
