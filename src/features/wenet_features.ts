/**
 * What Ultralight hears through WeNet: answers of its chunk encoder, 20 a second, eight about every frame.
 *
 * In: 16 kHz speech as it comes. Out: 8 * 16 * 512 values a frame, which the network takes as [128, 16, 32]. Engine's
 * process; one run of the encoder for every 50 ms of speech, each over 67 columns of the filter bank, so the work is
 * bounded. The sound has 0.32 s of silence before it, so a chunk is centred on its time, and 0.35 s after it; answer j
 * reads columns 5 j to 5 j + 66, the last one filled up with 0, and frames read answers j - 4 to j + 3, zeros beyond the
 * ends (anliyuan/Ultralight-Digital-Human: data_utils/wenet_infer.py, face_utils.py). A frame of 25 a second takes the
 * answer nearest in time.
 */
import { FEATURE_RATE_HZ } from "../time/mod.ts";
import type { FeatureStream } from "./feature_stream.ts";
import type { SequenceEncoder } from "./hubert_features.ts";
import { FBANK_BINS, KaldiFbank } from "./kaldi_fbank.ts";

export const WENET_COLUMNS = 67;
const ANSWER_VALUES = 16 * 512;
const COLUMNS_AN_ANSWER = 5;
const ANSWERS_BEFORE = 4;
const ANSWERS_AFTER = 4;
const LEAD_SAMPLES = 32 * 160;
const TAIL_SAMPLES = 35 * 160;
const RATE_HZ = 20;
const KEPT_FRAMES = 400;
const KEPT_ANSWERS = KEPT_FRAMES * RATE_HZ / 25 + ANSWERS_BEFORE + ANSWERS_AFTER;
const KEPT_COLUMNS = 2048;

export class WenetFeatures implements FeatureStream {
  /** A frame's middle is up to 50 ms into its answer; the last answer's columns end 365 ms after its beginning. */
  readonly rightContextMs = (ANSWERS_AFTER - 1) * 50 + 365 + 20;
  readonly leftContextMs = ANSWERS_BEFORE * 50 + 320 + 20;
  readonly valuesPerFrame = (ANSWERS_BEFORE + ANSWERS_AFTER) * ANSWER_VALUES;
  readonly keptFrames = KEPT_FRAMES;
  readonly #encoder: SequenceEncoder;
  readonly #fbank = new KaldiFbank();
  /** By number % KEPT_COLUMNS. */
  readonly #columns = new Float32Array(KEPT_COLUMNS * FBANK_BINS);
  readonly #chunk = new Float32Array(WENET_COLUMNS * FBANK_BINS);
  readonly #answers = new Float32Array(KEPT_ANSWERS * ANSWER_VALUES);
  #columnCount = 0;
  #answerCount = 0;
  #heardSamples = 0;
  #isOver = false;
  readonly #keep = (column: Float32Array) =>
    this.#columns.set(column, this.#columnCount++ % KEPT_COLUMNS * FBANK_BINS);

  constructor(encoder: SequenceEncoder) {
    this.#encoder = encoder;
  }

  get knownFrames(): number {
    if (this.#isOver) return Math.ceil(this.#heardSamples * 25 / FEATURE_RATE_HZ);
    let frames = Math.max(0, Math.floor((this.#answerCount - ANSWERS_AFTER) * 25 / RATE_HZ) - 1);
    while (answerOf(frames) + ANSWERS_AFTER <= this.#answerCount) frames++;
    return frames;
  }

  start(): void {
    this.#fbank.reset();
    this.#columnCount = this.#answerCount = this.#heardSamples = 0;
    this.#isOver = false;
  }

  async push(pcm: Float32Array): Promise<void> {
    if (this.#heardSamples === 0 && pcm.length > 0) await this.#hear(new Float32Array(LEAD_SAMPLES));
    this.#heardSamples += pcm.length;
    await this.#hear(pcm);
  }

  async finish(): Promise<void> {
    await this.#hear(new Float32Array(TAIL_SAMPLES));
    if (this.#answerCount * COLUMNS_AN_ANSWER + WENET_COLUMNS - COLUMNS_AN_ANSWER < this.#columnCount) {
      await this.#answer();
    }
    this.#isOver = true;
  }

  copyFrame(frame: number, into: Float32Array, at: number): void {
    const known = this.knownFrames;
    if (frame < 0 || frame >= known || frame < known - KEPT_FRAMES) {
      throw new RangeError(`frame ${frame}, wanted one of the newest ${KEPT_FRAMES} of ${known}`);
    }
    const first = answerOf(frame) - ANSWERS_BEFORE;
    for (let nth = 0; nth < ANSWERS_BEFORE + ANSWERS_AFTER; nth++) {
      const place = at + nth * ANSWER_VALUES;
      const answer = first + nth;
      if (answer < 0 || answer >= this.#answerCount) {
        into.fill(0, place, place + ANSWER_VALUES);
        continue;
      }
      const from = answer % KEPT_ANSWERS * ANSWER_VALUES;
      into.set(this.#answers.subarray(from, from + ANSWER_VALUES), place);
    }
  }

  /** A second at a time, so that the columns kept suffice. */
  async #hear(pcm: Float32Array): Promise<void> {
    for (let at = 0; at < pcm.length; at += FEATURE_RATE_HZ) {
      this.#fbank.push(pcm.subarray(at, at + FEATURE_RATE_HZ), this.#keep);
      while (this.#answerCount * COLUMNS_AN_ANSWER + WENET_COLUMNS <= this.#columnCount) await this.#answer();
    }
  }

  async #answer(): Promise<void> {
    for (let nth = 0; nth < WENET_COLUMNS; nth++) {
      const column = this.#answerCount * COLUMNS_AN_ANSWER + nth;
      const place = nth * FBANK_BINS;
      if (column >= this.#columnCount) {
        this.#chunk.fill(0, place);
        break;
      }
      const from = column % KEPT_COLUMNS * FBANK_BINS;
      this.#chunk.set(this.#columns.subarray(from, from + FBANK_BINS), place);
    }
    const answer = await this.#encoder.encode(this.#chunk);
    this.#answers.set(
      answer.subarray(0, ANSWER_VALUES),
      this.#answerCount % KEPT_ANSWERS * ANSWER_VALUES,
    );
    this.#answerCount++;
  }

  [Symbol.dispose](): void {
    this.#encoder[Symbol.dispose]();
  }
}

/** The answer at the middle of a frame of 25 a second. */
function answerOf(frame: number): number {
  return Math.floor((frame + 0.5) * RATE_HZ / 25);
}
