/**
 * Kaldi's log filter bank energies, which WeNet hears, column by column.
 *
 * In: 16 kHz mono, -1..1. Out: one call of `onColumn` for every 160 samples: 80 natural logarithms of mel energies of 400
 * samples. Any thread; allocates nothing after construction. Kaldi's defaults (feat/feature-window.cc, mel-computations.cc):
 * samples in 16-bit units, mean taken out, pre-emphasis 0.97, Povey's window (Hann to the power of 0.85), 512-point
 * transform, power, 80 triangles between 20 and 8000 Hz that are straight on the mel scale 1127 ln(1 + f / 700); no dither.
 */
import { RealFft } from "./fft.ts";
import type { OnColumn } from "./log_mel.ts";

export const FBANK_BINS = 80;
export const FBANK_HOP_SAMPLES = 160;
const WINDOW_SAMPLES = 400;
const TRANSFORM = 512;
const RATE_HZ = 16_000;
const LOW_HZ = 20;
const HIGH_HZ = 8000;
const EMPHASIS = 0.97;
const UNIT = 32_767;
/** Of 32-bit numbers: the least energy. */
const EPSILON = 1.1920928955078125e-7;

const mel = (hz: number) => 1127 * Math.log(1 + hz / 700);

export class KaldiFbank {
  readonly #fft = new RealFft(TRANSFORM);
  readonly #window = Float64Array.from(
    { length: WINDOW_SAMPLES },
    (_, at) => (0.5 - 0.5 * Math.cos(2 * Math.PI * at / (WINDOW_SAMPLES - 1))) ** 0.85,
  );
  readonly #filters = filters();
  readonly #held = new Float64Array(WINDOW_SAMPLES);
  readonly #weighted = new Float64Array(TRANSFORM);
  readonly #power = new Float64Array(TRANSFORM / 2 + 1);
  readonly #column = new Float32Array(FBANK_BINS);
  #count = 0;

  reset(): void {
    this.#count = 0;
  }

  push(pcm: Float32Array, onColumn: OnColumn): void {
    for (let at = 0; at < pcm.length; at++) {
      // In 32 bits, as the reference multiplies: what rounds up to a whole number is not cut down from it.
      this.#held[this.#count++] = Math.trunc(Math.fround(pcm[at]! * UNIT));
      if (this.#count < WINDOW_SAMPLES) continue;
      this.#give(onColumn);
      this.#held.copyWithin(0, FBANK_HOP_SAMPLES);
      this.#count -= FBANK_HOP_SAMPLES;
    }
  }

  #give(onColumn: OnColumn): void {
    const mean = this.#held.reduce((sum, value) => sum + value, 0) / WINDOW_SAMPLES;
    let before = this.#held[0]! - mean;
    for (let at = 0; at < WINDOW_SAMPLES; at++) {
      const value = this.#held[at]! - mean;
      this.#weighted[at] = (value - EMPHASIS * before) * this.#window[at]!;
      before = value;
    }
    this.#fft.power(this.#weighted, this.#power);
    for (let bin = 0; bin < FBANK_BINS; bin++) {
      const { first, weights } = this.#filters[bin]!;
      let energy = 0;
      for (let at = 0; at < weights.length; at++) energy += weights[at]! * this.#power[first + at]!;
      this.#column[bin] = Math.log(Math.max(energy, EPSILON));
    }
    onColumn(this.#column);
  }
}

function filters(): { first: number; weights: Float64Array }[] {
  const low = mel(LOW_HZ);
  const step = (mel(HIGH_HZ) - low) / (FBANK_BINS + 1);
  return Array.from({ length: FBANK_BINS }, (_, bin) => {
    const left = low + bin * step;
    const weights: number[] = [];
    let first = 0;
    for (let at = 0; at < TRANSFORM / 2; at++) {
      const place = (mel(at * RATE_HZ / TRANSFORM) - left) / step;
      const weight = Math.min(place, 2 - place);
      if (weight <= 0) continue;
      if (weights.length === 0) first = at;
      weights.push(weight);
    }
    return { first, weights: Float64Array.from(weights) };
  });
}
