/**
 * The worklet behind the microphone: 20 ms of sound at a time as 16 bit samples, little-endian. Runs on the browser's audio
 * thread; each message carries its buffer away.
 */

/** What an AudioWorkletGlobalScope has; the browser's library of types does not know it. */
declare const sampleRate: number;
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;
declare class AudioWorkletProcessor {
  readonly port: { postMessage(message: unknown, transfer: Transferable[]): void };
}

const PIECE_S = 0.02;
const FULL_SCALE = 32_767;

class MicrophoneTap extends AudioWorkletProcessor {
  readonly #size = Math.round(sampleRate * PIECE_S);
  #piece = new DataView(new ArrayBuffer(2 * this.#size));
  #count = 0;

  process(inputs: readonly (readonly Float32Array[])[]): boolean {
    for (const sample of inputs[0]?.[0] ?? []) {
      const value = Math.round(Math.max(-1, Math.min(1, sample)) * FULL_SCALE);
      this.#piece.setInt16(2 * this.#count, value, true);
      if (++this.#count < this.#size) continue;
      const { buffer } = this.#piece;
      this.port.postMessage(buffer, [buffer]);
      this.#piece = new DataView(new ArrayBuffer(2 * this.#size));
      this.#count = 0;
    }
    return true;
  }
}

registerProcessor("microphone-tap", MicrophoneTap);
