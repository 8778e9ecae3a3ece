/**
 * Units in, one playable file out: MP4 (H.264 + AAC), WebM (VP8 + Opus) or MKV (H.264 + AAC), by extension.
 *
 * Runs in whatever isolate calls it; the picture is encoded on a thread of the media library, sound and writing on the
 * caller's. Frame n and the samples under it share one time, whatever the encoders' delays. The same input gives the
 * same bytes. Written under a temporary name and renamed by close(); a killed process leaves the temporary file, which
 * plays up to the last whole two seconds. Backpressure: await each add() before the next.
 */
import { Log, type Packet } from "node-av/lib";
import { AV_LOG_QUIET } from "node-av/constants";
import { AudioEncoder, VideoEncoder } from "../encode/mod.ts";
import { Fault, InputFault } from "../errors/mod.ts";
import { type FrameSize, SAMPLE_RATE_HZ } from "../time/mod.ts";
import { audioCoding, containerFor, videoCoding } from "./container.ts";
import { Muxer } from "./muxer.ts";
import { PartialFile } from "./partial_file.ts";

export interface RecorderOptions {
  readonly size: FrameSize;
  readonly fps: number;
  /** 48 kHz samples under one frame. */
  readonly samplesPerFrame: number;
  /** Pictures have an alpha plane behind their I420 planes: only .webm keeps it. Default false. */
  readonly hasAlpha?: boolean;
  /** When it aborts, later add() calls reject with its reason; close() still finishes the file. */
  readonly signal?: AbortSignal;
}

export interface RecordingResult {
  /** The finished file; with 0 frames there is none. */
  readonly path: string;
  readonly frames: number;
  readonly bytes: number;
  readonly durationMs: number;
}

const VIDEO = 0;
const AUDIO = 1;

export class Recorder implements AsyncDisposable {
  readonly #options: RecorderOptions;
  readonly #file: PartialFile;
  readonly #video: VideoEncoder;
  readonly #audio: AudioEncoder;
  readonly #muxer: Muxer;
  readonly #writeVideo = (packet: Packet) => this.#muxer.write(VIDEO, packet);
  readonly #writeAudio = (packet: Packet) => this.#muxer.write(AUDIO, packet);
  #frames = 0;
  #adding: Promise<void> | undefined;
  #result: RecordingResult | undefined;

  /** Rejects with InputFault (`bad_extension`, `bad_path`) before anything is written. */
  // deno-lint-ignore require-await -- opening is quick today; callers must not depend on that
  static async open(path: string, options: RecorderOptions): Promise<Recorder> {
    options.signal?.throwIfAborted();
    return new Recorder(path, options);
  }

  private constructor(path: string, options: RecorderOptions) {
    Log.setLevel(AV_LOG_QUIET); // its faults come back as status numbers; stderr belongs to the terminal
    const container = containerFor(path);
    const hasAlpha = options.hasAlpha === true;
    if (hasAlpha && !container.canHoldAlpha) {
      throw new InputFault(`recording transparent pictures to ${path} is not possible, wanted a .webm file`, {
        code: "no_alpha",
      });
    }
    this.#options = options;
    this.#file = PartialFile.claim(path);
    using opened = new DisposableStack();
    opened.defer(() => this.#file.discard());
    this.#video = opened.use(new VideoEncoder(videoCoding(container, options.size, options.fps, hasAlpha)));
    this.#audio = opened.use(new AudioEncoder(audioCoding(container)));
    this.#muxer = new Muxer(container, this.#file.path, [this.#video.context, this.#audio.context]);
    opened.move();
  }

  /** Units taken so far. */
  get frames(): number {
    return this.#frames;
  }

  /**
   * Encodes one unit: an I420 frame (and its alpha plane where the recorder was opened for it) and the samples under it. Both are copied before this returns, so the caller may
   * compose the next unit meanwhile. Rejects with Fault `disk_full` once the file has been closed and renamed as it
   * is, with Fault `closed` afterwards.
   */
  add(frame: Uint8Array, samples: Float32Array): Promise<void> {
    try {
      this.#options.signal?.throwIfAborted();
      if (this.#result !== undefined) throw new Fault("recording a frame: it is closed", { code: "closed" });
      if (this.#adding !== undefined) {
        throw new Fault("recording a frame: the last one is not done", { code: "busy" });
      }
      if (samples.length !== this.#options.samplesPerFrame) {
        throw new RangeError(
          `${samples.length} samples under a frame, wanted ${this.#options.samplesPerFrame}`,
        );
      }
      this.#video.load(frame, this.#frames);
      this.#frames++;
      this.#guard(() => this.#audio.add(samples, this.#writeAudio));
    } catch (error) {
      return Promise.reject(error);
    }
    this.#adding = this.#video.encode(this.#writeVideo)
      .catch((error) => this.#fail(error))
      .finally(() => this.#adding = undefined);
    return this.#adding;
  }

  /** Finishes the file and gives it its name. A second call answers the same. */
  async close(): Promise<RecordingResult> {
    await this.#adding?.catch(() => {}); // its caller has been told
    if (this.#result !== undefined) return this.#result;
    if (this.#frames === 0) {
      await this.discard();
      return this.#result = { path: this.#file.destination, frames: 0, bytes: 0, durationMs: 0 };
    }
    this.#guard(() => {
      this.#audio.finish(this.#writeAudio);
      this.#video.finish(this.#writeVideo);
      this.#muxer.finish();
    });
    return this.#publish();
  }

  /** Stops without leaving a file. */
  async discard(): Promise<void> {
    await this.#adding?.catch(() => {}); // its caller has been told
    if (this.#result !== undefined) return;
    this.#result = { path: this.#file.destination, frames: 0, bytes: 0, durationMs: 0 };
    this.#release();
    this.#file.discard();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #guard(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** What could be written is kept: whole fragments play, so the file gets its name all the same. */
  #fail(error: unknown): never {
    const { path } = this.#publish();
    if (error instanceof Fault && error.code === "disk_full") {
      throw new Fault(`recording to ${path}: the disk is full; the file was closed and plays up to there`, {
        code: "disk_full",
        cause: error,
      });
    }
    throw error;
  }

  #publish(): RecordingResult {
    this.#release();
    const bytes = this.#file.bytes;
    this.#result = {
      path: this.#file.destination,
      frames: this.#frames,
      bytes,
      durationMs: this.#frames * this.#options.samplesPerFrame * 1000 / SAMPLE_RATE_HZ,
    };
    this.#file.publish();
    return this.#result;
  }

  #release(): void {
    this.#muxer.abandon();
    this.#audio[Symbol.dispose]();
    this.#video[Symbol.dispose]();
  }
}
