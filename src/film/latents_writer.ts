/**
 * Writes MuseTalk's latents of a clip as float16, rounded to the nearest, ties to even (layout.ts has the format).
 *
 * In: LATENT_VALUES numbers a frame. Out: the file. Main thread; one frame is held.
 */
import { HALF_MAX, LATENT_VALUES } from "./layout.ts";
import { OutFile } from "./out_file.ts";

export class LatentsWriter implements Disposable {
  readonly #file: OutFile;
  readonly #frames: number;
  readonly #halves = new Float16Array(LATENT_VALUES);
  readonly #bytes = new Uint8Array(this.#halves.buffer);
  #written = 0;

  private constructor(file: OutFile, frames: number) {
    this.#file = file;
    this.#frames = frames;
  }

  static async create(path: string, frames: number): Promise<LatentsWriter> {
    return new LatentsWriter(await OutFile.create(path), frames);
  }

  async add(values: Float32Array): Promise<void> {
    if (values.length !== LATENT_VALUES) {
      throw new RangeError(`${values.length} latent values, wanted ${LATENT_VALUES}`);
    }
    for (let at = 0; at < LATENT_VALUES; at++) {
      const value = values[at]!;
      if (!(Math.abs(value) <= HALF_MAX)) {
        throw new RangeError(
          `a latent value of ${value} in frame ${this.#written}, wanted what float16 holds`,
        );
      }
      this.#halves[at] = value;
    }
    await this.#file.write(this.#bytes);
    this.#written++;
  }

  async finish(): Promise<void> {
    if (this.#written !== this.#frames) {
      throw new RangeError(`latents of ${this.#written} frames, announced were ${this.#frames}`);
    }
    await this.#file.finish();
  }

  [Symbol.dispose](): void {
    this.#file[Symbol.dispose]();
  }
}
