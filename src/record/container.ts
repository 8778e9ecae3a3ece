/**
 * What each file extension means: container, encoders and their settings. A table, nothing runs here.
 *
 * H.264 is x264 "superfast" at constant quality: about 2.5 ms a 720p frame on one thread (ultrafast takes 1.3 ms and makes
 * files three times as large, veryfast 3.2 ms). VP8 costs 3.3 ms; VP9 in real-time mode costs more, so it is not offered.
 * One encoder thread each, because the number of threads changes the bytes that come out. No B-frames: decoding order
 * is display order, so video needs no edit list.
 */
import {
  FF_ENCODER_AAC,
  FF_ENCODER_LIBOPUS,
  FF_ENCODER_LIBVPX_VP8,
  FF_ENCODER_LIBX264,
  type FFAudioEncoder,
  type FFVideoEncoder,
} from "node-av/constants";
import type { AudioCoding, VideoCoding } from "../encode/mod.ts";
import { InputFault } from "../errors/mod.ts";
import type { FrameSize } from "../time/mod.ts";

/** Seconds between key frames; also what a killed recording loses at most. */
const KEY_FRAME_SECONDS = 2;
const PIXELS_720 = 1280 * 720;

export interface Container {
  /** Name of the muxer. */
  readonly format: string;
  readonly formatOptions: Readonly<Record<string, string>>;
  readonly video: FFVideoEncoder;
  readonly videoOptions: Readonly<Record<string, string>>;
  /** Ceiling of the video bit rate for 1280x720; 0 where quality alone decides. */
  readonly videoBitRate720: number;
  readonly audio: FFAudioEncoder;
  readonly audioBitRate: number;
  /** Whether pictures may have an alpha plane. */
  readonly canHoldAlpha: boolean;
}

const H264 = {
  video: FF_ENCODER_LIBX264,
  videoOptions: {
    preset: "superfast",
    crf: "21",
    "x264-params": "threads=1:sliced-threads=0:rc-lookahead=0",
  },
  videoBitRate720: 0,
  canHoldAlpha: false,
} as const;
const AAC = { audio: FF_ENCODER_AAC, audioBitRate: 128_000 } as const;
const CLUSTERS = { cluster_time_limit: "2000" } as const;

const CONTAINERS: Readonly<Record<string, Container>> = {
  // Fragments while it is written (a killed process or a full disk leaves whole ones behind), turned into an
  // ordinary indexed file by the trailer, so that every player can seek in what was closed properly.
  // delay_moov lets the header wait for the first packets: only then can it say how much of the sound is priming.
  ".mp4": {
    format: "mp4",
    formatOptions: { movflags: "+hybrid_fragmented+delay_moov+frag_keyframe" },
    ...H264,
    ...AAC,
  },
  ".mkv": { format: "matroska", formatOptions: CLUSTERS, ...H264, ...AAC },
  ".webm": {
    format: "webm",
    formatOptions: CLUSTERS,
    video: FF_ENCODER_LIBVPX_VP8,
    videoOptions: { deadline: "realtime", "cpu-used": "8", "lag-in-frames": "0", crf: "10" },
    videoBitRate720: 4_000_000,
    audio: FF_ENCODER_LIBOPUS,
    audioBitRate: 96_000,
    canHoldAlpha: true,
  },
};

/** Throws InputFault `bad_extension` for anything but .mp4, .webm and .mkv. */
export function containerFor(path: string): Container {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const dot = name.lastIndexOf(".");
  const extension = dot > 0 ? name.slice(dot).toLowerCase() : "";
  const container = CONTAINERS[extension];
  if (container === undefined) {
    const found = extension === "" ? "no extension" : `extension ${JSON.stringify(extension)}`;
    throw new InputFault(
      `recording to a file with ${found} is not possible, wanted one of ${
        Object.keys(CONTAINERS).join(", ")
      }`,
      { code: "bad_extension" },
    );
  }
  return container;
}

export function videoCoding(
  container: Container,
  size: FrameSize,
  fps: number,
  hasAlpha: boolean,
): VideoCoding {
  const { videoBitRate720 } = container;
  const share = Math.max(0.25, size.width * size.height / PIXELS_720);
  return {
    codec: container.video,
    options: container.videoOptions,
    ...{ size, fps, hasAlpha },
    keyFrameFrames: fps * KEY_FRAME_SECONDS,
    ...(videoBitRate720 > 0 ? { bitRate: videoBitRate720 * share } : {}),
    hasGlobalHeader: true,
  };
}

export function audioCoding({ audio, audioBitRate }: Container): AudioCoding {
  return { codec: audio, bitRate: audioBitRate };
}
