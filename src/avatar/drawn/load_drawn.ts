/** From a drawn avatar's folder to its face. Runs once, in the thread that will paint. */
import type { FrameSize } from "../../time/mod.ts";
import type { Face } from "../face.ts";
import { type AvatarFolder, badAvatar } from "../folder.ts";
import { DrawnFace, type DrawnFaceOptions } from "./drawn_face.ts";
import { paintArt } from "./layers.ts";
import type { DrawnManifest } from "./manifest.ts";
import { fitView } from "./view.ts";

/** Throws InputFault `bad_avatar` for art that is missing, no SVG, or cannot be painted. */
export async function loadDrawn(
  folder: AvatarFolder,
  manifest: DrawnManifest,
  size: FrameSize,
  options: DrawnFaceOptions,
): Promise<Face> {
  const svg = folder.text(manifest.art, "the file that avatar.json names as art");
  const what = folder.label(manifest.art);
  if (!svg.includes("<svg")) throw badAvatar(`${what} is no SVG, wanted one`);
  const view = fitView(manifest.focus, size);
  const art = await paintArt(svg, what, manifest.background, view, size);
  const face = new DrawnFace(manifest, art, size, options);
  art.width = art.height = 1; // frees the surface now, not at some collection
  return face;
}
