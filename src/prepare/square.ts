/** Cuts squares out of a picture and scales them, for the face models: black where the picture ends. Main thread. */
import sharp from "sharp";
import type { Picture } from "./picture.ts";

/** In pixels of the picture; may reach over its edges. */
export interface Square {
  readonly x: number;
  readonly y: number;
  readonly side: number;
}

/** RGB bytes of `square`, scaled to `to` pixels a side, mirrored on demand. */
export async function cutSquare(
  picture: Picture,
  square: Square,
  to: number,
  isMirrored = false,
): Promise<Uint8Array> {
  const { width, height, rgb } = picture;
  const left = Math.max(0, square.x);
  const top = Math.max(0, square.y);
  const right = Math.min(width, square.x + square.side);
  const bottom = Math.min(height, square.y + square.side);
  const scale = to / square.side;
  const inside = {
    left: Math.round((left - square.x) * scale),
    top: Math.round((top - square.y) * scale),
    width: Math.max(1, Math.round((right - left) * scale)),
    height: Math.max(1, Math.round((bottom - top) * scale)),
  };
  let image = sharp(rgb, { raw: { width, height, channels: 3 } })
    .extract({ left, top, width: right - left, height: bottom - top })
    .resize(Math.min(to, inside.width), Math.min(to, inside.height), { fit: "fill", kernel: "cubic" })
    .extend({
      left: Math.min(inside.left, to - 1),
      top: Math.min(inside.top, to - 1),
      right: Math.max(0, to - inside.left - Math.min(to, inside.width)),
      bottom: Math.max(0, to - inside.top - Math.min(to, inside.height)),
      background: "#000",
    });
  if (isMirrored) {
    image = sharp(await image.raw().toBuffer(), { raw: { width: to, height: to, channels: 3 } }).flop();
  }
  return new Uint8Array(await image.raw().toBuffer());
}
