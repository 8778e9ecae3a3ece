/**
 * From a photo avatar's folder to its puppet. Runs once, in the thread that will paint.
 *
 * In: the opened folder, the frame's size and the look. Out: a PhotoPuppet, or an InputFault `bad_avatar` that names
 * the file and what is wanted, before anything starts.
 */
import { type FrameSize, i420Bytes } from "../../time/mod.ts";
import { colourBackdrop } from "../backdrop.ts";
import type { I420Frame } from "../face.ts";
import { type AvatarFolder, badAvatar } from "../folder.ts";
import type { AvatarLook } from "../look.ts";
import { decodePicture } from "../picture.ts";
import { rgbaToI420Box } from "../pixels.ts";
import type { Figure, Puppet } from "../posed/puppet.ts";
import { cutToFrame, type RgbaPicture } from "./framed_photo.ts";
import { framePhoto, type PhotoView } from "./framing.ts";
import type { PhotoManifest } from "./manifest.ts";
import { Mesh } from "./mesh.ts";
import { PhotoPuppet } from "./photo_puppet.ts";

const FILE_BYTES_MAX = 24 * 1024 * 1024;
/** Behind a figure that was cut out and has no backdrop of its own. */
const PLAIN = "#20242a";

export async function loadPhoto(
  folder: AvatarFolder,
  manifest: PhotoManifest,
  size: FrameSize,
  look: AvatarLook,
): Promise<Puppet> {
  const mesh = new Mesh(Float64Array.from(manifest.points));
  const view = framePhoto(mesh, manifest, size, look.framing);
  const photo = await readPicture(folder, manifest.picture, "the picture that avatar.json names", manifest);
  if (manifest.mask !== undefined) {
    const mask = await readPicture(folder, manifest.mask, "the mask that avatar.json names", manifest);
    for (let at = 0; at < mask.rgba.length; at += 4) photo.rgba[at + 3] = mask.rgba[at]!;
  } else {
    for (let at = 3; at < photo.rgba.length; at += 4) photo.rgba[at] = 255;
  }
  const isCutOut = manifest.mask !== undefined;
  const figure = figureOf(await cutToFrame(photo, view, size, isCutOut), size, isCutOut);
  const background = isCutOut ? await backdrop(folder, manifest, view, size) : undefined;
  const inFrame = mesh.moved(view.scale, -view.x * view.scale, -view.y * view.scale);
  return new PhotoPuppet(manifest.id, figure, background, inFrame, view.scale);
}

async function readPicture(
  folder: AvatarFolder,
  file: string,
  wanted: string,
  size: FrameSize,
): Promise<RgbaPicture> {
  const picture = await decodePicture(
    folder.bytes(file, wanted, FILE_BYTES_MAX),
    folder.label(file),
    "bad_avatar",
  );
  if (picture.width !== size.width || picture.height !== size.height) {
    throw badAvatar(
      `${
        folder.label(file)
      } has ${picture.width}x${picture.height} pixels, wanted the ${size.width}x${size.height} of avatar.json`,
    );
  }
  return picture;
}

async function backdrop(
  folder: AvatarFolder,
  manifest: PhotoManifest,
  view: PhotoView,
  size: FrameSize,
): Promise<I420Frame> {
  const behind = manifest.backdrop ?? PLAIN;
  if (behind.startsWith("#")) return colourBackdrop(behind, size);
  const picture = await readPicture(folder, behind, "the backdrop that avatar.json names", manifest);
  return figureOf(await cutToFrame(picture, view, size, false), size, false);
}

/** I420 of opaque RGBA; of RGBA with clear parts premultiplied, with its alpha plane. */
function figureOf(rgba: Uint8Array, size: FrameSize, isCutOut: boolean): Figure {
  const bytes = new Uint8Array(i420Bytes(size));
  const alpha = new Uint8Array(isCutOut ? size.width * size.height : 0);
  for (let pixel = 0, at = 0; isCutOut && pixel < alpha.length; pixel++, at += 4) {
    const opacity = alpha[pixel] = rgba[at + 3]!;
    for (let channel = at; channel < at + 3; channel++) {
      rgba[channel] = Math.round(rgba[channel]! * opacity / 255);
    }
  }
  rgbaToI420Box(rgba, { x: 0, y: 0, ...size }, { ...size, bytes });
  return isCutOut ? { ...size, bytes, alpha } : { ...size, bytes };
}
