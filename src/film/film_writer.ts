/**
 * Writes a clip's film: H.264 in MP4 that looks like what came in and can be entered at any eighth frame.
 *
 * In: RGB pictures of one even size. Out: the file: 25 fps, 4:2:0, BT.601 in limited range, no B-frames, closed groups of
 * GROUP_FRAMES frames, which is what makes showing it backward cheap. Main thread; converting and coding happen on the
 * library's threads while the promise is open. One thread of its own, since their number changes the bytes that come out.
 */
import { Codec, CodecContext, Frame, Log, Packet, Rational, SoftwareScaleContext } from "node-av/lib";
import {
  AV_CODEC_FLAG_BITEXACT,
  AV_CODEC_FLAG_CLOSED_GOP,
  AV_CODEC_FLAG_GLOBAL_HEADER,
  AV_LOG_QUIET,
  AV_PIX_FMT_RGB24,
  AV_PIX_FMT_YUV420P,
  AVCHROMA_LOC_LEFT,
  AVCOL_PRI_SMPTE170M,
  AVCOL_RANGE_JPEG,
  AVCOL_RANGE_MPEG,
  AVCOL_SPC_RGB,
  AVCOL_SPC_SMPTE170M,
  AVCOL_TRC_SMPTE170M,
  AVERROR_EAGAIN,
  AVERROR_EOF,
  FF_ENCODER_LIBX264,
  SWS_ACCURATE_RND,
  SWS_BICUBIC,
  SWS_BITEXACT,
  SWS_FULL_CHR_H_INP,
  type SwsFlags,
} from "node-av/constants";
import { Fault } from "../errors/mod.ts";
import type { FrameSize } from "../time/mod.ts";
import { FILM_FPS } from "./clip.ts";
import { FilmFile } from "./film_file.ts";
import { expectOk, setOptions } from "../media/mod.ts";

/** Frames from one key frame to the next. */
export const GROUP_FRAMES = 8;
const OPTIONS = {
  preset: "veryfast",
  crf: "14",
  "x264-params": "threads=1:sliced-threads=0:rc-lookahead=0:mbtree=0:scenecut=0:ref=1",
} as const;

export class FilmWriter implements Disposable {
  readonly #encoder: CodecContext;
  readonly #file: FilmFile;
  readonly #size: FrameSize;
  readonly #rgb = new Frame();
  readonly #yuv = new Frame();
  readonly #packet = new Packet();
  readonly #scaler = new SoftwareScaleContext();
  readonly #opened: DisposableStack;
  #sent = 0;

  /** Even sides. */
  constructor(path: string, size: FrameSize) {
    if (size.width % 2 !== 0 || size.height % 2 !== 0) {
      throw new RangeError(`a film of ${size.width}x${size.height} pixels, wanted even sides`);
    }
    Log.setLevel(AV_LOG_QUIET);
    this.#size = size;
    // Freed here where something of this fails: nobody else has it then.
    using opened = new DisposableStack();
    this.#encoder = openEncoder(size);
    opened.defer(() => this.#encoder.freeContext());
    for (const one of [this.#packet, this.#rgb, this.#yuv]) opened.defer(() => one.free());
    opened.defer(() => this.#scaler.freeContext());
    this.#packet.alloc();
    allocate(this.#rgb, size, AV_PIX_FMT_RGB24);
    allocate(this.#yuv, size, AV_PIX_FMT_YUV420P);
    this.#rgb.colorSpace = AVCOL_SPC_RGB;
    this.#rgb.colorRange = AVCOL_RANGE_JPEG;
    this.#yuv.colorSpace = AVCOL_SPC_SMPTE170M;
    this.#yuv.colorRange = AVCOL_RANGE_MPEG;
    const { width, height } = size;
    // A set of flags is no flag to the library's types.
    const flags = (SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INP | SWS_BITEXACT) as SwsFlags;
    this.#scaler.getContext(width, height, AV_PIX_FMT_RGB24, width, height, AV_PIX_FMT_YUV420P, flags);
    this.#file = opened.use(new FilmFile(path, (parameters) => parameters.fromContext(this.#encoder)));
    this.#opened = opened.move();
  }

  /** width * height * 3 bytes; free again when the promise settles. */
  async add(rgb: Uint8Array): Promise<void> {
    this.#load(rgb);
    if (!this.#yuv.isWritable) expectOk(this.#yuv.makeWritable(), "allocating a picture");
    expectOk(await this.#scaler.scaleFrame(this.#yuv, this.#rgb), "converting a picture");
    this.#yuv.pts = BigInt(this.#sent++);
    expectOk(await this.#encoder.sendFrame(this.#yuv), "encoding a picture");
    this.#drain();
  }

  finish(): void {
    expectOk(this.#encoder.sendFrameSync(null), "finishing the film");
    this.#drain();
    if (this.#file.frames !== this.#sent) {
      throw new Fault(`a film of ${this.#file.frames} frames came out of ${this.#sent}`, {
        code: "media_error",
      });
    }
    this.#file.finish();
  }

  #load(rgb: Uint8Array): void {
    const { width, height } = this.#size;
    const row = width * 3;
    if (rgb.length !== row * height) {
      throw new RangeError(`a picture of ${rgb.length} bytes, wanted ${width}x${height} pixels of RGB`);
    }
    const into = this.#rgb.data![0]!;
    const stride = this.#rgb.linesize[0]!;
    if (stride === row) into.set(rgb);
    else for (let y = 0; y < height; y++) into.set(rgb.subarray(y * row, (y + 1) * row), y * stride);
  }

  #drain(): void {
    for (;;) {
      const status = this.#encoder.receivePacketSync(this.#packet);
      if (status === AVERROR_EAGAIN || status === AVERROR_EOF) return;
      expectOk(status, "encoding a picture");
      this.#file.write(this.#packet);
      this.#packet.unref();
    }
  }

  [Symbol.dispose](): void {
    this.#opened.dispose();
  }
}

function openEncoder({ width, height }: FrameSize): CodecContext {
  const codec = Codec.findEncoderByName(FF_ENCODER_LIBX264);
  if (codec === null) throw new Error("the media library has no encoder libx264");
  const context = new CodecContext();
  using failing = new DisposableStack();
  failing.defer(() => context.freeContext());
  context.allocContext3(codec);
  context.width = width;
  context.height = height;
  context.pixelFormat = AV_PIX_FMT_YUV420P;
  context.timeBase = new Rational(1, FILM_FPS);
  context.framerate = new Rational(FILM_FPS, 1);
  context.gopSize = GROUP_FRAMES;
  context.maxBFrames = 0;
  context.threadCount = 1;
  context.colorRange = AVCOL_RANGE_MPEG;
  context.colorSpace = AVCOL_SPC_SMPTE170M;
  context.colorPrimaries = AVCOL_PRI_SMPTE170M;
  context.colorTrc = AVCOL_TRC_SMPTE170M;
  context.chromaLocation = AVCHROMA_LOC_LEFT;
  context.setFlags(AV_CODEC_FLAG_GLOBAL_HEADER, AV_CODEC_FLAG_BITEXACT, AV_CODEC_FLAG_CLOSED_GOP);
  setOptions(context.getNative(), OPTIONS);
  expectOk(context.open2Sync(codec), "opening the film's encoder");
  failing.move();
  return context;
}

function allocate(
  frame: Frame,
  { width, height }: FrameSize,
  format: typeof AV_PIX_FMT_RGB24 | typeof AV_PIX_FMT_YUV420P,
) {
  frame.alloc();
  frame.format = format;
  frame.width = width;
  frame.height = height;
  expectOk(frame.allocBuffer(), "allocating a picture");
}
