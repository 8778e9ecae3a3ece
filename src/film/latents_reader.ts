/**
 * Reads MuseTalk's latents of a clip (layout.ts has the format).
 *
 * In: the file. Out: LATENT_VALUES float32 of a frame in memory of the caller. Any thread; one frame is held.
 */
import { InFile } from "./in_file.ts";
import { LATENT_VALUES } from "./layout.ts";

const FRAME_BYTES = LATENT_VALUES * 2;

export class LatentsReader implements Disposable {
  readonly frames: number;
  readonly #file: InFile;
  readonly #halves = new Float16Array(LATENT_VALUES);
  readonly #bytes = new Uint8Array(this.#halves.buffer);

  private constructor(file: InFile, frames: number) {
    this.#file = file;
    this.frames = frames;
  }

  /** `frames` is how many the manifest says. */
  static open(folder: string, name: string, frames: number): LatentsReader {
    using opened = new DisposableStack();
    const file = opened.use(InFile.open(folder, name, "the latents of a clip"));
    const bytes = frames * FRAME_BYTES;
    if (file.bytes !== bytes) {
      throw file.bad(`has ${file.bytes} bytes, wanted ${bytes} for the ${frames} frames of avatar.json`);
    }
    opened.move();
    return new LatentsReader(file, frames);
  }

  /** Fills the first LATENT_VALUES places of `into`. */
  read(frame: number, into: Float32Array): void {
    if (!(frame >= 0 && frame < this.frames)) {
      throw new RangeError(`frame ${frame} of latents with ${this.frames}`);
    }
    this.#file.read(frame * FRAME_BYTES, this.#bytes);
    const halves = this.#halves;
    for (let at = 0; at < LATENT_VALUES; at++) {
      const value = halves[at]!;
      if (!Number.isFinite(value)) {
        throw this.#file.bad(`has a value of ${value} in frame ${frame}, wanted numbers`);
      }
      into[at] = value;
    }
  }

  [Symbol.dispose](): void {
    this.#file[Symbol.dispose]();
  }
}
