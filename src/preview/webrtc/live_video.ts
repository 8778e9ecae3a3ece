/**
 * Pictures of one programme in, RTP payloads of one codec and one rung out, shared by every viewer on that rung. Key
 * frames come when somebody asks for one or joins, at most one every KEY_FRAME_MS_MIN, and never by themselves: a
 * viewer that lost a picture asks. Runs on the caller's thread, encoding on one of the media library's.
 */
import { Buffer } from "node:buffer";
import { FF_ENCODER_LIBVPX_VP8, FF_ENCODER_LIBX264 } from "node-av/constants";
import { H264Packetizer, Vp8Packetizer } from "werift";
import { type VideoCoding, VideoEncoder } from "../../encode/mod.ts";
import type { FrameSize } from "../../time/mod.ts";
import type { VideoCodec } from "./offer.ts";
import { PictureScaler } from "./picture_scaler.ts";
import type { RtpPayload } from "./rtp_stream.ts";
import type { Rung } from "./rungs.ts";

const KEY_FRAME_MS_MIN = 300;
/** The encoder must be told some end. */
const KEY_FRAME_FRAMES_MAX = 100_000;
/** Fits an Ethernet packet behind IPv6, UDP, SRTP, RTP's extensions and the repair's two bytes. */
const PAYLOAD_BYTES_MAX = 1180;
/** A key frame may take so much of the line at once. */
const BURST_MS = 400;

const CODINGS: Readonly<Record<VideoCodec, Pick<VideoCoding, "codec" | "options">>> = {
  h264: {
    codec: FF_ENCODER_LIBX264,
    options: {
      preset: "ultrafast",
      tune: "zerolatency",
      profile: "baseline",
      "forced-idr": "1",
      "x264-params": "threads=1:sliced-threads=0:scenecut=0:repeat-headers=1",
    },
  },
  vp8: {
    codec: FF_ENCODER_LIBVPX_VP8,
    options: { deadline: "realtime", "cpu-used": "12", "lag-in-frames": "0", "error-resilient": "1" },
  },
};

export interface CodedPicture {
  readonly payloads: readonly RtpPayload[];
  readonly isKey: boolean;
}

export class LiveVideo implements Disposable {
  readonly rung: Rung;
  readonly #encoder: VideoEncoder;
  readonly #scaler: PictureScaler | undefined;
  readonly #packetizer: H264Packetizer | Vp8Packetizer;
  #isKeyWanted = true;
  #lastKeyMs = -Infinity;
  #frames = 0;
  #loadedMs = 0;
  encodeMs = 0;

  constructor(codec: VideoCodec, rung: Rung, size: FrameSize, fps: number) {
    this.rung = rung;
    const isWhole = rung.size.width === size.width && rung.size.height === size.height;
    this.#scaler = isWhole ? undefined : new PictureScaler(size, rung.size);
    this.#encoder = new VideoEncoder({
      ...CODINGS[codec],
      size: rung.size,
      fps: fps / rung.everyFrames,
      keyFrameFrames: KEY_FRAME_FRAMES_MAX,
      bitRate: rung.bits,
      burstMs: BURST_MS,
      hasGlobalHeader: false,
    });
    const maxPayloadSize = PAYLOAD_BYTES_MAX;
    this.#packetizer = codec === "h264"
      ? new H264Packetizer({ maxPayloadSize, inputFormat: "annexb" })
      : new Vp8Packetizer({ maxPayloadSize });
  }

  /** The next picture that may be shall be a key frame. */
  wantKeyFrame(): void {
    this.#isKeyWanted = true;
  }

  /** `frame`: the I420 picture of the programme, copied before this returns; `encode` is to follow. */
  load(frame: Uint8Array, nowMs: number): void {
    this.#loadedMs = nowMs;
    const isForced = this.#isKeyWanted && nowMs - this.#lastKeyMs >= KEY_FRAME_MS_MIN;
    this.#encoder.load(this.#scaler?.scale(frame) ?? frame, this.#frames++, isForced);
  }

  /** The loaded picture as payloads, in order. */
  async encode(nowMs: () => number): Promise<CodedPicture> {
    const payloads: RtpPayload[] = [];
    let isKey = false;
    await this.#encoder.encode((packet) => {
      isKey ||= packet.isKeyframe;
      // A copy: the packet's memory is the encoder's, and payloads are kept for repair.
      for (const { header, payload } of this.#packetizer.packetize(Buffer.from(packet.data!), 0)) {
        payloads.push({ bytes: payload, isLast: header.marker });
      }
    });
    if (isKey) {
      this.#isKeyWanted = false;
      this.#lastKeyMs = this.#loadedMs;
    }
    this.encodeMs = nowMs() - this.#loadedMs;
    return { payloads, isKey };
  }

  [Symbol.dispose](): void {
    this.#scaler?.[Symbol.dispose]();
    this.#encoder[Symbol.dispose]();
  }
}
