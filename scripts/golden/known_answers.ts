/**
 * A folder of known answers: golden.json and the files it names, read and checked for shape before anything is computed.
 *
 * In: a path. Out: arrays, pictures, entries; InputFault `bad_golden` in one line for what is not as it should be.
 */
import sharp from "sharp";
import { InputFault, oneLine } from "../../src/errors/mod.ts";

export interface GoldenPicture {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly bytes: Uint8Array;
}

type Json = Readonly<Record<string, unknown>>;

export class KnownAnswers {
  private constructor(readonly folder: string, readonly json: Json) {}

  static async open(folder: string): Promise<KnownAnswers> {
    const path = `${folder}/golden.json`;
    try {
      const json = JSON.parse(await Deno.readTextFile(path));
      if (typeof json !== "object" || json === null || Array.isArray(json)) {
        throw new Error("it is no object");
      }
      return new KnownAnswers(folder, json);
    } catch (error) {
      throw bad(`${path} cannot be read (${oneLine(error)}), wanted a JSON object`);
    }
  }

  /** The values of an array named in `arrays`; undefined where it is not named. */
  async array(name: string): Promise<{ values: Float32Array; shape: readonly number[] } | undefined> {
    const entry = (this.json["arrays"] as Record<string, Json> | undefined)?.[name];
    if (entry === undefined) return undefined;
    const { file, dtype, shape } = entry as { file?: unknown; dtype?: unknown; shape?: unknown };
    const isShape = Array.isArray(shape) && shape.every((side) => Number.isInteger(side) && side >= 0);
    if (typeof file !== "string" || dtype !== "float32" || !isShape) {
      throw bad(`array ${name} of ${this.folder}/golden.json, wanted file, dtype float32 and shape`);
    }
    const bytes = await this.#bytes(file);
    const count = (shape as number[]).reduce((a, b) => a * b, 1);
    if (bytes.length !== count * 4) {
      throw bad(
        `${this.folder}/${file} has ${bytes.length} bytes, wanted ${count * 4} for the shape ${shape}`,
      );
    }
    return { values: new Float32Array(bytes.slice().buffer), shape: shape as number[] };
  }

  /** Names of the arrays that match. */
  arrayNames(pattern: RegExp): string[] {
    return Object.keys((this.json["arrays"] ?? {}) as Json).filter((name) => pattern.test(name));
  }

  async picture(file: string): Promise<GoldenPicture> {
    const bytes = await this.#bytes(file);
    try {
      const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
      return { width: info.width, height: info.height, channels: info.channels, bytes: data };
    } catch (error) {
      throw bad(`${this.folder}/${file} cannot be decoded (${oneLine(error)}), wanted a PNG`);
    }
  }

  async #bytes(file: string): Promise<Uint8Array> {
    if (file.includes("/") || file.startsWith(".")) {
      throw bad(`file ${JSON.stringify(file)}, wanted a plain name`);
    }
    try {
      return await Deno.readFile(`${this.folder}/${file}`);
    } catch (error) {
      throw bad(
        `${this.folder}/${file} cannot be read (${oneLine(error)}), wanted the file that golden.json names`,
      );
    }
  }
}

export function bad(message: string): InputFault {
  return new InputFault(message, { code: "bad_golden" });
}
