/**
 * The mel filter banks of Whisper and Wav2Lip: 80 triangles on Slaney's mel scale, each of unit area (Slaney's norm).
 *
 * In: a spectrum of 16 kHz sound (Whisper: power, 201 bins 40 Hz apart). Out: 80 energies. Any thread; computed once by the
 * constructor in double precision, kept as 32-bit weights as the reference does. Source of the scale: Slaney,
 * Auditory Toolbox, 1998: linear to 1 000 Hz (200 / 3 Hz a mel), then logarithmic (27 steps for a factor of 6.4).
 */
import { FEATURE_RATE_HZ } from "../time/mod.ts";

export const MEL_COUNT = 80;

const LINEAR_HZ = 1000;
const HZ_A_MEL = 200 / 3;
const LOG_STEP = Math.log(6.4) / 27;
const LINEAR_MEL = LINEAR_HZ / HZ_A_MEL;

function melToHz(mel: number): number {
  return mel < LINEAR_MEL ? mel * HZ_A_MEL : LINEAR_HZ * Math.exp(LOG_STEP * (mel - LINEAR_MEL));
}

function hzToMel(hz: number): number {
  return hz < LINEAR_HZ ? hz / HZ_A_MEL : LINEAR_MEL + Math.log(hz / LINEAR_HZ) / LOG_STEP;
}

export class MelBank {
  /** First bin of each filter that weighs something, and where its weights begin; one more at the end. */
  readonly #firstBins = new Int32Array(MEL_COUNT);
  readonly #starts = new Int32Array(MEL_COUNT + 1);
  readonly #weights: Float32Array;

  /** `bins` from 0 Hz to half the rate, both included; the filters lie between `lowHz` and `highHz`. */
  constructor(readonly bins: number, lowHz = 0, highHz = FEATURE_RATE_HZ / 2) {
    const lowMel = hzToMel(lowHz);
    const stepMel = (hzToMel(highHz) - lowMel) / (MEL_COUNT + 1);
    const edges = Array.from({ length: MEL_COUNT + 2 }, (_, k) => melToHz(lowMel + stepMel * k));
    const weights: number[] = [];
    for (let mel = 0; mel < MEL_COUNT; mel++) {
      const [low, middle, high] = [edges[mel]!, edges[mel + 1]!, edges[mel + 2]!];
      this.#starts[mel] = weights.length;
      for (let bin = 0; bin < bins; bin++) {
        const hz = bin * FEATURE_RATE_HZ / 2 / (bins - 1);
        const height = Math.min((hz - low) / (middle - low), (high - hz) / (high - middle));
        if (height <= 0) continue;
        if (weights.length === this.#starts[mel]) this.#firstBins[mel] = bin;
        weights.push(height * 2 / (high - low));
      }
    }
    this.#starts[MEL_COUNT] = weights.length;
    this.#weights = Float32Array.from(weights);
  }

  /** Weight of a bin in a filter. */
  weight(mel: number, bin: number): number {
    const at = this.#starts[mel]! + bin - this.#firstBins[mel]!;
    return at >= this.#starts[mel]! && at < this.#starts[mel + 1]! ? this.#weights[at]! : 0;
  }

  /** Writes the energies of `power` to the first MEL_COUNT places of `into`. */
  apply(power: Float32Array | Float64Array, into: Float32Array | Float64Array): void {
    for (let mel = 0; mel < MEL_COUNT; mel++) {
      const last = this.#starts[mel + 1]!;
      let bin = this.#firstBins[mel]!;
      let sum = 0;
      for (let at = this.#starts[mel]!; at < last; at++) sum += this.#weights[at]! * power[bin++]!;
      into[mel] = sum;
    }
  }
}
