/**
 * One avatar's folder, whose files are read trusting nothing: no name with folders in it, no link that leads out, no
 * file over its limit, nothing that is not a file.
 *
 * In: a path. Out: text and bytes of its files. Main thread and, at loading, the stage's.
 */
import { InputFault, oneLine } from "../errors/mod.ts";

const FILE_BYTES_MAX = 8 * 1024 * 1024;

export function badAvatar(message: string, cause?: unknown): InputFault {
  return new InputFault(
    message,
    cause === undefined ? { code: "bad_avatar" } : { code: "bad_avatar", cause },
  );
}

export class AvatarFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path.replace(/(?<=.)\/+$/, "");
  }

  /** The folder's own name. */
  get name(): string {
    return this.path.split("/").at(-1)!;
  }

  /** For messages: the avatar's folder and one of its files. */
  label(file: string): string {
    return `avatar ${this.path}: ${file}`;
  }

  /** UTF-8 text of `file`, a plain name; `wanted` ends the message. Throws InputFault `bad_avatar`. */
  text(file: string, wanted: string, bytesMax = FILE_BYTES_MAX): string {
    try {
      return new TextDecoder("utf-8", { fatal: true }).decode(this.bytes(file, wanted, bytesMax));
    } catch (error) {
      if (error instanceof InputFault) throw error;
      throw badAvatar(`${this.label(file)} is not UTF-8 text, wanted ${wanted}`, error);
    }
  }

  /** As `text`, undecoded. */
  bytes(file: string, wanted: string, bytesMax = FILE_BYTES_MAX): Uint8Array<ArrayBuffer> {
    const what = this.label(file);
    try {
      const real = Deno.realPathSync(`${this.path}/${file}`);
      if (!real.startsWith(`${Deno.realPathSync(this.path)}/`)) {
        throw badAvatar(`${what} is a link out of the folder, wanted a file in it`);
      }
      const { size, isFile } = Deno.statSync(real);
      if (!isFile) throw badAvatar(`${what} is no file, wanted ${wanted}`);
      if (size > bytesMax) throw badAvatar(`${what} has ${size} bytes, wanted at most ${bytesMax}`);
      return Deno.readFileSync(real);
    } catch (error) {
      if (error instanceof InputFault) throw error;
      if (error instanceof Deno.errors.NotFound) {
        throw badAvatar(`${what} is missing, wanted ${wanted}`, error);
      }
      throw badAvatar(`${what} cannot be read (${oneLine(error)}), wanted ${wanted}`, error);
    }
  }
}
