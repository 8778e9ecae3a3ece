/**
 * The sound of one programme in, Opus packets out, shared by all its viewers. Each packet carries the media time of its
 * first sample as it is heard: the encoder's priming is taken off, so that lips and sound meet. With in-band repair
 * (RFC 6716, section 2.1.7): a lost packet is heard from the next one.
 */
import { Buffer } from "node:buffer";
import { FF_ENCODER_LIBOPUS } from "node-av/constants";
import { AudioEncoder } from "../../encode/mod.ts";

const BITS = 48_000;

export class LiveSound implements Disposable {
  readonly #encoder = new AudioEncoder({
    codec: FF_ENCODER_LIBOPUS,
    bitRate: BITS,
    options: { application: "audio", frame_duration: "20", fec: "1", packet_loss: "5", vbr: "constrained" },
    hasGlobalHeader: false,
  });
  /** Media time of the encoder's sample 0. */
  readonly #firstSample: number;
  readonly #emit: (packet: Buffer, mediaSample: number) => void;

  /** `firstSample`: media time of the first sample that will be taken. */
  constructor(firstSample: number, emit: (packet: Buffer, mediaSample: number) => void) {
    this.#firstSample = firstSample;
    this.#emit = emit;
  }

  /** 48 kHz mono, without a gap behind the last ones. */
  take(samples: Float32Array): void {
    this.#encoder.add(samples, (packet) => {
      // A copy: the packet's memory is the encoder's, and packets are kept for repair.
      this.#emit(Buffer.from(packet.data!), this.#firstSample + Number(packet.pts));
    });
  }

  [Symbol.dispose](): void {
    this.#encoder[Symbol.dispose]();
  }
}
