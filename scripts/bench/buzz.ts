/** A sound to measure by: a voiced buzz, loud from its first sample to its last, in bursts between silences; a WAV file. */
import { msToSamples, SAMPLE_RATE_HZ } from "../../src/time/mod.ts";

const PITCH_HZ = 120;
const HARMONICS = 20;
const HEADER_BYTES = 44;

/** One stretch of buzz and the silence after it. */
export interface Burst {
  readonly soundMs: number;
  readonly silenceMs: number;
}

export function buzzWav(bursts: readonly Burst[]): Uint8Array<ArrayBuffer> {
  const total = bursts.reduce((sum, { soundMs, silenceMs }) => sum + msToSamples(soundMs + silenceMs), 0);
  const bytes = new Uint8Array(HEADER_BYTES + total * 2);
  const view = new DataView(bytes.buffer);
  const word = (at: number, text: string) => bytes.set(new TextEncoder().encode(text), at);
  word(0, "RIFF");
  view.setUint32(4, bytes.length - 8, true);
  word(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true); // PCM
  view.setUint16(22, 1, true); // one channel
  view.setUint32(24, SAMPLE_RATE_HZ, true);
  view.setUint32(28, SAMPLE_RATE_HZ * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  word(36, "data");
  view.setUint32(40, total * 2, true);
  const samples = new Int16Array(bytes.buffer, HEADER_BYTES);
  let at = 0;
  for (const { soundMs, silenceMs } of bursts) {
    for (let sample = 0; sample < msToSamples(soundMs); sample++) samples[at++] = buzz(sample);
    at += msToSamples(silenceMs);
  }
  return bytes;
}

/** Harmonics of one pitch, weaker the higher, all beginning as cosines: each period has a loud tip. */
function buzz(sample: number): number {
  let value = 0;
  for (let harmonic = 1; harmonic <= HARMONICS; harmonic++) {
    value += Math.cos(2 * Math.PI * PITCH_HZ * harmonic * sample / SAMPLE_RATE_HZ) / harmonic;
  }
  return Math.round(value * 6000);
}
