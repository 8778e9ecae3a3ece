/**
 * What a simple mouth needs to know about speech, every 10 ms: loudness of a few bands in dB and two measures of
 * where the energy lies.
 *
 * In: 16 kHz mono, -1..1, in pieces of any length. Out: one call of `onHop` for every 160 samples, with the
 * features of the 32 ms that end there. Any thread; allocates nothing after construction.
 */
import { FEATURE_RATE_HZ } from "../time/mod.ts";
import { RealFft } from "./fft.ts";

/** Samples between two feature vectors: 10 ms. */
export const HOP_SAMPLES = 160;
const WINDOW_SAMPLES = 512;
const FLOOR_DB = -100;

/** Reused between calls; all loudness in dB of full scale, at least -100. */
export interface SpeechBandFeatures {
  /** 80..7 800 Hz. */
  totalDb: number;
  /** 80..400 Hz: the voice itself; a hum behind closed lips has only this. */
  voiceDb: number;
  /** 400..1 000 Hz: open and rounded vowels. */
  lowDb: number;
  /** 1 000..1 700 Hz. */
  midDb: number;
  /** 1 700..3 200 Hz: second formant of front vowels. */
  frontDb: number;
  /** 3 500..7 800 Hz: fricatives. */
  noiseDb: number;
  /** Centre of the energy between 250 and 3 500 Hz. */
  centroidHz: number;
  /** Sign changes over samples, 0..1. */
  zeroCrossings: number;
}

const BANDS = [[80, 7800], [80, 400], [400, 1000], [1000, 1700], [1700, 3200], [3500, 7800]] as const;

export class SpeechBands {
  readonly #fft = new RealFft(WINDOW_SAMPLES);
  readonly #window: Float32Array;
  readonly #heard = new Float32Array(WINDOW_SAMPLES);
  readonly #windowed = new Float32Array(WINDOW_SAMPLES);
  readonly #power = new Float32Array(WINDOW_SAMPLES / 2 + 1);
  readonly #scale: number;
  readonly #features: SpeechBandFeatures = {
    totalDb: FLOOR_DB,
    voiceDb: FLOOR_DB,
    lowDb: FLOOR_DB,
    midDb: FLOOR_DB,
    frontDb: FLOOR_DB,
    noiseDb: FLOOR_DB,
    centroidHz: 0,
    zeroCrossings: 0,
  };
  #sinceHop = 0;

  constructor() {
    this.#window = Float32Array.from(
      { length: WINDOW_SAMPLES },
      (_, index) => 0.5 - 0.5 * Math.cos(2 * Math.PI * index / WINDOW_SAMPLES),
    );
    let energy = 0;
    for (const weight of this.#window) energy += weight * weight;
    this.#scale = 2 / (energy * WINDOW_SAMPLES); // the one-sided spectrum sums up to the mean square
  }

  reset(): void {
    this.#heard.fill(0);
    this.#sinceHop = 0;
  }

  /** Hears `pcm`; calls `onHop` whenever 10 ms are full. */
  push(pcm: Float32Array, onHop: (features: Readonly<SpeechBandFeatures>) => void): void {
    const heard = this.#heard;
    for (let index = 0; index < pcm.length; index++) {
      heard[WINDOW_SAMPLES - HOP_SAMPLES + this.#sinceHop++] = pcm[index]!;
      if (this.#sinceHop < HOP_SAMPLES) continue;
      this.#sinceHop = 0;
      this.#measure();
      onHop(this.#features);
      heard.copyWithin(0, HOP_SAMPLES);
    }
  }

  #measure(): void {
    const heard = this.#heard;
    let crossings = 0;
    for (let index = 0; index < WINDOW_SAMPLES; index++) {
      this.#windowed[index] = heard[index]! * this.#window[index]!;
      if (index > 0 && heard[index]! < 0 !== heard[index - 1]! < 0) crossings++;
    }
    this.#fft.power(this.#windowed, this.#power);
    const features = this.#features;
    features.totalDb = this.#bandDb(0);
    features.voiceDb = this.#bandDb(1);
    features.lowDb = this.#bandDb(2);
    features.midDb = this.#bandDb(3);
    features.frontDb = this.#bandDb(4);
    features.noiseDb = this.#bandDb(5);
    features.centroidHz = this.#centroidHz(250, 3500);
    features.zeroCrossings = crossings / WINDOW_SAMPLES;
  }

  #bandDb(band: number): number {
    const [fromHz, toHz] = BANDS[band]!;
    const last = binOf(toHz);
    let sum = 0;
    for (let bin = binOf(fromHz); bin < last; bin++) sum += this.#power[bin]!;
    return Math.max(FLOOR_DB, 10 * Math.log10(sum * this.#scale + 1e-12));
  }

  #centroidHz(fromHz: number, toHz: number): number {
    const last = binOf(toHz);
    let sum = 1e-12;
    let weighted = 0;
    for (let bin = binOf(fromHz); bin < last; bin++) {
      sum += this.#power[bin]!;
      weighted += this.#power[bin]! * bin;
    }
    return weighted / sum * FEATURE_RATE_HZ / WINDOW_SAMPLES;
  }
}

function binOf(hz: number): number {
  return Math.round(hz * WINDOW_SAMPLES / FEATURE_RATE_HZ);
}
