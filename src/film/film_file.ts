/**
 * Coded pictures into an MP4 file: the last step of writing a film, and of joining films.
 *
 * In: the coding, and packets in the order they are shown. Out: the file, stamped 25 a second. Main thread.
 */
import { type CodecParameters, FormatContext, type Packet, Rational, type Stream } from "node-av/lib";
import { AVFMT_FLAG_BITEXACT } from "node-av/constants";
import { FILM_FPS } from "./clip.ts";
import { expectOk } from "../media/mod.ts";

const FRAME = new Rational(1, FILM_FPS);

export class FilmFile implements Disposable {
  readonly #format = new FormatContext();
  readonly #stream: Stream;
  readonly #action: string;
  #isOpen = false;
  #frames = 0;

  /** `describe` fills in what the packets are coded with. */
  constructor(path: string, describe: (parameters: CodecParameters) => number) {
    this.#action = `writing ${path}`;
    using opened = new DisposableStack();
    opened.defer(() => this.#close());
    // "file:" keeps a name such as "a:b.mp4" from being read as a protocol
    expectOk(this.#format.allocOutputContext2(null, "mp4", `file:${path}`), this.#action);
    this.#format.setFlags(AVFMT_FLAG_BITEXACT);
    this.#stream = this.#format.newStream();
    this.#stream.timeBase = FRAME;
    this.#stream.avgFrameRate = FRAME_RATE;
    expectOk(describe(this.#stream.codecpar), this.#action);
    expectOk(this.#format.openOutputSync(), this.#action);
    this.#isOpen = true;
    expectOk(this.#format.writeHeaderSync(), this.#action);
    opened.move();
  }

  get frames(): number {
    return this.#frames;
  }

  /** Takes the packet's data over; it is the next frame, whatever its stamps say. */
  write(packet: Packet): void {
    packet.streamIndex = 0;
    packet.pts = packet.dts = BigInt(this.#frames++);
    packet.duration = 1n;
    packet.rescaleTs(FRAME, this.#stream.timeBase);
    expectOk(this.#format.interleavedWriteFrameSync(packet), this.#action);
    this.#check();
  }

  finish(): void {
    expectOk(this.#format.interleavedWriteFrameSync(null), this.#action);
    expectOk(this.#format.writeTrailerSync(), this.#action);
    this.#check();
    this.#close();
  }

  /** Buffered writes fail late: the error stays on the file. */
  #check(): void {
    expectOk(this.#format.pb?.error ?? 0, this.#action);
  }

  #close(): void {
    if (this.#isOpen) {
      this.#isOpen = false;
      this.#format.closeOutputSync();
    }
    this.#format.freeContext();
  }

  [Symbol.dispose](): void {
    if (this.#isOpen) this.#close();
  }
}

const FRAME_RATE = new Rational(FILM_FPS, 1);
