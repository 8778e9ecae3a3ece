/**
 * What Wav2Lip hears: for every video frame sixteen columns of its mel spectrum.
 *
 * In: 16 kHz speech as it comes. Out: 80 rows of 16 values a frame. Engine's process; each column is computed once, no
 * network. Frame i begins at column floor(i * 80 / 25); at the end of the utterance the last sixteen columns serve
 * (Rudrabha/Wav2Lip: inference.py). An utterance of less than that begins with silence.
 */
import { FEATURE_RATE_HZ } from "../time/mod.ts";
import type { FeatureStream } from "./feature_stream.ts";
import { MEL_COUNT } from "./mel_bank.ts";
import { WAV2LIP_HOP_SAMPLES, Wav2LipMel } from "./wav2lip_mel.ts";

export const WAV2LIP_COLUMNS = 16;
const COLUMNS_A_FRAME = FEATURE_RATE_HZ / WAV2LIP_HOP_SAMPLES / 25;
const KEPT_FRAMES = 400;
const KEPT_COLUMNS = Math.ceil(KEPT_FRAMES * COLUMNS_A_FRAME) + 2 * WAV2LIP_COLUMNS;
const SILENCE = -4;

export class Wav2LipFeatures implements FeatureStream {
  /** The last column's window ends 25 ms after its middle. */
  readonly rightContextMs = (WAV2LIP_COLUMNS - 1) * 12.5 + 25;
  readonly leftContextMs = 25;
  readonly valuesPerFrame = MEL_COUNT * WAV2LIP_COLUMNS;
  readonly keptFrames = KEPT_FRAMES;
  readonly #mel = new Wav2LipMel();
  /** By number % KEPT_COLUMNS. */
  readonly #kept = new Float32Array(KEPT_COLUMNS * MEL_COUNT);
  #columns = 0;
  #heardSamples = 0;
  #isOver = false;
  readonly #keep = (column: Float32Array) =>
    this.#kept.set(column, this.#columns++ % KEPT_COLUMNS * MEL_COUNT);

  get knownFrames(): number {
    if (this.#isOver) return Math.ceil(this.#heardSamples * 25 / FEATURE_RATE_HZ);
    if (this.#columns < WAV2LIP_COLUMNS) return 0;
    // The last frame whose sixteen columns are there; floor(3.2 i) <= columns - 16.
    let frames = Math.floor((this.#columns - WAV2LIP_COLUMNS) / COLUMNS_A_FRAME) + 1;
    if (firstColumn(frames) + WAV2LIP_COLUMNS <= this.#columns) frames++;
    return frames;
  }

  start(): void {
    this.#mel.reset();
    this.#columns = this.#heardSamples = 0;
    this.#isOver = false;
  }

  push(pcm: Float32Array): void {
    this.#heardSamples += pcm.length;
    this.#mel.push(pcm, this.#keep);
  }

  finish(): void {
    this.#mel.finish(this.#keep);
    this.#isOver = true;
  }

  copyFrame(frame: number, into: Float32Array, at: number): void {
    const known = this.knownFrames;
    if (frame < 0 || frame >= known || frame < known - KEPT_FRAMES) {
      throw new RangeError(`frame ${frame}, wanted one of the newest ${KEPT_FRAMES} of ${known}`);
    }
    const first = Math.min(firstColumn(frame), this.#columns - WAV2LIP_COLUMNS);
    for (let column = 0; column < WAV2LIP_COLUMNS; column++) {
      const from = (first + column) % KEPT_COLUMNS * MEL_COUNT;
      for (let mel = 0; mel < MEL_COUNT; mel++) {
        into[at + mel * WAV2LIP_COLUMNS + column] = first + column < 0 ? SILENCE : this.#kept[from + mel]!;
      }
    }
  }

  [Symbol.dispose](): void {
    // Typed arrays only.
  }
}

function firstColumn(frame: number): number {
  return Math.floor(frame * COLUMNS_A_FRAME + 1e-9);
}
