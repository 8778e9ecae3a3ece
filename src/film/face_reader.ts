/**
 * Reads a pack of faces: what Wav2Lip and Ultralight see, RGB of a square for each frame.
 *
 * In: the file. Out: pixels. Any thread with an event loop; the JPEG decoder works on threads of its own. Nothing is held
 * between calls.
 */
import { InputFault, oneLine } from "../errors/mod.ts";
import { PackReader } from "./pack_reader.ts";

export class FaceReader implements Disposable {
  readonly #pack: PackReader;
  readonly #side: number;

  private constructor(pack: PackReader, side: number) {
    this.#pack = pack;
    this.#side = side;
  }

  /** `side` is FACE_SIDE of the family. */
  static open(folder: string, name: string, frames: number, side: number): FaceReader {
    return new FaceReader(PackReader.open(folder, name, frames), side);
  }

  /** side * side * 3 bytes, RGB, rows from the top. */
  async read(frame: number): Promise<Uint8Array> {
    const side = this.#side;
    const wanted = `a JPEG of ${side}x${side} pixels`;
    const jpeg = this.#pack.entry(frame);
    if (jpeg[0] !== 0xff || jpeg[1] !== 0xd8 || jpeg[2] !== 0xff) {
      throw this.#pack.bad(`has no picture in entry ${frame}, wanted ${wanted}`);
    }
    const { default: sharp } = await import("sharp"); // 50 ms and native memory: only where faces are read
    try {
      const picture = sharp(jpeg, { limitInputPixels: side * side, failOn: "error" });
      const { data, info } = await picture.toColourspace("srgb").raw().toBuffer({ resolveWithObject: true });
      if (info.width !== side || info.height !== side || info.channels !== 3) {
        throw this.#pack.bad(`has ${info.width}x${info.height} pixels in entry ${frame}, wanted ${wanted}`);
      }
      return data;
    } catch (error) {
      if (error instanceof InputFault) throw error;
      throw this.#pack.bad(
        `has a picture in entry ${frame} that cannot be decoded (${oneLine(error)}), wanted ${wanted}`,
        error,
      );
    }
  }

  [Symbol.dispose](): void {
    this.#pack[Symbol.dispose]();
  }
}
