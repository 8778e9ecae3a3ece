/**
 * Wav2Lip's mel spectrum, column by column as sound comes in: 80 columns a second, -4..4.
 *
 * In: 16 kHz mono, -1..1, in pieces of any length. Out: one call of `onColumn` for every 200 samples; column k is of the
 * 800 samples around sample 200 k and comes once 200 k + 400 samples are heard, or at the end; n samples have
 * 1 + floor(n / 200). Any thread; computes nothing twice, allocates nothing after construction.
 *
 * Pre-emphasis 0.97, periodic Hann window of 800, magnitudes, 80 Slaney mels of 55..7600 Hz,
 * 20 log10(max(1e-5, m)) - 20 dB, then 8 (dB + 100) / 100 - 4 cut to -4..4 (Rudrabha/Wav2Lip: audio.py, hparams.py). The
 * sound is mirrored at both ends, as librosa 0.7.0 does, which that project pins; librosa from 0.10 on pads with zeros,
 * which shows in the first two columns and the last ones.
 */
import { RealFft } from "./fft.ts";
import type { OnColumn } from "./log_mel.ts";
import { MEL_COUNT, MelBank } from "./mel_bank.ts";

export const WAV2LIP_HOP_SAMPLES = 200;
const WINDOW_SAMPLES = 800;
const HALF_SAMPLES = WINDOW_SAMPLES / 2;
const EMPHASIS = 0.97;
const LOW_HZ = 55;
const HIGH_HZ = 7600;
const MAGNITUDE_MIN = 1e-5;

export class Wav2LipMel {
  readonly #fft = new RealFft(WINDOW_SAMPLES);
  readonly #bank = new MelBank(HALF_SAMPLES + 1, LOW_HZ, HIGH_HZ);
  readonly #weights = Float64Array.from(
    { length: WINDOW_SAMPLES },
    (_, index) => 0.5 - 0.5 * Math.cos(2 * Math.PI * index / WINDOW_SAMPLES),
  );
  /** The emphasised samples around the next column's middle; `#held` of them are there. */
  readonly #window = new Float64Array(WINDOW_SAMPLES + 1);
  readonly #weighted = new Float64Array(WINDOW_SAMPLES);
  readonly #spectrum = new Float64Array(HALF_SAMPLES + 1);
  readonly #column = new Float32Array(MEL_COUNT);
  #held = HALF_SAMPLES;
  #columns = 0;
  #heardSamples = 0;
  #before = 0;

  reset(): void {
    this.#window.fill(0);
    this.#held = HALF_SAMPLES;
    this.#columns = this.#heardSamples = this.#before = 0;
  }

  push(pcm: Float32Array, onColumn: OnColumn): void {
    this.#heardSamples += pcm.length;
    for (let index = 0; index < pcm.length; index++) {
      this.#window[this.#held++] = pcm[index]! - EMPHASIS * this.#before;
      this.#before = pcm[index]!;
      // One sample more than the first column shows, for its mirror image.
      if (this.#held === WINDOW_SAMPLES + 1) this.#give(onColumn);
    }
  }

  /** The sound is over: calls `onColumn` for the columns that were waiting for more. Then only reset(). */
  finish(onColumn: OnColumn): void {
    const window = this.#window;
    const last = this.#heardSamples - 1;
    while (this.#heardSamples > 0 && this.#columns <= Math.floor(this.#heardSamples / WAV2LIP_HOP_SAMPLES)) {
      const mirror = 2 * (last - this.#columns * WAV2LIP_HOP_SAMPLES + HALF_SAMPLES);
      for (let at = this.#held; at < WINDOW_SAMPLES + 1; at++) {
        const from = mirror - at;
        window[at] = from >= 0 && from < this.#held ? window[from]! : 0;
      }
      this.#give(onColumn);
    }
  }

  #give(onColumn: OnColumn): void {
    const window = this.#window;
    if (this.#columns === 0) {
      for (let at = 0; at < HALF_SAMPLES; at++) window[at] = window[WINDOW_SAMPLES - at]!;
    }
    for (let at = 0; at < WINDOW_SAMPLES; at++) this.#weighted[at] = window[at]! * this.#weights[at]!;
    this.#fft.power(this.#weighted, this.#spectrum);
    for (let bin = 0; bin <= HALF_SAMPLES; bin++) this.#spectrum[bin] = Math.sqrt(this.#spectrum[bin]!);
    this.#bank.apply(this.#spectrum, this.#column);
    for (let mel = 0; mel < MEL_COUNT; mel++) {
      const decibels = 20 * Math.log10(Math.max(MAGNITUDE_MIN, this.#column[mel]!)) - 20;
      this.#column[mel] = Math.max(-4, Math.min(4, 8 * (decibels + 100) / 100 - 4));
    }
    window.copyWithin(0, WAV2LIP_HOP_SAMPLES);
    this.#held = WINDOW_SAMPLES + 1 - WAV2LIP_HOP_SAMPLES;
    this.#columns++;
    onColumn(this.#column);
  }
}
