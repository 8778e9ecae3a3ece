/**
 * Decodes a picture file that cannot be trusted: PNG, JPEG or WebP, its size looked at before anything is decoded.
 *
 * In: a file's bytes. Out: RGBA of the wanted size (cover-fit, upright by EXIF) or of its own. Runs once, at loading.
 * Limits: 64 MB, 60 megapixels, sides of 16 384.
 */
import { InputFault, oneLine } from "../errors/mod.ts";
import { type FrameSize } from "../time/mod.ts";

export const PICTURE_BYTES_MAX = 64 * 1024 * 1024;
const SIDE_MAX = 16_384;
const PIXELS_MAX = 60_000_000;
const WANTED = "a PNG, JPEG or WebP picture";

export interface Picture extends FrameSize {
  /** width * height * 4 bytes, rows from the top, not premultiplied. */
  readonly rgba: Uint8Array;
}

/**
 * `what` names the file in messages, `code` is the InputFault's. With `cover` the picture is cut and scaled to that
 * size. Throws InputFault for other formats, for pictures over the limits and for broken ones.
 */
export async function decodePicture(
  bytes: Uint8Array,
  what: string,
  code: string,
  cover?: FrameSize,
): Promise<Picture> {
  const refusal = (line: string, cause?: unknown) =>
    new InputFault(`${what} ${line}`, cause === undefined ? { code } : { code, cause });
  if (!isPicture(bytes)) throw refusal(`is no picture, wanted ${WANTED}`);
  const { default: sharp } = await import("sharp"); // 50 ms and native memory: only where there is a picture
  try {
    const { width, height } = await sharp(bytes, { limitInputPixels: false }).metadata(); // reads the header alone
    if (width > SIDE_MAX || height > SIDE_MAX || width * height > PIXELS_MAX) {
      throw refusal(
        `has ${width}x${height} pixels, wanted sides up to ${SIDE_MAX} and ${PIXELS_MAX / 1e6} megapixels`,
      );
    }
    const options = { limitInputPixels: PIXELS_MAX, failOn: "error" } as const;
    const upright = sharp(bytes, options).rotate();
    const sized = cover ? upright.resize(cover.width, cover.height, { fit: "cover" }) : upright;
    const { data, info } = await sized.toColourspace("srgb").ensureAlpha().raw().toBuffer({
      resolveWithObject: true,
    });
    return { width: info.width, height: info.height, rgba: data };
  } catch (error) {
    if (error instanceof InputFault) throw error;
    throw refusal(`cannot be decoded (${oneLine(error)}), wanted ${WANTED}`, error);
  }
}

/** By the first bytes: the decoder itself would also take SVG, PDF and others that do more than show. */
function isPicture(bytes: Uint8Array): boolean {
  const begins = (at: number, ...values: number[]) =>
    values.every((value, index) => bytes[at + index] === value);
  const isPng = begins(0, 0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
  const isJpeg = begins(0, 0xff, 0xd8, 0xff);
  const isWebp = begins(0, 0x52, 0x49, 0x46, 0x46) && begins(8, 0x57, 0x45, 0x42, 0x50);
  return isPng || isJpeg || isWebp;
}
