/** preview.png: the new avatar as the stage shows it. */
import sharp from "sharp";
import { loadFace } from "../avatar/mod.ts";
import { i420Bytes } from "../time/mod.ts";
import { rgbOf } from "./rgb.ts";

const SIZE = { width: 640, height: 360 };
const PATIENCE_MS = 10_000;

/** Loads the avatar, which proves it, and paints its first frame. A PNG. Throws InputFault `bad_avatar`. */
export async function previewOf(folder: string): Promise<Uint8Array> {
  using face = await loadFace(folder, SIZE, { patienceMs: PATIENCE_MS });
  const frame = { ...SIZE, bytes: new Uint8Array(i420Bytes(SIZE)) };
  face.film?.show(0, 0);
  face.paintIdle(frame, 0);
  return await sharp(rgbOf(frame), { raw: { ...SIZE, channels: 3 } }).png().toBuffer();
}
