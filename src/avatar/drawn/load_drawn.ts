/** From a drawn avatar's folder to its puppet. Runs once, in the thread that will paint. */
import type { FrameSize } from "../../time/mod.ts";
import { type AvatarFolder, badAvatar } from "../folder.ts";
import type { AvatarLook } from "../look.ts";
import type { Puppet } from "../posed/puppet.ts";
import { DrawnPuppet } from "./drawn_puppet.ts";
import { paintArt } from "./layers.ts";
import type { DrawnManifest } from "./manifest.ts";
import { headOf } from "./rig.ts";
import { SVG_BYTES_MAX } from "./svg_guard.ts";
import { fitView } from "./view.ts";

/** Throws InputFault `bad_avatar` for art that is missing, no SVG, or cannot be painted. */
export async function loadDrawn(
  folder: AvatarFolder,
  manifest: DrawnManifest,
  size: FrameSize,
  look: AvatarLook,
): Promise<Puppet> {
  const svg = folder.text(manifest.art, "the file that avatar.json names as art", SVG_BYTES_MAX);
  const what = folder.label(manifest.art);
  if (!svg.includes("<svg")) throw badAvatar(`${what} is no SVG, wanted one`);
  const view = fitView(look.framing === "head" ? headFocus(manifest) : manifest.focus, size);
  const art = await paintArt(svg, what, manifest.background, view, size);
  const puppet = new DrawnPuppet(manifest, art, view, size);
  for (const canvas of [art.figure, art.background]) canvas.width = canvas.height = 1; // frees the surface now
  return puppet;
}

/** The head with room around it, more of it below than above. */
function headFocus(manifest: DrawnManifest): { x: number; y: number; width: number; height: number } {
  if (manifest.headFocus) return manifest.headFocus;
  const { x, y, radiusX, radiusY } = headOf(manifest);
  return { x: x - 1.25 * radiusX, y: y - 1.22 * radiusY, width: 2.7 * radiusX, height: 2.75 * radiusY };
}
