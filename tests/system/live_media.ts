/**
 * What a picture and its sound hold, measured on their own: how far the mouth is open in each frame, how loud each
 * 10 ms are, a recording decoded by Debian's ffmpeg, and how far two sounds are alike.
 */
import { type Box, loadFace } from "../../src/avatar/mod.ts";
import type { FrameSize } from "../../src/time/mod.ts";

const MAI = decodeURIComponent(new URL("../../avatars/mai", import.meta.url).pathname);
const BLOCK_SAMPLES = 480;
/** Luma of the open mouth's inside. */
const DARK = 55;

/** The part of the frame in which an opening mouth is dark and nothing else is. */
export async function mouthBox(size: FrameSize): Promise<Box> {
  using face = await loadFace(MAI, size);
  const { x, y, width, height } = face.speechBox;
  const third = Math.floor(width / 3);
  return { x: x + third, y, width: third, height: Math.floor(height * 0.42) };
}

/** Dark pixels of the mouth in each frame; `frameBytes` apart, luma first. */
export function mouthOpenings(frames: Uint8Array, frameBytes: number, size: FrameSize, box: Box): number[] {
  const openings: number[] = [];
  for (let at = 0; at + frameBytes <= frames.length; at += frameBytes) {
    let dark = 0;
    for (let y = box.y; y < box.y + box.height; y++) {
      for (let x = box.x; x < box.x + box.width; x++) if (frames[at + y * size.width + x]! < DARK) dark++;
    }
    openings.push(dark);
  }
  return openings;
}

/** RMS of each 10 ms. */
export function loudness(samples: ArrayLike<number>): Float64Array {
  const blocks = new Float64Array(Math.floor(samples.length / BLOCK_SAMPLES));
  for (let block = 0; block < blocks.length; block++) {
    let sum = 0;
    for (let at = 0; at < BLOCK_SAMPLES; at++) sum += samples[block * BLOCK_SAMPLES + at]! ** 2;
    blocks[block] = Math.sqrt(sum / BLOCK_SAMPLES);
  }
  return blocks;
}

/** Best correlation (1: the same) of two loudness curves over all shifts of whole blocks, and that shift in ms. */
export function likeness(one: Float64Array, other: Float64Array): { correlation: number; shiftMs: number } {
  const [long, short] = one.length >= other.length ? [one, other] : [other, one];
  const mean = short.reduce((sum, value) => sum + value, 0) / short.length;
  const shortPower = short.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  let best = { correlation: -1, shiftMs: 0 };
  for (let shift = 1 - short.length / 2 | 0; shift < long.length - short.length / 2; shift++) {
    let longSum = 0;
    for (let at = 0; at < short.length; at++) longSum += long[at + shift] ?? 0;
    const longMean = longSum / short.length;
    let product = 0;
    let longPower = 0;
    for (let at = 0; at < short.length; at++) {
      const value = (long[at + shift] ?? 0) - longMean;
      product += value * (short[at]! - mean);
      longPower += value * value;
    }
    const correlation = product / Math.sqrt(longPower * shortPower || 1);
    if (correlation > best.correlation) best = { correlation, shiftMs: shift * 10 };
  }
  return best;
}

export interface Decoded {
  /** I420 or grey frames, luma first. */
  readonly luma: Uint8Array;
  readonly frames: number;
  /** 48 kHz mono. */
  readonly samples: Float32Array;
  readonly durationMs: number;
}

/** Decodes a recording to the end; throws what ffmpeg says where anything in it is broken. */
export async function decode(path: string, size: FrameSize): Promise<Decoded> {
  const picture = ["-map", "0:v", "-vf", "format=gray", "-fps_mode", "passthrough", "-f", "rawvideo", "-"];
  const sound = ["-map", "0:a", "-af", "aresample=async=1:first_pts=0", "-f", "f32le", "-ac", "1", "-"];
  const luma = await output("ffmpeg", ...["-v", "error", "-xerror", "-i", path, ...picture]);
  const pcm = await output("ffmpeg", ...["-v", "error", "-xerror", "-copyts", "-i", path, ...sound]);
  const probed = await output(
    "ffprobe",
    ...["-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", path],
  );
  return {
    luma,
    frames: luma.length / (size.width * size.height),
    samples: new Float32Array(pcm.slice().buffer),
    durationMs: parseFloat(new TextDecoder().decode(probed)) * 1000,
  };
}

async function output(program: string, ...args: string[]): Promise<Uint8Array> {
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args,
    stdin: "null",
    signal: AbortSignal.timeout(60_000),
  }).output();
  if (!success) throw new Error(`${program}: ${new TextDecoder().decode(stderr)}`);
  return stdout;
}

/** A mono 48 kHz WAV of one tone, as a file. */
export function writeTone(path: string, seconds: number, hz = 440): void {
  const samples = Math.round(seconds * 48_000);
  const bytes = new DataView(new ArrayBuffer(44 + samples * 2));
  const text = (at: number, name: string) =>
    [...name].forEach((letter, index) => bytes.setUint8(at + index, letter.charCodeAt(0)));
  text(0, "RIFF");
  bytes.setUint32(4, 36 + samples * 2, true);
  text(8, "WAVEfmt ");
  bytes.setUint32(16, 16, true);
  bytes.setUint16(20, 1, true);
  bytes.setUint16(22, 1, true);
  bytes.setUint32(24, 48_000, true);
  bytes.setUint32(28, 96_000, true);
  bytes.setUint16(32, 2, true);
  bytes.setUint16(34, 16, true);
  text(36, "data");
  bytes.setUint32(40, samples * 2, true);
  for (let at = 0; at < samples; at++) {
    bytes.setInt16(44 + at * 2, 12_000 * Math.sin(2 * Math.PI * hz * at / 48_000), true);
  }
  Deno.writeFileSync(path, new Uint8Array(bytes.buffer));
}
