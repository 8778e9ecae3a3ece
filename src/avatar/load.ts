/** From a folder to a face of the wanted size. Runs once, in the thread that will paint: canvases stay there. */
import { InputFault } from "../errors/mod.ts";
import type { FrameSize } from "../time/mod.ts";
import { DrawnFace, type DrawnFaceOptions } from "./drawn/drawn_face.ts";
import { paintArt } from "./drawn/layers.ts";
import { fitView } from "./drawn/view.ts";
import type { Face } from "./face.ts";
import { openAvatar } from "./store.ts";

const SIDE_MIN = 64;
const SIDE_MAX = 4096;

/** Throws InputFault `bad_avatar` for a folder that cannot be used, `bad_size` for a size that no frame can have. */
export async function loadFace(
  folder: string,
  size: FrameSize,
  options: DrawnFaceOptions = {},
): Promise<Face> {
  for (const side of [size.width, size.height]) {
    if (!Number.isInteger(side) || side % 2 !== 0 || side < SIDE_MIN || side > SIDE_MAX) {
      throw new InputFault(
        `an avatar of ${size.width}x${size.height} pixels, wanted even sides of ${SIDE_MIN} to ${SIDE_MAX}`,
        { code: "bad_size" },
      );
    }
  }
  const { manifest, svg } = openAvatar(folder);
  const view = fitView(manifest.focus, size);
  const what = `avatar ${folder}: ${manifest.art}`;
  const art = await paintArt(svg, what, manifest.background, view, size);
  const face = new DrawnFace(manifest, art, size, options);
  art.width = art.height = 1; // frees the surface now, not at some collection
  return face;
}
