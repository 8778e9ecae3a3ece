/**
 * The worklet that hears: the loudness (RMS) of every 10 ms of sound, with the context's time at which they begin. Runs on the
 * browser's audio thread; allocates one small message for each.
 */

/** What an AudioWorkletGlobalScope has; the browser's library of types does not know it. */
declare const currentTime: number;
declare const sampleRate: number;
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;
declare class AudioWorkletProcessor {
  readonly port: { postMessage(message: unknown): void };
}

const BLOCK_S = 0.01;

class LevelMeter extends AudioWorkletProcessor {
  readonly #blockSamples = Math.round(sampleRate * BLOCK_S);
  #sum = 0;
  #count = 0;

  process(inputs: readonly (readonly Float32Array[])[]): boolean {
    const samples = inputs[0]?.[0];
    if (samples === undefined) return true;
    for (let index = 0; index < samples.length; index++) {
      this.#sum += samples[index]! * samples[index]!;
      if (++this.#count < this.#blockSamples) continue;
      const startS = currentTime + (index + 1 - this.#blockSamples) / sampleRate;
      this.port.postMessage([startS, Math.sqrt(this.#sum / this.#count)]);
      this.#sum = this.#count = 0;
    }
    return true;
  }
}

registerProcessor("level-meter", LevelMeter);
