/**
 * I420 frames in, coded video packets out. The picture is copied straight into the encoder's own frame, so the caller
 * may reuse its buffer as soon as `encode` has returned its promise. Encoding runs on a thread of the library while
 * the promise is open; one call at a time.
 */
import { Codec, CodecContext, Frame, Packet, Rational } from "node-av/lib";
import {
  AV_CODEC_FLAG_BITEXACT,
  AV_CODEC_FLAG_GLOBAL_HEADER,
  AV_PICTURE_TYPE_I,
  AV_PICTURE_TYPE_NONE,
  AV_PIX_FMT_YUV420P,
  AV_PIX_FMT_YUVA420P,
  AVCHROMA_LOC_LEFT,
  AVCOL_PRI_SMPTE170M,
  AVCOL_RANGE_MPEG,
  AVCOL_SPC_SMPTE170M,
  AVCOL_TRC_SMPTE170M,
  AVERROR_EAGAIN,
  AVERROR_EOF,
  type FFVideoEncoder,
} from "node-av/constants";
import type { FrameSize } from "../time/mod.ts";
import { PicturePlanes } from "./picture_planes.ts";
import { expectOk, setOptions } from "../media/mod.ts";

/** VP8 refuses alpha beside its own reference frames. */
const ALPHA_OPTIONS = { "auto-alt-ref": "0" } as const;

export interface VideoCoding {
  readonly codec: FFVideoEncoder;
  /** The encoder's own. */
  readonly options: Readonly<Record<string, string>>;
  readonly size: FrameSize;
  readonly fps: number;
  /** Frames from one key frame to the next, at most. */
  readonly keyFrameFrames: number;
  /** Average, in bits a second; undefined where quality alone decides. */
  readonly bitRate?: number;
  /** Never more than the average over so long, in ms: for a line that takes no bursts. */
  readonly burstMs?: number;
  /** Pictures have an alpha plane and the codec can hold it. Default false. */
  readonly hasAlpha?: boolean;
  /** What the decoder must know before the first packet goes beside the packets, as files want it, and not in them. */
  readonly hasGlobalHeader: boolean;
}

export class VideoEncoder implements Disposable {
  readonly context: CodecContext;
  readonly #frame = new Frame();
  readonly #packet = new Packet();
  readonly #planes: PicturePlanes;

  constructor(coding: VideoCoding) {
    const { size, fps, hasAlpha = false, bitRate, burstMs } = coding;
    const codec = Codec.findEncoderByName(coding.codec);
    if (codec === null) throw new Error(`the media library has no encoder ${coding.codec}`);
    const context = new CodecContext();
    context.allocContext3(codec);
    context.width = size.width;
    context.height = size.height;
    const format = hasAlpha ? AV_PIX_FMT_YUVA420P : AV_PIX_FMT_YUV420P;
    context.pixelFormat = format;
    context.timeBase = new Rational(1, fps);
    context.framerate = new Rational(fps, 1);
    context.gopSize = coding.keyFrameFrames;
    context.maxBFrames = 0;
    context.threadCount = 1;
    context.colorRange = AVCOL_RANGE_MPEG;
    context.colorSpace = AVCOL_SPC_SMPTE170M;
    context.colorPrimaries = AVCOL_PRI_SMPTE170M;
    context.colorTrc = AVCOL_TRC_SMPTE170M;
    context.chromaLocation = AVCHROMA_LOC_LEFT;
    if (bitRate !== undefined) context.bitRate = BigInt(Math.round(bitRate));
    if (bitRate !== undefined && burstMs !== undefined) {
      context.rcMaxRate = BigInt(Math.round(bitRate));
      context.rcBufferSize = Math.round(bitRate * burstMs / 1000);
    }
    context.setFlags(AV_CODEC_FLAG_BITEXACT);
    if (coding.hasGlobalHeader) context.setFlags(AV_CODEC_FLAG_GLOBAL_HEADER);
    setOptions(context.getNative(), { ...coding.options, ...(hasAlpha ? ALPHA_OPTIONS : {}) });
    expectOk(context.open2Sync(codec), `opening the video encoder ${coding.codec}`);
    this.context = context;
    this.#frame.alloc();
    this.#frame.format = format;
    this.#frame.width = size.width;
    this.#frame.height = size.height;
    expectOk(this.#frame.allocBuffer(), "allocating a picture");
    this.#packet.alloc();
    this.#planes = new PicturePlanes(this.#frame, size, hasAlpha);
  }

  /** Copies the picture in; it becomes frame number `frame` when `encode` is called, a key frame where that is wanted. */
  load(picture: Uint8Array, frame: number, isKeyFrame = false): void {
    this.#planes.load(picture);
    this.#frame.pts = BigInt(frame);
    this.#frame.pictType = isKeyFrame ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;
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
