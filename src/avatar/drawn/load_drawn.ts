/** From a drawn avatar's folder to its puppet. Runs once, in the thread that will paint. */
import type { FrameSize } from "../../time/mod.ts";
import { type AvatarFolder, badAvatar } from "../folder.ts";
import type { AvatarLook } from "../look.ts";
import type { Puppet } from "../posed/puppet.ts";
import { DrawnPuppet } from "./drawn_puppet.ts";
import { paintArt } from "./layers.ts";
import type { DrawnManifest } from "./manifest.ts";
import { fitView } from "./view.ts";

/** Throws InputFault `bad_avatar` for art that is missing, no SVG, or cannot be painted. */
export async function loadDrawn(
  folder: AvatarFolder,
  manifest: DrawnManifest,
  size: FrameSize,
  _look: AvatarLook,
): Promise<Puppet> {
  const svg = folder.text(manifest.art, "the file that avatar.json names as art");
  const what = folder.label(manifest.art);
  if (!svg.includes("<svg")) throw badAvatar(`${what} is no SVG, wanted one`);
  const view = fitView(manifest.focus, size);
  const art = await paintArt(svg, what, manifest.background, view, size);
  const puppet = new DrawnPuppet(manifest, art, view, size);
  for (const canvas of [art.figure, art.background]) canvas.width = canvas.height = 1; // frees the surface now
  return puppet;
}
