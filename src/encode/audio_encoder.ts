/**
 * 48 kHz mono float samples in, coded sound packets out, stamped in samples from the first one taken. Packets begin
 * before zero by the encoder's priming: whoever plays them at their time hears the sound at its own.
 */
import { Buffer } from "node:buffer";
import { Codec, CodecContext, Frame, Packet, Rational } from "node-av/lib";
import {
  AV_CHANNEL_LAYOUT_MONO,
  AV_CODEC_FLAG_BITEXACT,
  AV_CODEC_FLAG_GLOBAL_HEADER,
  AV_SAMPLE_FMT_FLT,
  AV_SAMPLE_FMT_FLTP,
  AVERROR_EAGAIN,
  AVERROR_EOF,
  type FFAudioEncoder,
} from "node-av/constants";
import { SAMPLE_RATE_HZ } from "../time/mod.ts";
import { expectOk, setOptions } from "../media/mod.ts";

export interface AudioCoding {
  readonly codec: FFAudioEncoder;
  /** The encoder's own. */
  readonly options?: Readonly<Record<string, string>>;
  readonly bitRate: number;
  /** What the decoder must know before the first packet goes beside the packets, as files want it. Default true. */
  readonly hasGlobalHeader?: boolean;
}

export class AudioEncoder implements Disposable {
  readonly context: CodecContext;
  readonly #frame = new Frame();
  readonly #packet = new Packet();
  /** Samples of one packet; mono, so planar and interleaved are the same bytes. */
  readonly #block: Float32Array;
  readonly #blockBytes: Buffer;
  #blockSamples = 0;
  #sentSamples = 0;

  constructor(coding: AudioCoding) {
    const codec = Codec.findEncoderByName(coding.codec);
    if (codec === null) throw new Error(`the media library has no encoder ${coding.codec}`);
    const context = new CodecContext();
    context.allocContext3(codec);
    context.sampleRate = SAMPLE_RATE_HZ;
    context.channelLayout = AV_CHANNEL_LAYOUT_MONO;
    const isPlanar = codec.sampleFormats?.includes(AV_SAMPLE_FMT_FLTP) ?? false;
    context.sampleFormat = isPlanar ? AV_SAMPLE_FMT_FLTP : AV_SAMPLE_FMT_FLT;
    context.timeBase = new Rational(1, SAMPLE_RATE_HZ);
    context.bitRate = BigInt(coding.bitRate);
    context.threadCount = 1;
    context.setFlags(AV_CODEC_FLAG_BITEXACT);
    if (coding.hasGlobalHeader ?? true) context.setFlags(AV_CODEC_FLAG_GLOBAL_HEADER);
    setOptions(context.getNative(), coding.options ?? {});
    expectOk(context.open2Sync(codec), `opening the sound encoder ${coding.codec}`);
    this.context = context;
    this.#block = new Float32Array(context.frameSize);
    this.#blockBytes = Buffer.from(this.#block.buffer);
    this.#frame.alloc();
    this.#packet.alloc();
  }

  /** Takes any number of samples; `emit` gets each packet and must be done with it when it returns. */
  add(samples: Float32Array, emit: (packet: Packet) => void): void {
    for (let at = 0; at < samples.length;) {
      const count = Math.min(samples.length - at, this.#block.length - this.#blockSamples);
      this.#block.set(samples.subarray(at, at + count), this.#blockSamples);
      this.#blockSamples += count;
      at += count;
      if (this.#blockSamples === this.#block.length) this.#send(emit);
    }
  }

  finish(emit: (packet: Packet) => void): void {
    if (this.#blockSamples > 0) this.#send(emit);
    expectOk(this.context.sendFrameSync(null), "finishing the sound");
    this.#drain(emit);
  }

  #send(emit: (packet: Packet) => void): void {
    const frame = this.#frame;
    frame.unref();
    frame.format = this.context.sampleFormat;
    frame.sampleRate = SAMPLE_RATE_HZ;
    frame.channelLayout = AV_CHANNEL_LAYOUT_MONO;
    frame.nbSamples = this.#blockSamples;
    expectOk(frame.allocBuffer(), "allocating a block of sound");
    const plane = frame.data?.[0];
    if (plane === undefined) throw new Error("a block of sound without memory");
    plane.set(this.#blockBytes.subarray(0, this.#blockSamples * 4));
    frame.pts = BigInt(this.#sentSamples);
    this.#sentSamples += this.#blockSamples;
    this.#blockSamples = 0;
    expectOk(this.context.sendFrameSync(frame), "encoding sound");
    this.#drain(emit);
  }

  #drain(emit: (packet: Packet) => void): void {
    for (;;) {
      const status = this.context.receivePacketSync(this.#packet);
      if (status === AVERROR_EAGAIN || status === AVERROR_EOF) return;
      expectOk(status, "encoding sound");
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
