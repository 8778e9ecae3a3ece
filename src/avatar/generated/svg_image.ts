/** Reads SVG that the style library wrote into a picture that Skia can draw. In: shapes. Out: an image of one size. */
import { Image } from "@napi-rs/canvas";
import { type FrameSize, withDeadline } from "../../time/mod.ts";
import type { View } from "../drawn/view.ts";
import { badAvatar } from "../folder.ts";

const PAINT_MS_MAX = 10_000;
const HAS_SHAPE = /<(path|circle|ellipse|rect|line|polygon|polyline|use)\b/;

/** Undefined where `svg` shows nothing. Throws InputFault `bad_avatar` for what Skia cannot read. */
export async function svgImage(
  svg: string,
  definitions: string,
  view: View,
  size: FrameSize,
  what: string,
): Promise<Image | undefined> {
  if (!HAS_SHAPE.test(svg)) return undefined;
  const viewBox = `${view.x} ${view.y} ${size.width / view.scale} ${size.height / view.scale}`;
  const source = `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}" ` +
    `viewBox="${viewBox}" fill="none">${definitions}${svg}</svg>`;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const image = new Image();
  image.onload = () => resolve(); // called while the image is locked: it may not be touched here
  image.onerror = () => reject(badAvatar(`${what} cannot be painted, wanted what its style can draw`));
  image.src = new TextEncoder().encode(source);
  await withDeadline(promise, PAINT_MS_MAX, `painting ${what}`);
  return image;
}
