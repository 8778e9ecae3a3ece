/**
 * Recordings that can be measured: in some frames a white flash, under its first samples a click; and where Debian's
 * ffmpeg and ffprobe find them again in the finished file. For tests and benchmarks.
 */
import { Recorder } from "../../src/record/mod.ts";
import type { FrameSize } from "../../src/time/mod.ts";

const FPS = 25;
export const PERIOD_MS = 1000 / FPS;
const SAMPLES_PER_FRAME = 1920;
const CLICK_SAMPLES = 8;
const RUN_MS_MAX = 60_000;
const BLACK_LUMA = 16;
const WHITE_LUMA = 235;

/** Why recordings cannot be looked at here; undefined where they can. */
export async function missingForMarks(): Promise<string | undefined> {
  try {
    for (const name of ["ffmpeg", "ffprobe"]) {
      await new Deno.Command(name, { args: ["-version"], stdout: "null", stderr: "null" }).output();
    }
    return undefined;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return "ffmpeg and ffprobe are not installed (sudo apt install ffmpeg)";
  }
}

/** What a program of ffmpeg writes to stdout; throws its complaint where it fails. */
export async function output(program: string, ...args: string[]): Promise<Uint8Array> {
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args: ["-v", "error", ...args],
    signal: AbortSignal.timeout(RUN_MS_MAX),
  }).output();
  if (!success) throw new Error(`${program}: ${new TextDecoder().decode(stderr)}`);
  return stdout;
}

export interface MarkedRecording {
  readonly size: FrameSize;
  readonly frames: number;
  /** The frames that flash and click; at least 25 apart. */
  readonly marked: readonly number[];
}

/** A grey picture whose bottom moves, so that the encoder has something to do; white where it is marked. */
function paint(picture: Uint8Array, { width, height }: FrameSize, frame: number, isMarked: boolean): void {
  const lumaBytes = width * height;
  picture.fill(isMarked ? WHITE_LUMA : 60, 0, lumaBytes);
  if (!isMarked) {
    for (let at = lumaBytes / 2; at < lumaBytes; at++) picture[at] = 40 + ((at + frame * 7) % 40);
  }
  picture.fill(128, lumaBytes);
}

/** Records it; answers how many frames the recorder took. */
export async function recordMarked(path: string, { size, frames, marked }: MarkedRecording): Promise<number> {
  await using recorder = await Recorder.open(path, { size, fps: FPS, samplesPerFrame: SAMPLES_PER_FRAME });
  const picture = new Uint8Array(size.width * size.height * 3 / 2);
  const samples = new Float32Array(SAMPLES_PER_FRAME);
  for (let frame = 0; frame < frames; frame++) {
    const isMarked = marked.includes(frame);
    paint(picture, size, frame, isMarked);
    samples.fill(0);
    if (isMarked) samples.fill(0.9, 0, CLICK_SAMPLES);
    await recorder.add(picture, samples);
  }
  return (await recorder.close()).frames;
}

/** The file's own times, in ms, of its flashes and of the middle of its clicks. */
export interface Marks {
  readonly flashesMs: readonly number[];
  readonly clicksMs: readonly number[];
  /** Frames that decode. */
  readonly frames: number;
}

export async function findMarks(path: string): Promise<Marks> {
  const probed = await output(
    "ffprobe",
    ...["-select_streams", "v", "-show_entries", "frame=pts_time", "-of", "csv=p=0", path],
  );
  const text = new TextDecoder().decode(probed); // a frame with side data has a line more
  const times = (text.match(/^-?\d[\d.]*/gm) ?? []).map((time) => parseFloat(time) * 1000);
  const luma = await output(
    "ffmpeg",
    ...["-i", path, "-map", "0:v", "-vf", "scale=1:1:flags=area,format=gray"],
    ...["-fps_mode", "passthrough", "-f", "rawvideo", "-"],
  );
  if (luma.length !== times.length) {
    throw new Error(`${luma.length} frames decode, ${times.length} have a time`);
  }
  const sound = await output( // silence is put in, or priming cut off, so that its first sample is at time 0
    "ffmpeg",
    ...["-copyts", "-i", path, "-map", "0:a", "-af", "aresample=async=1:first_pts=0"],
    ...["-f", "f32le", "-ac", "1", "-"],
  );
  const samples = new Float32Array(sound.slice().buffer);
  return {
    flashesMs: peaks(luma, (WHITE_LUMA + BLACK_LUMA) / 2, 2).map((frame) => times[frame]!),
    clicksMs: peaks(samples, 0.1, SAMPLES_PER_FRAME).map((sample) => (sample - CLICK_SAMPLES / 2) / 48),
    frames: luma.length,
  };
}

/** Where each group of values over `level` is highest; a new group begins `apart` places after the last such value. */
function peaks(values: ArrayLike<number>, level: number, apart: number): number[] {
  const found: number[] = [];
  let last = -Infinity;
  for (let at = 0; at < values.length; at++) {
    const size = Math.abs(values[at]!);
    if (size < level) continue;
    if (at - last >= apart) found.push(at);
    else if (size > Math.abs(values[found.at(-1)!]!)) found[found.length - 1] = at;
    last = at;
  }
  return found;
}
