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
import { badAvatar } from "./folder.ts";
import { generatedName, openAvatar, type OpenedAvatar } from "./store.ts";
import { loadVideo } from "./video/load_video.ts";
import { checkHashes, lookThrough } from "./video/video_facts.ts";

const SIDE_MIN = 64;
const SIDE_MAX = 4096;
/** How long a live stage may be held up by a frame of film that is not decoded yet. */
const PATIENCE_MS = 3;

export interface FaceOptions {
  /** Frames a second of the programme, for the speed of blinks. Default 25. */
  readonly fps?: number;
  /** Another seed, another rhythm of blinks and glances. Default 1. */
  readonly seed?: number;
  /** "own", "transparent", a colour like #203040 or the path of a picture. Default "own". */
  readonly background?: string;
  /** Default "bust". */
  readonly framing?: Framing;
  /**
   * How long the thread may be blocked by a frame of film that is not decoded yet. Default 3, as live wants it; where
   * every frame must be the right one, some seconds.
   */
  readonly patienceMs?: number;
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
  const look = lookOf(options);
  const { background } = look;
  const opened = openSource(source);
  if (opened?.manifest.kind === "video") {
    const { manifest, folder } = opened;
    if (background.kind !== "own") throw notCutOut(manifest.id, 'wanted the background "own"');
    const { fps = 25, patienceMs = PATIENCE_MS } = options;
    return await loadVideo(folder, manifest, size, { fps, patienceMs, framing: look.framing });
  }
  const behind = background.kind === "colour"
    ? colourBackdrop(background.colour, size)
    : background.kind === "picture"
    ? await pictureBackdrop(background.path, size)
    : background.kind;
  const puppet = await loadPuppet(source, size, look);
  if (background.kind !== "own" && !puppet.figure.alpha) {
    throw notCutOut(
      puppet.id,
      'wanted the background "own", or a photo prepared with --background transparent',
    );
  }
  return new PosedFace(puppet, { fps: options.fps ?? 25, seed: options.seed ?? 1, background: behind });
}

/**
 * Throws what loadFace would, without making anything that lasts: to be called before devices are opened. Loads the
 * avatar at a size where that costs little; of a video avatar it reads every file once and compares hashes.
 */
export async function checkAvatar(source: string, options: FaceOptions = {}): Promise<void> {
  const opened = openSource(source);
  if (opened?.manifest.kind === "video") {
    if (lookOf(options).background.kind !== "own") {
      throw notCutOut(opened.manifest.id, 'wanted the background "own"');
    }
    lookThrough(opened.folder, opened.manifest);
    return await checkHashes(opened.folder, opened.manifest);
  }
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
    case "video":
      throw badAvatar(`avatar ${folder.path} is made of film and has no still figure, wanted another kind`);
  }
}

/** Undefined for an avatar that has no folder. */
function openSource(source: string): OpenedAvatar | undefined {
  return generatedName(source) === undefined ? openAvatar(source) : undefined;
}

function lookOf(options: FaceOptions): AvatarLook {
  return {
    background: readBackground(options.background ?? "own"),
    framing: options.framing ?? "bust",
  };
}

function notCutOut(id: string, wanted: string): InputFault {
  return new InputFault(`avatar ${id} is not cut out of its background, ${wanted}`, {
    code: "bad_background",
  });
}
