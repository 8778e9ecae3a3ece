/** From I420 (BT.601 limited range) to RGB, for pictures that are written once. */
import type { I420Frame } from "../avatar/mod.ts";

/** width * height * 3 bytes. */
export function rgbOf({ bytes, width, height }: I420Frame): Uint8Array {
  const rgb = new Uint8ClampedArray(width * height * 3);
  const uAt = width * height;
  const vAt = uAt * 5 / 4;
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0; x < width; x++, to += 3) {
      const chroma = (y >> 1) * (width >> 1) + (x >> 1);
      const luma = 1.164 * (bytes[y * width + x]! - 16);
      const u = bytes[uAt + chroma]! - 128;
      const v = bytes[vAt + chroma]! - 128;
      rgb[to] = luma + 1.596 * v;
      rgb[to + 1] = luma - 0.392 * u - 0.813 * v;
      rgb[to + 2] = luma + 2.017 * u;
    }
  }
  return new Uint8Array(rgb.buffer);
}
