/**
 * Cuts a photo down to what any frame of any shape can show of the head and what is around it, at a bounded size.
 *
 * In: a picture and the mesh in its pixels. Out: both, cut and scaled alike. Main thread, once.
 */
import sharp from "sharp";
import { headPlace, Mesh, PHOTO_SIDE_MAX } from "../avatar/mod.ts";
import type { Picture } from "./picture.ts";

/** Around the head, in its heights. */
const ASIDE = 2.4;
const ABOVE = 0.9;
const BELOW = 2.3;

export interface Cropped {
  readonly picture: Picture;
  readonly mesh: Mesh;
}

export async function cropToHead(picture: Picture, mesh: Mesh): Promise<Cropped> {
  const head = headPlace(mesh);
  const left = Math.max(0, Math.floor(head.centreX - ASIDE * head.height));
  const top = Math.max(0, Math.floor(head.top - ABOVE * head.height));
  const right = Math.min(picture.width, Math.ceil(head.centreX + ASIDE * head.height));
  const bottom = Math.min(picture.height, Math.ceil(head.chin + BELOW * head.height));
  const size = { width: right - left, height: bottom - top };
  const scale = Math.min(1, PHOTO_SIDE_MAX / Math.max(size.width, size.height));
  const to = { width: Math.round(size.width * scale), height: Math.round(size.height * scale) };
  const cut = async (data: Uint8Array, channels: 1 | 3) => {
    const image = sharp(data, { raw: { width: picture.width, height: picture.height, channels } })
      .extract({ left, top, ...size }).resize(to.width, to.height, { fit: "fill", kernel: "lanczos3" });
    const kept = channels === 1 ? image.toColourspace("b-w") : image;
    return new Uint8Array(await kept.raw().toBuffer());
  };
  const rgb = await cut(picture.rgb, 3);
  const alpha = picture.alpha && await cut(picture.alpha, 1);
  return {
    picture: alpha ? { ...to, rgb, alpha } : { ...to, rgb },
    mesh: mesh.moved(scale, -left * scale, -top * scale),
  };
}
