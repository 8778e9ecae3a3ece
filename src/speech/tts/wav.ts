/** Reads what voice programs write: WAV (PCM 16, 24, 32 bit or float, any channels) or bare 16-bit samples. */
import { Fault } from "../../errors/mod.ts";
import { SAMPLE_RATE_HZ } from "../../time/mod.ts";
import { Resampler } from "../resample.ts";

const HEADER_BYTES = 12;
const FORMAT_FLOAT = 3;
const FORMAT_EXTENSIBLE = 0xFFFE;

/** 48 kHz mono samples of a WAV file. A stream's data size of 0 or "unknown" means: up to the end. */
export function samplesOfWav(bytes: Uint8Array): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tag = (at: number) => String.fromCharCode(...bytes.subarray(at, at + 4));
  if (bytes.length < HEADER_BYTES || tag(0) !== "RIFF" || tag(8) !== "WAVE") {
    throw badWav(`${bytes.length} bytes that do not begin with RIFF...WAVE`);
  }
  let format: WavFormat | undefined;
  for (let at = HEADER_BYTES; at + 8 <= bytes.length;) {
    const sizeBytes = view.getUint32(at + 4, true);
    const body = at + 8;
    if (tag(at) === "fmt " && body + 16 <= bytes.length) {
      const code = view.getUint16(body, true);
      const isExtended = code === FORMAT_EXTENSIBLE && body + 26 <= bytes.length;
      format = {
        code: isExtended ? view.getUint16(body + 24, true) : code,
        channels: view.getUint16(body + 2, true),
        rateHz: view.getUint32(body + 4, true),
        bits: view.getUint16(body + 14, true),
      };
    } else if (tag(at) === "data") {
      if (format === undefined) throw badWav("samples before their format");
      const isOpen = sizeBytes === 0 || body + sizeBytes > bytes.length;
      return to48k(mono(view, body, isOpen ? bytes.length : body + sizeBytes, format), format.rateHz);
    }
    at = body + sizeBytes + (sizeBytes & 1);
  }
  throw badWav("no samples");
}

/** 48 kHz mono samples of bare little-endian 16-bit mono PCM. */
export function samplesOfS16(bytes: Uint8Array, rateHz: number): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return to48k(mono(view, 0, bytes.length, { code: 1, channels: 1, rateHz, bits: 16 }), rateHz);
}

interface WavFormat {
  readonly code: number;
  readonly channels: number;
  readonly rateHz: number;
  readonly bits: number;
}

function mono(view: DataView, start: number, end: number, format: WavFormat): Float32Array {
  const { code, channels, bits } = format;
  const sampleBytes = bits / 8;
  const read = code === FORMAT_FLOAT && bits === 32
    ? (at: number) => view.getFloat32(at, true)
    : code === 1 && bits === 16
    ? (at: number) => view.getInt16(at, true) / 2 ** 15
    : code === 1 && bits === 24
    ? (at: number) => (view.getInt16(at + 1, true) * 256 + view.getUint8(at)) / 2 ** 23
    : code === 1 && bits === 32
    ? (at: number) => view.getInt32(at, true) / 2 ** 31
    : undefined;
  if (read === undefined || channels === 0) {
    throw badWav(`format ${code} with ${bits} bits and ${channels} channels`);
  }
  const count = Math.floor((end - start) / (sampleBytes * channels));
  const samples = new Float32Array(count);
  for (let k = 0, at = start; k < count; k++) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++, at += sampleBytes) sum += read(at);
    samples[k] = Number.isFinite(sum) ? Math.max(-1, Math.min(1, sum / channels)) : 0;
  }
  return samples;
}

function to48k(samples: Float32Array, rateHz: number): Float32Array {
  if (rateHz === SAMPLE_RATE_HZ) return samples;
  if (rateHz < 8000 || rateHz > 192_000) throw badWav(`${rateHz} samples a second`);
  const resampler = new Resampler(rateHz, SAMPLE_RATE_HZ);
  const output = new Float32Array(resampler.outputLengthMax(samples.length));
  const written = resampler.process(samples, output);
  const count = written + resampler.flush(output.subarray(written));
  for (let k = 0; k < count; k++) output[k] = Math.max(-1, Math.min(1, output[k]!)); // the filter overshoots
  return output.subarray(0, count);
}

function badWav(is: string): Fault {
  return new Fault(`reading the voice's WAV: ${is}, wanted PCM of 16, 24, 32 bits or float at 8..192 kHz`, {
    code: "bad_wav",
  });
}
