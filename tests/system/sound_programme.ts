/** A programme for the sound tests: one unit every 40 ms into a playback buffer, a sine while `isSpeaking`. */
import { type Clock, delay, Epoch } from "../../src/time/mod.ts";
import { UNIT_FLAG } from "../../src/unit/mod.ts";
import { openSoundGauges, PlaybackBuffer, type SoundOptions } from "../../src/sound/mod.ts";

const SAMPLES_PER_FRAME = 1920;
export const SINE_HZ = 441;

export class SineProgramme implements AsyncDisposable {
  readonly epoch = new Epoch();
  readonly gauges = openSoundGauges();
  // A wide margin: this feeder shares its isolate with the test.
  readonly buffer = new PlaybackBuffer(
    { samplesPerFrame: SAMPLES_PER_FRAME, lowWaterMs: 150, highWaterMs: 200 },
    this.epoch,
    this.gauges,
  );
  isSpeaking = false;
  /** Media sample of the first unit of the sine, -1 before. */
  firstSpeech = -1;
  #isStopped = false;
  readonly #done: Promise<void>;

  constructor(readonly clock: Clock) {
    this.#done = this.#run();
  }

  get soundOptions(): Pick<SoundOptions, "shape" | "buffer" | "epoch" | "gauges"> {
    const { shape, buffer } = this.buffer;
    return { shape, buffer, epoch: this.epoch.buffer, gauges: this.gauges.buffer };
  }

  async #run(): Promise<void> {
    const startMs = this.clock.nowMs();
    const samples = new Float32Array(SAMPLES_PER_FRAME);
    for (let unit = 0; !this.#isStopped; unit++) {
      const waitMs = startMs + unit * 40 - this.clock.nowMs();
      if (waitMs > 0) await delay(waitMs);
      const mediaSample = unit * SAMPLES_PER_FRAME;
      for (let index = 0; index < SAMPLES_PER_FRAME; index++) {
        const phase = 2 * Math.PI * SINE_HZ * (mediaSample + index) / 48_000;
        samples[index] = this.isSpeaking ? 0.5 * Math.sin(phase) : 0;
      }
      if (this.isSpeaking && this.firstSpeech < 0) this.firstSpeech = mediaSample;
      const flags = this.isSpeaking ? UNIT_FLAG.speech : 0;
      this.buffer.write({ mediaSample, epoch: this.epoch.current, flags, samples }, unit);
    }
  }

  /** Waits until the gauge is `value`; answers after how many ms, or NaN when it was not within `msMax`. */
  async until(gauge: Parameters<typeof this.gauges.get>[0], value: number, msMax: number): Promise<number> {
    const startMs = this.clock.nowMs();
    while (this.gauges.get(gauge) !== value) {
      if (this.clock.nowMs() - startMs > msMax) return NaN;
      await delay(10);
    }
    return this.clock.nowMs() - startMs;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopped = true;
    await this.#done;
  }
}
