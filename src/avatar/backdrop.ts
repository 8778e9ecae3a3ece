/** What is laid behind a cut-out figure when it is not its own: one colour, or a picture. Runs once, at loading. */
import { InputFault, oneLine } from "../errors/mod.ts";
import { type FrameSize, i420Bytes } from "../time/mod.ts";
import type { I420Frame } from "./face.ts";
import { decodePicture, PICTURE_BYTES_MAX } from "./picture.ts";
import { rgbaToI420Box } from "./pixels.ts";

/** A frame full of `colour`, #rrggbb. */
export function colourBackdrop(colour: string, size: FrameSize): I420Frame {
  const two = new Uint8Array(16);
  const channels = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  for (let pixel = 0; pixel < 4; pixel++) two.set([...channels, 255], pixel * 4);
  const small: I420Frame = { width: 2, height: 2, bytes: new Uint8Array(6) };
  rgbaToI420Box(two, { x: 0, y: 0, width: 2, height: 2 }, small);
  const bytes = new Uint8Array(i420Bytes(size));
  const pixels = size.width * size.height;
  bytes.fill(small.bytes[0]!, 0, pixels);
  bytes.fill(small.bytes[4]!, pixels, pixels * 5 / 4);
  bytes.fill(small.bytes[5]!, pixels * 5 / 4);
  return { ...size, bytes };
}

/** The picture at `path`, its middle kept where the shapes differ. Throws InputFault `bad_background`. */
export async function pictureBackdrop(path: string, size: FrameSize): Promise<I420Frame> {
  const what = `background ${path}`;
  const code = "bad_background";
  const { rgba } = await decodePicture(readFile(path, what, code), what, code, size);
  for (let at = 0; at < rgba.length; at += 4) {
    const alpha = rgba[at + 3]!;
    for (let channel = at; channel < at + 3; channel++) {
      rgba[channel] = Math.round(rgba[channel]! * alpha / 255); // clear parts are black
    }
  }
  const frame: I420Frame = { ...size, bytes: new Uint8Array(i420Bytes(size)) };
  rgbaToI420Box(rgba, { x: 0, y: 0, ...size }, frame);
  return frame;
}

function readFile(path: string, what: string, code: string): Uint8Array {
  try {
    const { isFile, size } = Deno.statSync(path);
    if (!isFile) throw new InputFault(`${what} is no file, wanted a picture file`, { code });
    if (size > PICTURE_BYTES_MAX) {
      throw new InputFault(`${what} has ${size} bytes, wanted at most ${PICTURE_BYTES_MAX}`, { code });
    }
    return Deno.readFileSync(path);
  } catch (error) {
    if (error instanceof InputFault) throw error;
    const how = error instanceof Deno.errors.NotFound
      ? "does not exist"
      : `cannot be read (${oneLine(error)})`;
    throw new InputFault(`${what} ${how}, wanted own, transparent, a colour like #203040 or a picture file`, {
      code,
      cause: error,
    });
  }
}
