/**
 * Whisper's log-mel spectrum up to log10(max(x, 1e-10)), column by column as sound comes in.
 *
 * In: 16 kHz mono, -1..1, in pieces of any length. Out: one call of `onColumn` for every 160 samples; column k is of
 * the 400 samples around sample 160 k and comes once 160 k + 200 samples are heard, or at the end. The sound is
 * mirrored at both its ends and the last column dropped, as the reference does (HF WhisperFeatureExtractor), so n
 * samples have floor(n / 160) columns. The values are those of PyTorch to the last bit or two. Any thread; computes
 * nothing twice, allocates nothing after construction.
 */
import { HOP_SAMPLES } from "./bands.ts";
import { RealFft32 } from "./fft32.ts";
import { MEL_COUNT, MelBank } from "./mel_bank.ts";
import { whisperHann } from "./whisper_hann.ts";

const WINDOW_SAMPLES = 400;
const HALF_SAMPLES = WINDOW_SAMPLES / 2;
const POWER_MIN = 1e-10;

/** Takes the MEL_COUNT values of a column; the array is reused after the call. */
export type OnColumn = (column: Float32Array) => void;

export class LogMel {
  /** Samples after a column's middle that must be heard before it comes. */
  static readonly lookAheadSamples = HALF_SAMPLES;
  readonly #fft = new RealFft32(WINDOW_SAMPLES);
  readonly #bank = new MelBank(HALF_SAMPLES + 1);
  readonly #weights = whisperHann();
  /** The samples around the next column's middle; `#held` of them are there. */
  readonly #window = new Float32Array(WINDOW_SAMPLES);
  readonly #weighted = new Float32Array(WINDOW_SAMPLES);
  readonly #power = new Float64Array(HALF_SAMPLES + 1);
  readonly #energies = new Float64Array(MEL_COUNT);
  readonly #column = new Float32Array(MEL_COUNT);
  #held = HALF_SAMPLES;
  #columns = 0;
  #heardSamples = 0;

  /** A new sound begins. */
  reset(): void {
    this.#window.fill(0);
    this.#held = HALF_SAMPLES;
    this.#columns = this.#heardSamples = 0;
  }

  /** Hears `pcm`; calls `onColumn` for each column that is known by now. */
  push(pcm: Float32Array, onColumn: OnColumn): void {
    this.#heardSamples += pcm.length;
    for (let index = 0; index < pcm.length; index++) {
      this.#window[this.#held++] = pcm[index]!;
      if (this.#held === WINDOW_SAMPLES) this.#give(onColumn);
    }
  }

  /** The sound is over: calls `onColumn` for the columns that were waiting for more. Then only reset(). */
  finish(onColumn: OnColumn): void {
    const window = this.#window;
    const last = this.#heardSamples - 1;
    while (this.#columns < Math.floor(this.#heardSamples / HOP_SAMPLES)) {
      const mirror = 2 * (last - this.#columns * HOP_SAMPLES + HALF_SAMPLES);
      for (let at = this.#held; at < WINDOW_SAMPLES; at++) window[at] = window[mirror - at]!;
      this.#give(onColumn);
    }
  }

  #give(onColumn: OnColumn): void {
    const window = this.#window;
    if (this.#columns === 0) {
      // The first place stays empty: its weight is zero.
      for (let at = 1; at < HALF_SAMPLES; at++) window[at] = window[WINDOW_SAMPLES - at]!;
    }
    for (let at = 0; at < WINDOW_SAMPLES; at++) this.#weighted[at] = window[at]! * this.#weights[at]!;
    this.#fft.power(this.#weighted, this.#power);
    this.#bank.apply(this.#power, this.#energies);
    for (let mel = 0; mel < MEL_COUNT; mel++) {
      this.#column[mel] = Math.log10(Math.max(this.#energies[mel]!, POWER_MIN));
    }
    window.copyWithin(0, HOP_SAMPLES);
    this.#held = WINDOW_SAMPLES - HOP_SAMPLES;
    this.#columns++;
    onColumn(this.#column);
  }
}
