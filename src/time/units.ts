/**
 * Units of media time. Media time is an integer count of 48 kHz samples; a unit is one video frame and the
 * samples under it, so only frame rates that divide 48 000 exist.
 */
import { InputFault } from "../errors/mod.ts";

/** Samples a second of everything inside the programme (mono, float32, -1..1). */
export const SAMPLE_RATE_HZ = 48_000;
/** Samples a second of what lip-sync features are computed from. */
export const FEATURE_RATE_HZ = 16_000;
/** Frame rates that divide {@linkcode SAMPLE_RATE_HZ}. */
export const FRAME_RATES_HZ: readonly number[] = [20, 24, 25, 30, 50, 60];

export interface FrameRate {
  readonly fps: number;
  /** 48 kHz samples under one frame, e.g. 1920 at 25 fps. */
  readonly samplesPerFrame: number;
  /** Length of a unit in milliseconds, e.g. 40 at 25 fps. */
  readonly periodMs: number;
}

/** Throws InputFault `bad_fps` for a rate that does not divide 48 000. */
export function frameRate(fps: number): FrameRate {
  if (!FRAME_RATES_HZ.includes(fps)) {
    throw new InputFault(`frame rate ${fps} is not supported, wanted one of ${FRAME_RATES_HZ.join(", ")}`, {
      code: "bad_fps",
    });
  }
  return { fps, samplesPerFrame: SAMPLE_RATE_HZ / fps, periodMs: 1000 / fps };
}

export interface FrameSize {
  /** Even, 64..4096. */
  readonly width: number;
  /** Even, 64..4096. */
  readonly height: number;
}

/** Bytes of one I420 frame: a full-size luma plane and two quarter-size chroma planes. */
export function i420Bytes(size: FrameSize): number {
  return size.width * size.height * 3 / 2;
}

export function samplesToMs(samples: number): number {
  return samples * 1000 / SAMPLE_RATE_HZ;
}

export function msToSamples(ms: number): number {
  return Math.round(ms * SAMPLE_RATE_HZ / 1000);
}
