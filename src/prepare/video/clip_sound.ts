/**
 * The sound that an action keeps of its film, as a WAV file of its own: 48 kHz, mono, 16 bits.
 *
 * In: the film, and how much later than its first picture its sound begins. Out: the file, silent or cut at its beginning
 * so that both begin together. Main thread; a second of sound is held.
 */
import { InputFault } from "../../errors/mod.ts";
import { writeFault } from "../../film/mod.ts";
import { decodeAudioFile } from "../../speech/mod.ts";
import { SAMPLE_RATE_HZ } from "../../time/mod.ts";

const HEAD_BYTES = 44;
/** As long as a clip may be. */
const SECONDS_MAX = 1800;

/** `name` is the action's, for messages. */
export async function writeClipSound(
  film: string,
  lateSec: number,
  path: string,
  name: string,
  signal?: AbortSignal,
): Promise<void> {
  using file = await Deno.open(path, { write: true, create: true, truncate: true }).catch(
    (error: unknown) => {
      throw writeFault(path, error);
    },
  );
  const write = async (bytes: Uint8Array) => {
    try {
      for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
    } catch (error) {
      throw writeFault(path, error);
    }
  };
  await write(new Uint8Array(HEAD_BYTES));
  let samples = Math.max(0, Math.round(Math.min(SECONDS_MAX, lateSec) * SAMPLE_RATE_HZ));
  const silence = new Uint8Array(SAMPLE_RATE_HZ * 2);
  for (let left = samples * 2; left > 0; left -= silence.length) {
    await write(silence.subarray(0, Math.min(left, silence.length)));
  }
  let early = Math.max(0, Math.round(-lateSec * SAMPLE_RATE_HZ));
  for await (const piece of decodeOrRefuse(film, name, signal)) {
    const kept = piece.subarray(Math.min(early, piece.length));
    early -= piece.length - kept.length;
    if (samples + kept.length > SECONDS_MAX * SAMPLE_RATE_HZ) break;
    samples += kept.length;
    await write(new Uint8Array(Int16Array.from(kept, (value) => Math.round(value * 32_767)).buffer));
  }
  await file.seek(0, Deno.SeekMode.Start);
  await write(wavHead(samples));
}

async function* decodeOrRefuse(
  film: string,
  name: string,
  signal?: AbortSignal,
): AsyncGenerator<Float32Array> {
  try {
    yield* decodeAudioFile(film, signal ? { signal } : {});
  } catch (error) {
    if (!(error instanceof InputFault)) throw error;
    throw new InputFault(`action ${name} shall keep its sound: ${error.message}`, {
      code: error.code,
      cause: error,
    });
  }
}

function wavHead(samples: number): Uint8Array {
  const head = new DataView(new ArrayBuffer(HEAD_BYTES));
  const word = (at: number, text: string) =>
    [...text].forEach((letter, nth) => head.setUint8(at + nth, letter.charCodeAt(0)));
  word(0, "RIFF");
  head.setUint32(4, HEAD_BYTES - 8 + samples * 2, true);
  word(8, "WAVEfmt ");
  head.setUint32(16, 16, true);
  head.setUint16(20, 1, true); // whole numbers
  head.setUint16(22, 1, true); // one channel
  head.setUint32(24, SAMPLE_RATE_HZ, true);
  head.setUint32(28, SAMPLE_RATE_HZ * 2, true);
  head.setUint16(32, 2, true);
  head.setUint16(34, 16, true);
  word(36, "data");
  head.setUint32(40, samples * 2, true);
  return new Uint8Array(head.buffer);
}
