/**
 * A folder of known answers: golden.json and the files it names, read and checked for shape before anything is computed.
 *
 * In: a path. Out: arrays, pictures, entries; InputFault `bad_golden` in one line for what is not as it should be.
 */
import sharp from "sharp";
import { z } from "zod";
import { InputFault, oneLine } from "../../src/errors/mod.ts";

const count = z.number().int().nonnegative();
/** x1, y1, x2, y2. */
const corners = z.tuple([z.int(), z.int(), z.int(), z.int()]);
/** Channel, row, column. */
const spot = z.object({ at: z.tuple([count, count, count]), value: z.number() });

const SCHEMA = z.object({
  arrays: z.record(
    z.string(),
    z.object({ file: z.string(), dtype: z.string(), shape: z.array(count) }),
  ).default({}),
  windows: z.record(
    z.string().regex(/^\d+(\.\d+)?$/, "wanted a frame rate"),
    z.object({
      samples: count,
      frames: count.optional(),
      rows: z.record(z.string().regex(/^\d+$/, "wanted a frame's number"), z.array(z.int())),
      layersOfFirstFive: z.array(z.int().min(0).max(4)).length(5).optional(),
    }),
  ).default({}),
  vae_pre: z.object({
    file: z.string().default("vae_face.png"),
    masked: z.array(spot).default([]),
    reference: z.array(spot).default([]),
  }).optional(),
  decode: z.array(z.object({ decoder: z.number(), u8: z.number() })).default([]),
  blend: z.array(z.object({
    box: corners,
    crop: corners,
    patch: z.string(),
    mask: z.string(),
    out: z.string(),
    frame: z.string().default("frame.png"),
  })).default([]),
});

export type GoldenJson = z.infer<typeof SCHEMA>;

export interface GoldenPicture {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly bytes: Uint8Array;
}

export interface GoldenArray {
  readonly values: Float32Array;
  readonly shape: readonly number[];
}

export class KnownAnswers {
  private constructor(readonly folder: string, readonly json: GoldenJson) {}

  static async open(folder: string): Promise<KnownAnswers> {
    const path = `${folder}/golden.json`;
    let json: unknown;
    try {
      json = JSON.parse(await Deno.readTextFile(path));
    } catch (error) {
      throw bad(`${path} cannot be read (${oneLine(error)}), wanted a JSON object`);
    }
    const parsed = SCHEMA.safeParse(json);
    if (parsed.success) return new KnownAnswers(folder, parsed.data);
    const [issue] = parsed.error.issues;
    throw bad(`${path}: ${issue?.path.join(".") || "all of it"}: ${oneLine(issue?.message ?? "not known")}`);
  }

  /** A new array, of the numbers of an array that `arrays` names. */
  async array(name: string): Promise<GoldenArray> {
    const entry = this.json.arrays[name];
    if (entry === undefined) {
      throw bad(`${this.folder}/golden.json names no array ${name}, wanted one beside its pair`);
    }
    const { file, dtype, shape } = entry;
    if (dtype !== "float32") throw bad(`array ${name} of ${this.folder} is of ${dtype}, wanted float32`);
    const bytes = await this.#bytes(file);
    const numbers = shape.reduce((a, b) => a * b, 1);
    if (bytes.length !== numbers * 4) {
      throw bad(
        `${this.folder}/${file} has ${bytes.length} bytes, wanted ${numbers * 4} for the shape ${shape}`,
      );
    }
    return { values: new Float32Array(bytes.slice().buffer), shape };
  }

  shape(name: string): readonly number[] {
    return this.json.arrays[name]?.shape ?? [];
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
      throw bad(`file ${JSON.stringify(file)} of ${this.folder}/golden.json, wanted a plain name`);
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
