/**
 * Raw samples of somebody else's making, as they come: bytes in pieces of any length, 48 kHz mono out. Backpressure: a
 * piece is read when the last one was taken. What is no number is silence; what is louder than full scale is cut.
 */
import { SAMPLE_RATE_HZ } from "../time/mod.ts";
import { Resampler } from "./resample.ts";

export const PCM_FORMATS = ["s16le", "f32le"] as const;
export type PcmFormat = typeof PCM_FORMATS[number];

export const PCM_RATE_HZ_MIN = 8000;
export const PCM_RATE_HZ_MAX = 192_000;

export interface PcmShape {
  /** PCM_RATE_HZ_MIN..PCM_RATE_HZ_MAX, whole. */
  readonly rateHz: number;
  readonly format: PcmFormat;
}

const BYTES: Readonly<Record<PcmFormat, number>> = { s16le: 2, f32le: 4 };
/** Of input, so that a long piece does not become one long block. */
const BLOCK_SAMPLES = 8192;

export async function* rawPcm(
  pieces: AsyncIterable<Uint8Array>,
  { rateHz, format }: PcmShape,
): AsyncGenerator<Float32Array> {
  const resampler = new Resampler(rateHz, SAMPLE_RATE_HZ);
  const output = new Float32Array(resampler.outputLengthMax(BLOCK_SAMPLES));
  const sampleBytes = BYTES[format];
  let held: Uint8Array = new Uint8Array(0);
  for await (const piece of pieces) {
    const bytes = joined(held, piece);
    const whole = bytes.length - bytes.length % sampleBytes;
    for (let from = 0; from < whole; from += BLOCK_SAMPLES * sampleBytes) {
      const samples = toSamples(
        bytes.subarray(from, Math.min(whole, from + BLOCK_SAMPLES * sampleBytes)),
        format,
      );
      const count = resampler.process(samples, output);
      if (count > 0) yield output.slice(0, count);
    }
    held = bytes.slice(whole);
  }
  const count = resampler.flush(output);
  if (count > 0) yield output.slice(0, count);
}

function joined(held: Uint8Array, piece: Uint8Array): Uint8Array {
  if (held.length === 0) return piece;
  const bytes = new Uint8Array(held.length + piece.length);
  bytes.set(held);
  bytes.set(piece, held.length);
  return bytes;
}

function toSamples(bytes: Uint8Array, format: PcmFormat): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const samples = new Float32Array(bytes.length / BYTES[format]);
  for (let index = 0; index < samples.length; index++) {
    const value = format === "s16le"
      ? view.getInt16(index * 2, true) / 32_768
      : view.getFloat32(index * 4, true);
    samples[index] = Number.isFinite(value) ? Math.max(-1, Math.min(1, value)) : 0;
  }
  return samples;
}
