/**
 * I420 frames in, coded video packets out. The picture is copied straight into the encoder's own frame, so the caller
 * may reuse its buffer as soon as `encode` has returned its promise. Encoding runs on a thread of the library while
 * the promise is open; one call at a time.
 */
import { Codec, CodecContext, Frame, Packet, Rational } from "node-av/lib";
import {
  AV_CODEC_FLAG_BITEXACT,
  AV_CODEC_FLAG_GLOBAL_HEADER,
  AV_PIX_FMT_YUV420P,
  AV_PIX_FMT_YUVA420P,
  AVCHROMA_LOC_LEFT,
  AVCOL_PRI_SMPTE170M,
  AVCOL_RANGE_MPEG,
  AVCOL_SPC_SMPTE170M,
  AVCOL_TRC_SMPTE170M,
  AVERROR_EAGAIN,
  AVERROR_EOF,
} from "node-av/constants";
import type { FrameSize } from "../time/mod.ts";
import type { Container } from "./container.ts";
import { PicturePlanes } from "./picture_planes.ts";
import { expectOk, setOptions } from "../media/mod.ts";

/** Seconds between key frames; also what a killed recording loses at most. */
export const KEY_FRAME_SECONDS = 2;
const PIXELS_720 = 1280 * 720;

/** VP8 refuses alpha beside its own reference frames. */
const ALPHA_OPTIONS = { "auto-alt-ref": "0" } as const;

export class VideoEncoder implements Disposable {
  readonly context: CodecContext;
  readonly #frame = new Frame();
  readonly #packet = new Packet();
  readonly #planes: PicturePlanes;

  /** `hasAlpha`: pictures have an alpha plane and the container can hold it. */
  constructor(container: Container, size: FrameSize, fps: number, hasAlpha = false) {
    const codec = Codec.findEncoderByName(container.video);
    if (codec === null) throw new Error(`the media library has no encoder ${container.video}`);
    const context = new CodecContext();
    context.allocContext3(codec);
    context.width = size.width;
    context.height = size.height;
    const format = hasAlpha ? AV_PIX_FMT_YUVA420P : AV_PIX_FMT_YUV420P;
    context.pixelFormat = format;
    context.timeBase = new Rational(1, fps);
    context.framerate = new Rational(fps, 1);
    context.gopSize = fps * KEY_FRAME_SECONDS;
    context.maxBFrames = 0;
    context.threadCount = 1;
    context.colorRange = AVCOL_RANGE_MPEG;
    context.colorSpace = AVCOL_SPC_SMPTE170M;
    context.colorPrimaries = AVCOL_PRI_SMPTE170M;
    context.colorTrc = AVCOL_TRC_SMPTE170M;
    context.chromaLocation = AVCHROMA_LOC_LEFT;
    if (container.videoBitRate720 > 0) {
      const share = Math.max(0.25, size.width * size.height / PIXELS_720);
      context.bitRate = BigInt(Math.round(container.videoBitRate720 * share));
    }
    context.setFlags(AV_CODEC_FLAG_GLOBAL_HEADER, AV_CODEC_FLAG_BITEXACT);
    setOptions(context.getNative(), { ...container.videoOptions, ...(hasAlpha ? ALPHA_OPTIONS : {}) });
    expectOk(context.open2Sync(codec), `opening the video encoder ${container.video}`);
    this.context = context;
    this.#frame.alloc();
    this.#frame.format = format;
    this.#frame.width = size.width;
    this.#frame.height = size.height;
    expectOk(this.#frame.allocBuffer(), "allocating a picture");
    this.#packet.alloc();
    this.#planes = new PicturePlanes(this.#frame, size, hasAlpha);
  }

  /** Copies the picture in; it becomes frame number `frame` when `encode` is called. */
  load(picture: Uint8Array, frame: number): void {
    this.#planes.load(picture);
    this.#frame.pts = BigInt(frame);
  }

  /** Encodes the loaded picture; `emit` gets each packet and must be done with it when it returns. */
  async encode(emit: (packet: Packet) => void): Promise<void> {
    expectOk(await this.context.sendFrame(this.#frame), "encoding a picture");
    this.#drain(emit);
  }

  finish(emit: (packet: Packet) => void): void {
    expectOk(this.context.sendFrameSync(null), "finishing the video");
    this.#drain(emit);
  }

  #drain(emit: (packet: Packet) => void): void {
    for (;;) {
      const status = this.context.receivePacketSync(this.#packet);
      if (status === AVERROR_EAGAIN || status === AVERROR_EOF) return;
      expectOk(status, "encoding a picture");
      this.#packet.duration = 1n;
      emit(this.#packet);
      this.#packet.unref();
    }
  }

  [Symbol.dispose](): void {
    this.#packet.free();
    this.#frame.free();
    this.context.freeContext();
  }
}
