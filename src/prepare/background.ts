/**
 * What shall lie behind the figure: the photo's own background, a blur of it, a colour, or nothing.
 *
 * In: the cut photo and a wish. Out: the picture to write, the mask and the backdrop beside it. A photo is cut out where
 * that can be done honestly: it comes cut out (PNG or WebP with clear parts), or its background is plain. Otherwise an
 * InputFault `background_not_plain` says why. Main thread, once.
 */
import sharp from "sharp";
import { headPlace, type PhotoManifest } from "../avatar/mod.ts";
import { InputFault } from "../errors/mod.ts";
import type { Cropped } from "./crop.ts";
import type { Picture } from "./picture.ts";
import { findPlainBackground, type PlainBackground } from "./plain_background.ts";

export type BackgroundWish =
  | { readonly kind: "own" | "transparent" | "blur" }
  | { readonly kind: "colour"; readonly colour: string };

/** "own", "transparent", "blur", or a colour like #203040. Throws InputFault `bad_background`. */
export function readBackgroundWish(text: string): BackgroundWish {
  if (text === "own" || text === "transparent" || text === "blur") return { kind: text };
  if (/^#[0-9a-f]{6}$/i.test(text)) return { kind: "colour", colour: text };
  throw new InputFault(
    `--background is ${
      JSON.stringify(text.slice(0, 60))
    }, wanted own, blur, transparent or a colour like #203040`,
    { code: "bad_background" },
  );
}

export interface CutOut {
  readonly picture: Picture;
  readonly files: Readonly<Record<string, Uint8Array>>;
  readonly fields: Pick<PhotoManifest, "mask" | "backdrop">;
}

const MASK = "mask.png";
const BACKDROP = "backdrop.jpg";
/** How soft a blurred background is, in parts of the picture's longer side. */
const BLUR = 0.02;

/** `what` names the photo in messages. */
export async function cutOut(
  { picture, mesh }: Cropped,
  wish: BackgroundWish,
  what: string,
): Promise<CutOut> {
  if (wish.kind === "own" && !picture.alpha) return { picture, files: {}, fields: {} };
  let alpha = picture.alpha;
  let kept = picture;
  if (!alpha) {
    const plain = findPlainBackground(picture, headPlace(mesh));
    if (typeof plain === "string") {
      throw new InputFault(
        `${what} cannot be cut out: ${plain}, wanted a plain background, or a PNG that is cut out already`,
        { code: "background_not_plain" },
      );
    }
    alpha = plain.alpha;
    kept = withoutBackground(picture, plain);
  }
  const files: Record<string, Uint8Array> = { [MASK]: await maskOf(alpha, picture) };
  if (wish.kind === "colour") return { picture: kept, files, fields: { mask: MASK, backdrop: wish.colour } };
  if (wish.kind !== "blur") return { picture: kept, files, fields: { mask: MASK } };
  if (picture.alpha) {
    throw new InputFault(`${what} is cut out and has nothing to blur, wanted --background own or a colour`, {
      code: "bad_background",
    });
  }
  files[BACKDROP] = await blurBehind(picture, alpha);
  return { picture: kept, files, fields: { mask: MASK, backdrop: BACKDROP } };
}

async function maskOf(alpha: Uint8Array, { width, height }: Picture): Promise<Uint8Array> {
  return await sharp(alpha, { raw: { width, height, channels: 1 } }).blur(0.6).png().toBuffer();
}

/** Where hair lets the background through, the hair's own colour. */
function withoutBackground(picture: Picture, { alpha, colourAt }: PlainBackground): Picture {
  const { width, height } = picture;
  const rgb = Uint8ClampedArray.from(picture.rgb);
  const colour = new Float64Array(3);
  for (let at = 0; at < alpha.length; at++) {
    const part = alpha[at]! / 255;
    if (part === 0 || part === 1) continue;
    colourAt(at % width, Math.floor(at / width), colour);
    for (let channel = 0; channel < 3; channel++) {
      // A third at least: dividing by less only brings out noise.
      const own = colour[channel]! + (rgb[at * 3 + channel]! - colour[channel]!) / Math.max(0.34, part);
      rgb[at * 3 + channel] = own;
    }
  }
  return { width, height, rgb: new Uint8Array(rgb.buffer) };
}

/** The background alone, blurred; behind the figure it is continued from around it. */
async function blurBehind({ rgb, width, height }: Picture, alpha: Uint8Array): Promise<Uint8Array> {
  const weighted = new Uint8Array(width * height * 4);
  for (let at = 0; at < alpha.length; at++) {
    const behind = alpha[at]! > 8 ? 0 : 255;
    weighted.set(rgb.subarray(at * 3, at * 3 + 3), at * 4);
    weighted[at * 4 + 3] = behind;
  }
  const raw = { width, height, channels: 4 } as const;
  const sigma = Math.max(2, BLUR * Math.max(width, height));
  // Blurring works on premultiplied colours: what is clear lends nothing. Ever wider blurs fill the figure's place.
  const wide = await sharp(weighted, { raw }).resize(64, 64, { fit: "fill" }).blur(12).removeAlpha()
    .resize(width, height, { fit: "fill", kernel: "cubic" }).raw().toBuffer();
  const near = await sharp(weighted, { raw }).blur(sigma).raw().toBuffer();
  const out = new Uint8Array(width * height * 3);
  for (let at = 0; at < alpha.length; at++) {
    const part = Math.min(1, near[at * 4 + 3]! / 128);
    for (let channel = 0; channel < 3; channel++) {
      const from = wide[at * 3 + channel]!;
      out[at * 3 + channel] = from + (near[at * 4 + channel]! - from) * part + 0.5;
    }
  }
  return await sharp(out, { raw: { width, height, channels: 3 } }).jpeg({ quality: 90 }).toBuffer();
}
