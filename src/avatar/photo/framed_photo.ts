/**
 * A photo, its mask and its backdrop cut and scaled to the frame.
 *
 * In: RGBA of the prepared picture, the view. Out: RGBA of the frame's size. Where the view reaches over the photo's
 * edge the photo's last pixels go on, ever softer. Runs once, at loading.
 */
import type { FrameSize } from "../../time/mod.ts";
import type { PhotoView } from "./framing.ts";

export interface RgbaPicture extends FrameSize {
  readonly rgba: Uint8Array;
}

/** Part of the frame's width over which a continued photo becomes soft. */
const SOFT_EDGE = 0.05;
const SOFTNESS = 0.035;

/** `isCutOut`: what lies beyond the photo is clear and nothing is continued. */
export async function cutToFrame(
  photo: RgbaPicture,
  view: PhotoView,
  frame: FrameSize,
  isCutOut: boolean,
): Promise<Uint8Array> {
  const { default: sharp } = await import("sharp");
  const raw = { width: photo.width, height: photo.height, channels: 4 } as const;
  const over = overhang(photo, view, frame);
  const isInside = over.left + over.top + over.right + over.bottom === 0;
  let image = sharp(photo.rgba, { raw });
  if (!isInside) {
    const extended = {
      ...over,
      ...(isCutOut ? { background: { r: 0, g: 0, b: 0, alpha: 0 } } : { extendWith: "copy" as const }),
    };
    const bytes = await image.extend(extended).raw().toBuffer();
    image = sharp(bytes, {
      raw: {
        width: photo.width + over.left + over.right,
        height: photo.height + over.top + over.bottom,
        channels: 4,
      },
    });
  }
  const left = Math.max(0, Math.round(view.x + over.left));
  const top = Math.max(0, Math.round(view.y + over.top));
  const width = Math.min(photo.width + over.left + over.right - left, Math.round(frame.width / view.scale));
  const height = Math.min(photo.height + over.top + over.bottom - top, Math.round(frame.height / view.scale));
  const sharpBytes = new Uint8Array(
    await image.extract({ left, top, width, height })
      .resize(frame.width, frame.height, { fit: "fill", kernel: "lanczos3" }).raw().toBuffer(),
  );
  if (isInside || isCutOut) return sharpBytes;
  const soft = new Uint8Array(
    await sharp(sharpBytes, { raw: { ...frame, channels: 4 } }).blur(Math.max(2, SOFTNESS * frame.width))
      .raw()
      .toBuffer(),
  );
  blendEdges(sharpBytes, soft, frame, view, photo);
  return sharpBytes;
}

interface Overhang {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** How far the view reaches over each edge, in whole pixels of the photo. */
function overhang(photo: FrameSize, view: PhotoView, frame: FrameSize): Overhang {
  const beyond = (value: number) => Math.max(0, Math.ceil(value - 0.01));
  return {
    left: beyond(-view.x),
    top: beyond(-view.y),
    right: beyond(view.x + frame.width / view.scale - photo.width),
    bottom: beyond(view.y + frame.height / view.scale - photo.height),
  };
}

/** Lets `soft` take over beyond the photo's edges. */
function blendEdges(
  bytes: Uint8Array,
  soft: Uint8Array,
  frame: FrameSize,
  view: PhotoView,
  photo: FrameSize,
): void {
  const left = -view.x * view.scale;
  const right = (photo.width - view.x) * view.scale;
  const top = -view.y * view.scale;
  const bottom = (photo.height - view.y) * view.scale;
  const feather = SOFT_EDGE * frame.width;
  for (let y = 0, at = 0; y < frame.height; y++) {
    // Only edges that lie in the frame soften anything.
    const down = Math.min(top > 0 ? y - top : feather, bottom < frame.height ? bottom - y : feather);
    for (let x = 0; x < frame.width; x++, at += 4) {
      const across = Math.min(left > 0 ? x - left : feather, right < frame.width ? right - x : feather);
      const inside = Math.min(down, across);
      if (inside >= feather) continue;
      const part = inside <= 0 ? 1 : 1 - inside / feather;
      for (let channel = at; channel < at + 3; channel++) {
        bytes[channel] = bytes[channel]! + (soft[channel]! - bytes[channel]!) * part + 0.5;
      }
    }
  }
}
