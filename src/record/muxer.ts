/**
 * Coded packets in, a container file out. Every packet reaches the system when its fragment or cluster is whole, so
 * that a killed process leaves a file that plays up to there. After a failed write nothing more may be written: the
 * trailer would turn the readable fragments into a broken index, so `abandon` closes the file as it is.
 */
import { type CodecContext, FormatContext, type Packet, type Stream } from "node-av/lib";
import { AVFMT_FLAG_BITEXACT, AVFMT_FLAG_FLUSH_PACKETS } from "node-av/constants";
import { expectOk, setOptions } from "../media/mod.ts";
import type { Container } from "./container.ts";

interface Track {
  readonly stream: Stream;
  readonly context: CodecContext;
}

export class Muxer {
  readonly #format: FormatContext;
  readonly #tracks: Track[] = [];
  #isOpen = false;

  constructor(container: Container, path: string, encoders: readonly CodecContext[]) {
    const format = new FormatContext();
    this.#format = format;
    // "file:" keeps a name such as "a:b.mp4" from being read as a protocol
    expectOk(format.allocOutputContext2(null, container.format, `file:${path}`), "preparing the file");
    format.setFlags(AVFMT_FLAG_BITEXACT, AVFMT_FLAG_FLUSH_PACKETS);
    for (const context of encoders) {
      const stream = format.newStream();
      stream.timeBase = context.timeBase;
      expectOk(stream.codecpar.fromContext(context), "describing a track");
      this.#tracks.push({ stream, context });
    }
    expectOk(format.openOutputSync(), "opening the file");
    this.#isOpen = true;
    using opened = new DisposableStack();
    opened.defer(() => this.abandon());
    setOptions(format.getNative(), container.formatOptions);
    expectOk(format.writeHeaderSync(), "writing the head of the file");
    opened.move();
  }

  /** Takes the packet's data over; its stamps are in the encoder's time base. */
  write(track: number, packet: Packet): void {
    const { stream, context } = this.#tracks[track]!;
    packet.streamIndex = track;
    packet.rescaleTs(context.timeBase, stream.timeBase);
    expectOk(this.#format.interleavedWriteFrameSync(packet), "writing the recording");
    this.#check();
  }

  /** Writes the index and closes. */
  finish(): void {
    expectOk(this.#format.interleavedWriteFrameSync(null), "writing the recording");
    this.#check();
    expectOk(this.#format.writeTrailerSync(), "writing the end of the recording");
    this.#check();
    this.abandon();
  }

  /** Closes the file as it is; harmless when it is closed already. */
  abandon(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#format.closeOutputSync();
    this.#format.freeContext();
  }

  /** Buffered writes fail late: the error stays on the file. */
  #check(): void {
    expectOk(this.#format.pb?.error ?? 0, "writing the recording");
  }
}
