/**
 * A photo file as pixels, trusting nothing in it: what it claims about its size is checked before a pixel is decoded.
 *
 * In: a path. Out: 8-bit RGB rows from the top, turned upright by its EXIF orientation, and its opacity where it is
 * cut out. Main thread.
 */
import { decodePicture, PICTURE_BYTES_MAX } from "../avatar/mod.ts";
import { InputFault, oneLine } from "../errors/mod.ts";

const SIDE_MIN = 64;
const WANTED = "a PNG, JPEG or WebP photo";

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** width * height * 3 bytes, sRGB. */
  readonly rgb: Uint8Array;
  /** width * height bytes, 0 = clear, for a picture that is not opaque everywhere. */
  readonly alpha?: Uint8Array;
}

/** Throws InputFault `bad_picture`, in one line that names the file, what is wrong and what is wanted. */
export async function readPicture(path: string): Promise<Picture> {
  const bytes = await readBytes(path);
  if (isHeic(bytes)) {
    throw bad(`${path} is HEIC, which cannot be decoded here, wanted ${WANTED}: export it as JPEG`);
  }
  const { width, height, rgba } = await decodePicture(bytes, path, "bad_picture");
  if (Math.min(width, height) < SIDE_MIN) {
    throw bad(`${path} has ${width}x${height} pixels, wanted at least ${SIDE_MIN} a side`);
  }
  return split(rgba, width, height);
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    const { size, isFile } = await Deno.stat(path);
    if (!isFile) throw bad(`${path} is no file, wanted ${WANTED}`);
    if (size > PICTURE_BYTES_MAX) {
      throw bad(`${path} has ${size} bytes, wanted at most ${PICTURE_BYTES_MAX}`);
    }
    return await Deno.readFile(path);
  } catch (error) {
    if (error instanceof InputFault) throw error;
    if (error instanceof Deno.errors.NotFound) throw bad(`${path} does not exist, wanted ${WANTED}`, error);
    throw bad(`${path} cannot be read (${oneLine(error)}), wanted ${WANTED}`, error);
  }
}

/** What telephones write; by the brand in its first box. */
function isHeic(bytes: Uint8Array): boolean {
  const word = (at: number) => String.fromCharCode(...bytes.subarray(at, at + 4));
  return word(4) === "ftyp" && ["heic", "heix", "hevc", "mif1", "msf1"].includes(word(8));
}

function split(rgba: Uint8Array, width: number, height: number): Picture {
  const count = width * height;
  const rgb = new Uint8Array(count * 3);
  const alpha = new Uint8Array(count);
  let isOpaque = true;
  for (let at = 0, from = 0, to = 0; at < count; at++, from += 4, to += 3) {
    rgb[to] = rgba[from]!;
    rgb[to + 1] = rgba[from + 1]!;
    rgb[to + 2] = rgba[from + 2]!;
    const opacity = alpha[at] = rgba[from + 3]!;
    if (opacity !== 255) isOpaque = false;
  }
  return isOpaque ? { width, height, rgb } : { width, height, rgb, alpha };
}

function bad(message: string, cause?: unknown): InputFault {
  return new InputFault(
    message,
    cause === undefined ? { code: "bad_picture" } : { code: "bad_picture", cause },
  );
}
