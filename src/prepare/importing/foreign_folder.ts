/**
 * A folder that another program made, read without trust: nothing outside of it, no link that leads there, nothing that
 * is no file, no file that is too large.
 *
 * In: a path. Out: files' paths and bytes, numbered pictures; InputFault `bad_import` that names what is missing or wrong.
 * Main thread; holds nothing.
 */
import { basename } from "node:path";
import { CLIP_FRAMES_MAX } from "../../film/mod.ts";
import { InputFault, oneLine } from "../../errors/mod.ts";

/** Both halves of a doubled folder, and no more. */
const PICTURES_MAX = 2 * CLIP_FRAMES_MAX;
const PICTURE = /\.(png|jpe?g)$/i;

export function badImport(message: string, cause?: unknown): InputFault {
  return new InputFault(message, { code: "bad_import", cause });
}

/** A name out of a file or a folder, fit for a message: short, one line, nothing that a terminal takes for more than text. */
export function plainName(name: string): string {
  // deno-lint-ignore no-control-regex
  return name.slice(0, 120).replace(/[\x00-\x1f\x7f-\x9f]/g, "?");
}

/** What a file holds against the frames that there are. */
export function checkCount(what: string, count: number, of: string, frames: number): void {
  if (count === frames) return;
  throw badImport(`${what} has ${count} ${of} for ${frames} pictures in full_imgs, wanted one each`);
}

export class ForeignFolder {
  /** For messages. */
  readonly name: string;
  readonly path: string;
  readonly #real: string;

  /** Throws where there is no folder. */
  constructor(path: string) {
    this.name = plainName(basename(path.replace(/\/+$/, "")) || path);
    this.path = path;
    try {
      this.#real = Deno.realPathSync(path);
      if (!Deno.statSync(this.#real).isDirectory) {
        throw badImport(`${path} is no folder, wanted an avatar's folder`);
      }
    } catch (error) {
      if (error instanceof InputFault) throw error;
      throw badImport(`${path} cannot be opened (${oneLine(error)}), wanted an avatar's folder`, error);
    }
  }

  has(name: string): boolean {
    try {
      Deno.lstatSync(`${this.#real}/${name}`);
      return true;
    } catch {
      return false; // whoever opens it says why
    }
  }

  /** The real path of a file in the folder or below it; `name` may come out of a file that cannot be trusted. */
  file(name: string): string {
    const real = this.#inside(name, "file");
    if (!Deno.statSync(real).isFile) throw badImport(`${this.#label(name)} is no file, wanted one`);
    return real;
  }

  get realPath(): string {
    return this.#real;
  }

  /** The real path of a file or a folder in it. */
  place(name: string): string {
    return this.#inside(name, "file");
  }

  /** Throws where the file has more than `bytesMax`. */
  read(name: string, bytesMax: number): Uint8Array {
    const real = this.file(name);
    const { size } = Deno.statSync(real);
    if (size > bytesMax) {
      throw badImport(`${this.#label(name)} has ${size} bytes, wanted at most ${bytesMax}`);
    }
    try {
      return Deno.readFileSync(real);
    } catch (error) {
      throw badImport(`${this.#label(name)} cannot be read (${oneLine(error)}), wanted a file`, error);
    }
  }

  /**
   * Names of a folder's pictures, in the order of the numbers that they are called by: 00000000.png, 00000001.png, ...
   * An empty `name` is this folder.
   */
  pictures(name: string): string[] {
    const real = this.#inside(name || ".", "folder of pictures");
    const label = this.#label(name);
    if (!Deno.statSync(real).isDirectory) throw badImport(`${label} is no folder, wanted one of pictures`);
    const numbered: [number, string][] = [];
    for (const { name: file } of Deno.readDirSync(real)) {
      if (!PICTURE.test(file)) continue;
      const stem = file.replace(PICTURE, "");
      if (!/^\d{1,9}$/.test(stem)) {
        throw badImport(
          `${label}/${plainName(file)} has no number as its name, wanted 00000000.png and so on`,
        );
      }
      numbered.push([Number(stem), file]);
      if (numbered.length > PICTURES_MAX) {
        throw badImport(`${label} has more than ${PICTURES_MAX} pictures, wanted at most half an hour`);
      }
    }
    if (numbered.length === 0) throw badImport(`${label} has no pictures, wanted 00000000.png and so on`);
    numbered.sort(([a], [b]) => a - b);
    const twice = numbered.find(([number], at) => numbered[at + 1]?.[0] === number);
    if (twice) throw badImport(`${label} has number ${twice[0]} twice, wanted one picture of each`);
    return numbered.map(([, file]) => name ? `${name}/${file}` : file);
  }

  #inside(name: string, wanted: string): string {
    const label = this.#label(name);
    let real: string;
    try {
      real = Deno.realPathSync(`${this.#real}/${name}`);
    } catch (error) {
      const is = error instanceof Deno.errors.NotFound ? "is missing" : `cannot be read (${oneLine(error)})`;
      throw badImport(`${label} ${is}, wanted a ${wanted}`, error);
    }
    if (real !== this.#real && !real.startsWith(`${this.#real}/`)) {
      throw badImport(`${label} leads out of the folder, wanted a ${wanted} in it`);
    }
    return real;
  }

  #label(name: string): string {
    return name ? `${this.name}/${plainName(name)}` : this.name;
  }
}
