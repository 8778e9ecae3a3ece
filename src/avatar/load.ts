/** From a source to a face of the wanted size. Runs once, in the thread that will paint: canvases stay there. */
import { InputFault } from "../errors/mod.ts";
import type { FrameSize } from "../time/mod.ts";
import { colourBackdrop, pictureBackdrop } from "./backdrop.ts";
import { loadDrawn } from "./drawn/load_drawn.ts";
import type { Face } from "./face.ts";
import { loadGenerated } from "./generated/load_generated.ts";
import { type AvatarLook, type Framing, readBackground } from "./look.ts";
import { loadPhoto } from "./photo/load_photo.ts";
import { PosedFace } from "./posed/posed_face.ts";
import type { Puppet } from "./posed/puppet.ts";
import { generatedName, openAvatar } from "./store.ts";

const SIDE_MIN = 64;
const SIDE_MAX = 4096;

export interface FaceOptions {
  /** Frames a second of the programme, for the speed of blinks. Default 25. */
  readonly fps?: number;
  /** Another seed, another rhythm of blinks and glances. Default 1. */
  readonly seed?: number;
  /** "own", "transparent", a colour like #203040 or the path of a picture. Default "own". */
  readonly background?: string;
  /** Default "bust". */
  readonly framing?: Framing;
}

/**
 * `source` is what findAvatar answers. Throws InputFault `bad_avatar` for an avatar that cannot be used,
 * `bad_background` for a background that cannot, `bad_size` for a size that no frame can have.
 */
export async function loadFace(source: string, size: FrameSize, options: FaceOptions = {}): Promise<Face> {
  for (const side of [size.width, size.height]) {
    if (!Number.isInteger(side) || side % 2 !== 0 || side < SIDE_MIN || side > SIDE_MAX) {
      throw new InputFault(
        `an avatar of ${size.width}x${size.height} pixels, wanted even sides of ${SIDE_MIN} to ${SIDE_MAX}`,
        { code: "bad_size" },
      );
    }
  }
  const look: AvatarLook = {
    background: readBackground(options.background ?? "own"),
    framing: options.framing ?? "bust",
  };
  const { background } = look;
  const behind = background.kind === "colour"
    ? colourBackdrop(background.colour, size)
    : background.kind === "picture"
    ? await pictureBackdrop(background.path, size)
    : background.kind;
  const puppet = await loadPuppet(source, size, look);
  if (background.kind !== "own" && !puppet.figure.alpha) {
    throw new InputFault(
      `avatar ${puppet.id} is not cut out of its background, wanted the background "own", or a photo prepared with --background transparent`,
      { code: "bad_background" },
    );
  }
  return new PosedFace(puppet, { fps: options.fps ?? 25, seed: options.seed ?? 1, background: behind });
}

/**
 * Throws what loadFace would, without making anything that lasts: to be called before devices are opened. Loads the
 * avatar at a size where that costs little.
 */
export async function checkAvatar(source: string, options: FaceOptions = {}): Promise<void> {
  using _face = await loadFace(source, { width: SIDE_MIN, height: SIDE_MIN }, options);
}

/** One case a kind of avatar. For faces and for tests that want a still figure. */
export async function loadPuppet(source: string, size: FrameSize, look: AvatarLook): Promise<Puppet> {
  const generated = generatedName(source);
  if (generated) return await loadGenerated({ id: source.slice(0, 60), ...generated }, size, look);
  const { manifest, folder } = openAvatar(source);
  switch (manifest.kind) {
    case "drawn":
      return await loadDrawn(folder, manifest, size, look);
    case "generated":
      return await loadGenerated(manifest, size, look);
    case "photo":
      return await loadPhoto(folder, manifest, size, look);
  }
}
