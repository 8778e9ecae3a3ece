/**
 * Decodes a clip's film: whichever frame, forward and backward, a group of frames (from one key frame to the next) at a time.
 *
 * In: the MP4 file that FilmWriter makes. Out: planes of one decoded picture at a time, or I420 in memory of the caller.
 * The thread of the caller works, and no other: 4 to 6 ms a 1080p frame. Held: the decoder and its few pictures. What cannot
 * be decoded is InputFault `bad_avatar` naming the file. Loaded by openFilm only: the media library is large.
 */
import {
  Codec,
  CodecContext,
  FFmpegError,
  FormatContext,
  Frame,
  InputFormat,
  Log,
  Packet,
} from "node-av/lib";
import {
  AV_CODEC_ID_H264,
  AV_LOG_QUIET,
  AV_PIX_FMT_YUV420P,
  AVDISCARD_ALL,
  AVERROR_EAGAIN,
  AVERROR_EOF,
  AVMEDIA_TYPE_VIDEO,
  AVSEEK_FLAG_BACKWARD,
} from "node-av/constants";
import type { InputFault } from "../errors/mod.ts";
import type { FrameSize } from "../time/mod.ts";
import { FILM_FPS } from "./clip.ts";
import { badFile, fileLabel, pathInFolder } from "./in_file.ts";

const WANTED = "a film in H.264, as prepare writes it";

export class FilmReader implements Disposable {
  readonly size: FrameSize;
  readonly frames: number;
  readonly #label: string;
  readonly #format = new FormatContext();
  readonly #decoder = new CodecContext();
  readonly #packet = new Packet();
  readonly #frame = new Frame();
  #stream = -1;
  /** Ticks of the stream's time in one frame. */
  #ticks = 1;
  /** The packet holds a key frame that the next group begins with. */
  #isHeld = false;
  /** Packets of this group have been sent; it is at its end. */
  #isBegun = false;
  #isDraining = false;
  #isOpen = false;

  /** Throws InputFault `bad_avatar` where the film is not one of `frames` frames of that size. */
  constructor(folder: string, name: string, size: FrameSize, frames: number) {
    this.#label = fileLabel(folder, name);
    this.size = size;
    this.frames = frames;
    const path = pathInFolder(folder, name, WANTED);
    using opened = new DisposableStack();
    opened.defer(() => this.#free());
    Log.setLevel(AV_LOG_QUIET);
    // "file:" keeps a name such as "a:b.mp4" from being read as a protocol; the format is not guessed.
    this.#expect(this.#format.openInputSync(`file:${path}`, InputFormat.findInputFormat("mp4")), "opened");
    this.#isOpen = true;
    this.#choose();
    this.#packet.alloc();
    this.#frame.alloc();
    opened.move();
  }

  /** next() goes on with the key frame of `frame`'s group, wherever it was. */
  enter(frame: number): void {
    if (!(frame >= 0 && frame < this.frames)) {
      throw new RangeError(`frame ${frame} of a film with ${this.frames}`);
    }
    if (!this.#isBegun && this.#isHeld && this.#numberOf(this.#packet.pts) === frame) return;
    this.#release();
    this.#decoder.flushBuffers();
    this.#isBegun = this.#isDraining = false;
    const at = BigInt(frame * this.#ticks);
    this.#expect(this.#format.seekFrameSync(this.#stream, at, AVSEEK_FLAG_BACKWARD), `searched at ${frame}`);
  }

  /** Decodes one more frame of the group: its number, -1 at the group's end. `planes` are of it until the next call. */
  next(): number {
    for (;;) {
      this.#frame.unref();
      const status = this.#isBegun ? this.#decoder.receiveFrameSync(this.#frame) : AVERROR_EAGAIN;
      if (status === AVERROR_EOF) {
        this.#decoder.flushBuffers();
        this.#isBegun = this.#isDraining = false;
        return -1;
      }
      if (status !== AVERROR_EAGAIN) {
        this.#expect(status, "decoded");
        return this.#checked();
      }
      if (this.#isDraining) throw this.#bad("ends in the middle of a frame");
      if (!this.#send()) return -1;
    }
  }

  /** Y, U and V of the frame decoded last. */
  get planes(): Uint8Array[] {
    return this.#frame.data ?? [];
  }

  /** Bytes from one row to the next, for each plane. */
  get strides(): number[] {
    return this.#frame.linesize;
  }

  /** I420 of frame `frame` at the film's size: width * height * 3 / 2 bytes. */
  read(frame: number, into: Uint8Array): void {
    this.enter(frame);
    for (let number = this.next(); number !== frame; number = this.next()) {
      if (number < 0) throw this.#bad(`has no frame ${frame}`);
    }
    const { planes, strides } = this;
    let at = 0;
    for (let plane = 0; plane < 3; plane++) {
      const shift = plane === 0 ? 0 : 1;
      const width = this.size.width >> shift;
      const height = this.size.height >> shift;
      copyRows(planes[plane]!, 0, strides[plane]!, width, height, into, at);
      at += width * height;
    }
  }

  /** The next packet into the decoder; false where there is no group left. */
  #send(): boolean {
    if (!this.#isHeld && !this.#fetch()) {
      if (!this.#isBegun) return false;
      return this.#drain();
    }
    if (this.#isBegun && this.#packet.isKeyframe) return this.#drain();
    const status = this.#decoder.sendPacketSync(this.#packet);
    this.#release();
    this.#expect(status, "decoded");
    this.#isBegun = true;
    return true;
  }

  /** The group is over: what the decoder still has comes out. */
  #drain(): boolean {
    this.#isDraining = true;
    this.#expect(this.#decoder.sendPacketSync(null), "decoded");
    return true;
  }

  #fetch(): boolean {
    for (;;) {
      const status = this.#format.readFrameSync(this.#packet);
      if (status === AVERROR_EOF) return false;
      this.#expect(status, "read");
      if (this.#packet.streamIndex === this.#stream) {
        this.#isHeld = true;
        return true;
      }
      this.#packet.unref();
    }
  }

  #release(): void {
    if (this.#isHeld) this.#packet.unref();
    this.#isHeld = false;
  }

  #checked(): number {
    const { width, height, format, pts } = this.#frame;
    if (width !== this.size.width || height !== this.size.height || format !== AV_PIX_FMT_YUV420P) {
      throw this.#bad(`changes to ${width}x${height} pixels`);
    }
    return this.#numberOf(pts);
  }

  #numberOf(pts: bigint): number {
    return Math.round(Number(pts) / this.#ticks);
  }

  #choose(): void {
    const { streams } = this.#format;
    const stream = streams.find(({ codecpar }) => codecpar.codecType === AVMEDIA_TYPE_VIDEO);
    for (const other of streams) if (other !== stream) other.discard = AVDISCARD_ALL;
    if (stream === undefined || stream.codecpar.codecId !== AV_CODEC_ID_H264) {
      throw this.#bad("has no H.264 pictures in it");
    }
    const { width, height } = stream.codecpar;
    const { size } = this;
    if (width !== size.width || height !== size.height) {
      throw this.#bad(
        `has ${width}x${height} pixels, the manifest says ${size.width}x${size.height}`,
      );
    }
    if (Number(stream.nbFrames) !== this.frames) {
      throw this.#bad(`has ${stream.nbFrames} frames, the manifest says ${this.frames}`);
    }
    this.#stream = stream.index;
    this.#ticks = stream.timeBase.den / stream.timeBase.num / FILM_FPS;
    if (!Number.isInteger(this.#ticks)) throw this.#bad(`is not of ${FILM_FPS} frames a second`);
    const codec = Codec.findDecoder(AV_CODEC_ID_H264);
    if (codec === null) throw new Error("the media library has no decoder for H.264");
    this.#decoder.allocContext3(codec);
    this.#expect(this.#decoder.parametersToContext(stream.codecpar), "opened");
    this.#decoder.threadCount = 1; // more would hold more pictures, and take the stage's processors
    this.#expect(this.#decoder.open2Sync(codec), "opened");
  }

  #expect(status: number, done: string): void {
    if (status >= 0) return;
    const reason = FFmpegError.fromCode(status)?.message ?? `status ${status}`;
    throw this.#bad(`cannot be ${done} (${reason})`);
  }

  #bad(is: string): InputFault {
    return badFile(this.#label, `${is}, wanted ${WANTED}`);
  }

  #free(): void {
    this.#frame.free();
    this.#packet.free();
    this.#decoder.freeContext();
    if (this.#isOpen) this.#format.closeInputSync();
    this.#isOpen = false;
  }

  [Symbol.dispose](): void {
    if (this.#isOpen) this.#free();
  }
}

/** Rows of a plane, which begin `stride` bytes apart, into rows that lie close together. */
export function copyRows(
  plane: Uint8Array,
  from: number,
  stride: number,
  width: number,
  height: number,
  into: Uint8Array,
  at: number,
): void {
  if (stride === width) {
    into.set(plane.subarray(from, from + width * height), at);
    return;
  }
  for (let row = 0; row < height; row++) {
    const start = from + row * stride;
    into.set(plane.subarray(start, start + width), at + row * width);
  }
}
