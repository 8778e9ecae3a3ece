/**
 * Cuts one utterance's speech into what an engine wants: the 16 kHz samples under each video frame.
 *
 * In: 48 kHz frames. Out: 16 kHz frames of `samplesPerFrame` / 3 samples; where that is no whole number, lengths
 * vary by one (533, 533, 534). The resampler looks 2 ms ahead, so a frame is cut when the next one has come.
 * Allocates nothing after construction.
 */
import { Resampler } from "../speech/mod.ts";
import { FEATURE_RATE_HZ, SAMPLE_RATE_HZ } from "../time/mod.ts";

export class FrameCutter {
  readonly #resampler = new Resampler(SAMPLE_RATE_HZ, FEATURE_RATE_HZ);
  readonly #held: Float32Array;
  /** What the resampler gave last. */
  readonly #given: Float32Array;
  readonly #cut: Float32Array;
  /** By length: cut frames have one of two lengths, so the views are made once. */
  readonly #views: readonly Float32Array[];
  readonly #shortest: number;
  #heldSamples = 0;
  #cutFrames = 0;

  constructor(readonly samplesPerFrame: number) {
    this.#shortest = Math.floor(samplesPerFrame * FEATURE_RATE_HZ / SAMPLE_RATE_HZ);
    this.#given = new Float32Array(this.#resampler.outputLengthMax(samplesPerFrame));
    this.#held = new Float32Array(4 * (this.#shortest + 1) + this.#given.length);
    this.#cut = new Float32Array(this.#shortest + 1);
    this.#views = [this.#cut.subarray(0, this.#shortest), this.#cut];
  }

  reset(): void {
    this.#resampler.reset();
    this.#heldSamples = this.#cutFrames = 0;
  }

  /** Hears the next 48 kHz frame. Take what is ready before the next call. */
  hear(samples: Float32Array): void {
    this.#hold(this.#resampler.process(samples, this.#given));
  }

  /** The utterance is over: what the resampler still holds becomes ready. */
  end(): void {
    this.#hold(this.#resampler.flush(this.#given));
  }

  /** The next whole frame, or undefined when it is not there yet. Valid until the next call. */
  take(): Float32Array | undefined {
    return this.#heldSamples >= this.#nextLength() ? this.#takeFrame() : undefined;
  }

  /** After end(): the next frame, whole or filled up with silence. */
  takeLast(): Float32Array {
    return this.#takeFrame();
  }

  #hold(count: number): void {
    for (let index = 0; index < count; index++) this.#held[this.#heldSamples++] = this.#given[index]!;
  }

  #nextLength(): number {
    const start = Math.floor(this.#cutFrames * this.samplesPerFrame * FEATURE_RATE_HZ / SAMPLE_RATE_HZ);
    const end = Math.floor((this.#cutFrames + 1) * this.samplesPerFrame * FEATURE_RATE_HZ / SAMPLE_RATE_HZ);
    return end - start;
  }

  #takeFrame(): Float32Array {
    const length = this.#nextLength();
    const view = this.#views[length - this.#shortest]!;
    const there = Math.min(length, this.#heldSamples);
    for (let index = 0; index < there; index++) view[index] = this.#held[index]!;
    view.fill(0, there);
    this.#held.copyWithin(0, there, this.#heldSamples);
    this.#heldSamples -= there;
    this.#cutFrames++;
    return view;
  }
}
