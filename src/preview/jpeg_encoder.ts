/**
 * One I420 picture (BT.601 limited range) in, one JPEG out. JPEG means full range, so each byte goes through a table on
 * its way into the encoder's frame; tagging the picture as limited instead would look washed out in every browser.
 * Blocks its thread: about 3 ms at 1280x720, a third of it converting; 50-100 kB a picture.
 */
import { Codec, CodecContext, FFmpegError, Frame, Log, Option, Packet, Rational } from "node-av/lib";
import {
  AV_CODEC_FLAG_BITEXACT,
  AV_CODEC_FLAG_QSCALE,
  AV_LOG_QUIET,
  AV_OPT_SEARCH_CHILDREN,
  AV_PIX_FMT_YUVJ420P,
  AVCOL_RANGE_JPEG,
  FF_ENCODER_MJPEG,
} from "node-av/constants";
import { Fault } from "../errors/mod.ts";
import { type FrameSize, i420Bytes } from "../time/mod.ts";

/** The encoder's quality scale, 2 (best) to 31; 4 keeps thin lines of a drawn face clean. */
const QUALITY = 4;
/** One step of the quality scale in the library's fixed-point unit (FF_QP2LAMBDA). */
const QUALITY_UNIT = 118;

/** Limited to full range; what lies outside the limits is clipped. */
const FULL_LUMA = Uint8ClampedArray.from({ length: 256 }, (_, value) => (value - 16) * 255 / 219);
const FULL_CHROMA = Uint8ClampedArray.from({ length: 256 }, (_, value) => (value - 128) * 255 / 224 + 128);

export class JpegEncoder implements Disposable {
  readonly #context = new CodecContext();
  readonly #frame = new Frame();
  readonly #packet = new Packet();
  readonly #size: FrameSize;
  #planes: Uint8Array[] = [];
  #strides: number[] = [];
  #pictures = 0;

  constructor(size: FrameSize) {
    Log.setLevel(AV_LOG_QUIET);
    this.#size = size;
    const codec = Codec.findEncoderByName(FF_ENCODER_MJPEG);
    if (codec === null) throw new Fault("the media library has no JPEG encoder", { code: "no_encoder" });
    const context = this.#context;
    context.allocContext3(codec);
    context.width = size.width;
    context.height = size.height;
    context.pixelFormat = AV_PIX_FMT_YUVJ420P;
    context.colorRange = AVCOL_RANGE_JPEG;
    context.timeBase = new Rational(1, 25); // nobody sees it
    context.threadCount = 1;
    context.setFlags(AV_CODEC_FLAG_QSCALE, AV_CODEC_FLAG_BITEXACT);
    context.globalQuality = QUALITY * QUALITY_UNIT;
    // ready-made Huffman tables: a second pass for better ones costs more than it saves on a loopback
    expectOk(Option.set(context.getNative(), "huffman", "default", AV_OPT_SEARCH_CHILDREN));
    expectOk(context.open2Sync(codec));
    const frame = this.#frame;
    frame.alloc();
    frame.format = AV_PIX_FMT_YUVJ420P;
    frame.width = size.width;
    frame.height = size.height;
    expectOk(frame.allocBuffer());
    frame.quality = QUALITY * QUALITY_UNIT;
    this.#packet.alloc();
    this.#look();
  }

  /** The JPEG is a copy of its own; `picture` is not used after the return. */
  encode(picture: Uint8Array): Uint8Array<ArrayBuffer> {
    if (picture.length !== i420Bytes(this.#size)) {
      throw new RangeError(`a picture of ${picture.length} bytes, wanted ${i420Bytes(this.#size)}`);
    }
    if (!this.#frame.isWritable) {
      expectOk(this.#frame.makeWritable());
      this.#look();
    }
    this.#convert(picture);
    this.#frame.pts = BigInt(this.#pictures++);
    expectOk(this.#context.sendFrameSync(this.#frame));
    expectOk(this.#context.receivePacketSync(this.#packet));
    const jpeg = new Uint8Array(this.#packet.data ?? []);
    this.#packet.unref();
    return jpeg;
  }

  #convert(picture: Uint8Array): void {
    const { width, height } = this.#size;
    let fromAt = 0;
    for (let plane = 0; plane < 3; plane++) {
      const table = plane === 0 ? FULL_LUMA : FULL_CHROMA;
      const rowBytes = plane === 0 ? width : width / 2;
      const rows = plane === 0 ? height : height / 2;
      const into = this.#planes[plane]!;
      const stride = this.#strides[plane]!;
      for (let row = 0; row < rows; row++) {
        const intoAt = row * stride;
        for (let at = 0; at < rowBytes; at++) into[intoAt + at] = table[picture[fromAt + at]!]!;
        fromAt += rowBytes;
      }
    }
  }

  #look(): void {
    // plain views: indexing a Buffer is slower
    this.#planes = (this.#frame.data ?? []).slice(0, 3).map((plane) =>
      new Uint8Array(plane.buffer, plane.byteOffset, plane.length)
    );
    this.#strides = this.#frame.linesize.slice(0, 3);
  }

  [Symbol.dispose](): void {
    this.#packet.free();
    this.#frame.free();
    this.#context.freeContext();
  }
}

function expectOk(status: number): void {
  if (status >= 0) return;
  const reason = FFmpegError.fromCode(status)?.message ?? "unknown";
  throw new Fault(`encoding a preview picture failed: ${reason} (${status})`, { code: "media_error" });
}
