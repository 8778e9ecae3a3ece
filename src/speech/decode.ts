/**
 * Sound out of audio (and video) files.
 *
 * In: the path of a local file in any common format, rate and number of channels. Out: 48 kHz mono in pieces of at
 * most a second, as fast as they are asked for (nothing is read ahead but FFmpeg's own buffers). Main thread; reading
 * and decoding happen on FFmpeg's threads, what is left here takes 1-2 ms a piece.
 */
import { resolve } from "node:path";
import type { Demuxer, Stream } from "node-av";
import { InputFault, oneLine } from "../errors/mod.ts";
import { Lent, openedInTime, SAMPLE_RATE_HZ } from "../time/mod.ts";
import { Resampler } from "./resample.ts";

export interface AudioFileInfo {
  /** 0 where the file does not say. */
  readonly durationMs: number;
  readonly sampleRateHz: number;
  readonly channels: number;
  /** FFmpeg's short name, e.g. "mp3". */
  readonly codec: string;
}

const OPEN_DEADLINE_MS = 10_000;
const READ_DEADLINE_MS = 10_000;
const PIECE_SAMPLES = SAMPLE_RATE_HZ / 4;
/** Containers that hold their sound themselves; play lists, which name other files, are not among them. */
const FORMATS =
  "wav,w64,aiff,au,caf,mp3,aac,adts,flac,ogg,opus,mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,amr,wv,ape";

/** What kind of sound the file has. Throws InputFault `bad_audio_file` where it has none. */
export async function probeAudioFile(
  path: string,
  options: { signal?: AbortSignal } = {},
): Promise<AudioFileInfo> {
  const opened = await open(path, options.signal);
  await using _ = opened.demuxer;
  const { sampleRate, channels } = opened.stream.codecpar;
  return {
    durationMs: Math.max(0, opened.demuxer.duration * 1000),
    sampleRateHz: sampleRate,
    channels,
    codec: opened.codec,
  };
}

/** The samples of the file. Throws InputFault `bad_audio_file` when it cannot be read or has no sound in it. */
export async function* decodeAudioFile(
  path: string,
  options: { signal?: AbortSignal } = {},
): AsyncGenerator<Float32Array> {
  const { signal } = options;
  const av = await library();
  const { demuxer, stream } = await open(path, signal);
  await using lent = new Lent();
  lent.use(demuxer);
  const decoder = lent.use(await decoderOf(path, stream));
  const frames = decoder.frames(demuxer.packets(stream.index));
  const out = new Pieces();
  // FFmpeg's mix keeps loudness and lets what both sides share rise by 3 dB, which would clip.
  const isMixed = stream.codecpar.channels > 1;
  let isAny = false;
  for (;;) {
    signal?.throwIfAborted();
    const next = await lent.within(
      frames.next(),
      READ_DEADLINE_MS,
      `reading ${name(path)}`,
      ({ value }) => value?.free(),
    ).catch((error: unknown) => {
      if (error instanceof av.FFmpegError) throw bad(path, oneLine(error), error);
      throw error;
    });
    if (next.done) break;
    using frame = next.value;
    const plane = frame?.data?.[0];
    if (frame === null || plane === undefined || frame.nbSamples === 0) continue;
    isAny = true;
    const samples = new Float32Array(frame.nbSamples);
    new Uint8Array(samples.buffer).set(plane.subarray(0, samples.byteLength));
    if (isMixed) { for (let k = 0; k < samples.length; k++) samples[k]! *= Math.SQRT1_2; }
    yield* out.push(samples, frame.sampleRate);
  }
  if (!isAny) throw bad(path, "no sound could be decoded");
  yield* out.finish();
}

async function decoderOf(path: string, stream: Stream) {
  const av = await library();
  try {
    // Its own rate is kept here: our resampler takes its delay out, so the length stays exact.
    return await av.Decoder.create(stream, {
      exitOnError: false,
      resample: { sampleFormat: av.AV_SAMPLE_FMT_FLT, channelLayout: av.AV_CHANNEL_LAYOUT_MONO },
    });
  } catch (error) {
    throw bad(path, oneLine(error), error);
  }
}

async function open(
  path: string,
  signal?: AbortSignal,
): Promise<{ demuxer: Demuxer; stream: Stream; codec: string }> {
  signal?.throwIfAborted();
  await checkFile(path);
  const av = await library();
  let demuxer: Demuxer;
  try {
    // A whole path keeps a name with a colon a name; the lists keep the file from leading anywhere else.
    const options = { format_whitelist: FORMATS, protocol_whitelist: "file" };
    demuxer = await openedInTime(
      av.Demuxer.open(resolve(path), { options }),
      OPEN_DEADLINE_MS,
      `opening ${name(path)}`,
      signal,
    );
  } catch (error) {
    if (signal?.aborted) throw error;
    const is = oneLine(error).replace(/^Failed to open input: /, "");
    throw bad(path, /^End of file$/i.test(is) ? "it ends before any sound" : is, error);
  }
  const stream = demuxer.audio();
  if (stream === undefined) {
    await demuxer.close();
    throw bad(path, "no audio track");
  }
  return { demuxer, stream, codec: av.avGetCodecName(stream.codecpar.codecId) ?? "" };
}

async function checkFile(path: string): Promise<void> {
  let info: Deno.FileInfo;
  try {
    info = await Deno.stat(path);
  } catch (error) {
    const is = error instanceof Deno.errors.NotFound ? "not there" : oneLine(error);
    throw bad(path, is, error);
  }
  if (info.isDirectory) throw bad(path, "a directory");
  if (!info.isFile) throw bad(path, "not a regular file");
  if (info.size === 0) throw bad(path, "empty");
}

function bad(path: string, is: string, cause?: unknown): InputFault {
  return new InputFault(`audio file ${name(path)}: ${is}, wanted a WAV, MP3, FLAC, OGG or M4A file`, {
    code: "bad_audio_file",
    cause,
  });
}

function name(path: string): string {
  return JSON.stringify(path.length > 200 ? `...${path.slice(-200)}` : path);
}

let loading: Promise<typeof import("node-av")> | undefined;

/** FFmpeg, loaded when the first file comes: it takes longer than everything else at start. */
function library(): Promise<typeof import("node-av")> {
  return loading ??= import("node-av").then((av) => {
    av.Log.setLevel(av.AV_LOG_QUIET);
    return av;
  });
}

/** Gathers decoded frames of a few milliseconds into pieces and brings them to 48 kHz. */
class Pieces {
  #resampler: Resampler | undefined;
  #held = new Float32Array(PIECE_SAMPLES);
  #count = 0;
  #output = new Float32Array(0);

  *push(samples: Float32Array, rateHz: number): Generator<Float32Array> {
    if (this.#resampler?.fromHz !== rateHz) { // the first frame, or a file that changes its rate midway
      yield* this.#end();
      this.#resampler = new Resampler(rateHz, SAMPLE_RATE_HZ);
    }
    for (let from = 0; from < samples.length;) {
      const count = Math.min(samples.length - from, PIECE_SAMPLES - this.#count);
      this.#held.set(samples.subarray(from, from + count), this.#count);
      this.#count += count;
      from += count;
      if (this.#count === PIECE_SAMPLES) yield* this.#convert();
    }
  }

  *finish(): Generator<Float32Array> {
    yield* this.#end();
  }

  *#end(): Generator<Float32Array> {
    if (this.#resampler === undefined) return;
    yield* this.#convert();
    yield* cut(this.#room(0), this.#resampler.flush(this.#output));
  }

  *#convert(): Generator<Float32Array> {
    const input = this.#held.subarray(0, this.#count);
    this.#count = 0;
    for (let k = 0; k < input.length; k++) if (!Number.isFinite(input[k]!)) input[k] = 0;
    const output = this.#room(input.length);
    yield* cut(output, this.#resampler!.process(input, output));
  }

  #room(inputLength: number): Float32Array {
    const wanted = this.#resampler!.outputLengthMax(inputLength);
    if (this.#output.length < wanted) this.#output = new Float32Array(wanted);
    return this.#output;
  }
}

/** Copies of at most a second, held within full scale. */
function* cut(samples: Float32Array, count: number): Generator<Float32Array> {
  for (let from = 0; from < count; from += SAMPLE_RATE_HZ) {
    const piece = samples.slice(from, Math.min(count, from + SAMPLE_RATE_HZ));
    for (let k = 0; k < piece.length; k++) piece[k] = Math.max(-1, Math.min(1, piece[k]!));
    yield piece;
  }
}
