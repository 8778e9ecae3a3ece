/**
 * Tiny video avatars, made in the test that needs one: a portrait by formula that sways, with the number of its clip and
 * frame written into the picture as blocks, so that what is shown can be read back.
 *
 *   const source = await makeVideoAvatar(parentFolder, { clips: [{ name: "idle", role: "idle", frames: 30 }] });
 *   using face = await loadFace(source, VIDEO_SIZE);
 *   readNumber(frame.bytes, VIDEO_SIZE) // { clip: 0, frame: 7 }
 *
 * 30 frames of 160x96 take about 0.1 s to make.
 */
import type { VideoManifest } from "../../src/avatar/video/manifest.ts";
import { type ClipFrame, type ClipPlan, ClipWriter, type Edges, type FileEntry } from "../../src/film/mod.ts";
import { FACE_SIDE, LATENT_VALUES } from "../../src/film/mod.ts";
import type { FrameSize } from "../../src/time/mod.ts";
import { makePortrait, type Portrait } from "../unit/photo_portrait.ts";

export const VIDEO_SIZE: FrameSize = { width: 160, height: 96 };

export interface VideoAvatarClip {
  readonly name: string;
  readonly role: "idle" | "speaking" | "action";
  readonly frames: number;
  /** Default pingpong, "once" for an action. */
  readonly order?: "pingpong" | "loop" | "once";
  /** A sound file to be copied into the folder. */
  readonly sound?: string;
}

export interface VideoAvatarOptions {
  /** Default "tiny". */
  readonly id?: string;
  /** Default VIDEO_SIZE. */
  readonly size?: FrameSize;
  /** Default one idle clip of 30 frames. */
  readonly clips?: readonly VideoAvatarClip[];
  /** Default all three. */
  readonly families?: readonly ("musetalk" | "wav2lip" | "ultralight")[];
  /** How far the face sways to each side, in pixels. Default 3. */
  readonly sway?: number;
}

const IDLE: VideoAvatarClip = { name: "idle", role: "idle", frames: 30 };
const FAMILIES = ["musetalk", "wav2lip", "ultralight"] as const;

/** Blocks of bits in the top left corner: BITS_ACROSS a row, BIT_ROWS rows, the lowest bit first. */
const BITS_ACROSS = 4;
const BIT_ROWS = 4;
const FRAME_BITS = 11;
/** A block's side in parts of the picture's height. */
const BLOCK = 1 / 12;
const DARK = 40;
const BRIGHT = 220;
const MIDDLE_LUMA = 128;

/** Writes the avatar's folder into `parent` and answers its path. */
export async function makeVideoAvatar(parent: string, options: VideoAvatarOptions = {}): Promise<string> {
  const { id = "tiny", size = VIDEO_SIZE, clips = [IDLE] } = options;
  const folder = `${parent}/${id}`;
  await Deno.mkdir(folder);
  const written: VideoManifest["clips"] = [];
  const files: FileEntry[] = [];
  for (const [number, clip] of clips.entries()) {
    const { name, role, frames } = clip;
    const order = clip.order ?? (role === "action" ? "once" : "pingpong");
    const sound = clip.sound === undefined ? {} : { sound: `${name}.sound` };
    if (clip.sound !== undefined) await Deno.copyFile(clip.sound, `${folder}/${name}.sound`);
    const plan: ClipPlan = { name, role, frames, order, ...sound };
    using writer = new ClipWriter(folder, plan, size);
    for (let frame = 0; frame < frames; frame++) await writer.add(clipFrame(number, frame, options));
    const made = await writer.finish();
    written.push(made.clip);
    files.push(...made.files);
  }
  const manifest: VideoManifest = {
    id,
    name: "Nobody",
    licence: "CC0-1.0",
    author: "A formula",
    kind: "video",
    ...size,
    clips: written,
    musetalk: { version: "1.5" },
    files,
  };
  await Deno.writeTextFile(`${folder}/avatar.json`, JSON.stringify(manifest, null, 2));
  return folder;
}

/** What is put into frame `frame` of clip number `clip`. */
export function clipFrame(clip: number, frame: number, options: VideoAvatarOptions = {}): ClipFrame {
  const { size = VIDEO_SIZE, families = FAMILIES, sway = 3 } = options;
  const { width, height } = size;
  const portrait = portraitOf(size);
  const shift = Math.round(sway * Math.sin(frame / 5 + clip));
  const rgb = new Uint8Array(width * height * 3);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 3) {
      const from = (y * width + Math.min(width - 1, Math.max(0, x - shift))) * 4;
      for (let channel = 0; channel < 3; channel++) rgb[at + channel] = portrait.rgba[from + channel]!;
    }
  }
  writeNumber(rgb, size, clip, frame);
  const mesh = portrait.mesh.moved(1, shift, 0);
  const [left, right] = [mesh.x(234), mesh.x(454)].map(Math.round) as [number, number];
  const [eyes, chin, forehead] = [mesh.y(168), mesh.y(152), mesh.y(10)].map(Math.round) as [
    number,
    number,
    number,
  ];
  const side = right - left;
  const musetalk: Edges = [left, eyes, right, chin];
  const boxes = {
    ...(families.includes("musetalk") ? { musetalk, crop: grown(musetalk, 1.5) } : {}),
    ...(families.includes("wav2lip") ? { wav2lip: [left, forehead, right, chin + 2] as const } : {}),
    ...(families.includes("ultralight") ? { ultralight: [left, eyes, right, eyes + side] as const } : {}),
  };
  return {
    rgb,
    boxes,
    points: Float32Array.from(mesh.points),
    mask: families.includes("musetalk") ? softMask(right - left, chin - eyes) : new Uint8Array(0),
    ...(families.includes("musetalk") ? { latents: latentsOf(clip, frame) } : {}),
    faces: {
      ...(families.includes("wav2lip") ? { wav2lip: cut(rgb, size, boxes.wav2lip!, FACE_SIDE.wav2lip) } : {}),
      ...(families.includes("ultralight")
        ? { ultralight: cut(rgb, size, boxes.ultralight!, FACE_SIDE.ultralight) }
        : {}),
    },
  };
}

const portraits = new Map<string, Portrait>();

function portraitOf(size: FrameSize): Portrait {
  const name = `${size.width}x${size.height}`;
  const made = portraits.get(name) ?? makePortrait({ ...size, pupils: 0.23 * size.height });
  portraits.set(name, made);
  return made;
}

/** Numbers that float16 holds exactly and that tell frames apart. */
export function latentsOf(clip: number, frame: number): Float32Array {
  return Float32Array.from(
    { length: LATENT_VALUES },
    (_, at) => ((at * 7 + frame * 13 + clip) % 257 - 128) / 64,
  );
}

/** The numbers in an I420 picture that shows the whole film. `isClear`: no block is between dark and bright. */
export function readNumber(
  bytes: Uint8Array,
  { width, height }: FrameSize,
): { clip: number; frame: number; isClear: boolean } {
  const block = BLOCK * height;
  let value = 0;
  let isClear = true;
  for (let bit = 0; bit < BITS_ACROSS * BIT_ROWS; bit++) {
    const x = Math.floor(((bit % BITS_ACROSS) + 0.5) * block);
    const y = Math.floor((Math.floor(bit / BITS_ACROSS) + 0.5) * block);
    const luma = bytes[y * width + x]!;
    if (luma > MIDDLE_LUMA) value |= 1 << bit;
    if (luma > 70 && luma < 180) isClear = false;
  }
  return { clip: value >> FRAME_BITS, frame: value & ((1 << FRAME_BITS) - 1), isClear };
}

function writeNumber(rgb: Uint8Array, { width, height }: FrameSize, clip: number, frame: number): void {
  const block = BLOCK * height;
  const value = clip << FRAME_BITS | frame;
  for (let y = 0; y < BIT_ROWS * block; y++) {
    for (let x = 0; x < BITS_ACROSS * block; x++) {
      const bit = Math.floor(y / block) * BITS_ACROSS + Math.floor(x / block);
      rgb.fill((value >> bit & 1) === 1 ? BRIGHT : DARK, (y * width + x) * 3, (y * width + x) * 3 + 3);
    }
  }
}

/** Opaque in the middle of the lower half, clear at the rim. */
function softMask(width: number, height: number): Uint8Array {
  const mask = new Uint8Array(width * height);
  for (let y = height >> 1; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const inside = Math.min(x, width - 1 - x, y - (height >> 1), height - 1 - y);
      mask[y * width + x] = Math.min(255, inside * 50);
    }
  }
  return mask;
}

function grown([x1, y1, x2, y2]: Edges, by: number): Edges {
  const half = Math.floor(Math.max(x2 - x1, y2 - y1) / 2 * by);
  const [x, y] = [(x1 + x2) >> 1, (y1 + y2) >> 1];
  return [x - half, y - half, x + half, y + half];
}

/** The box stretched to a square, nearest pixels. */
function cut(
  rgb: Uint8Array,
  { width, height }: FrameSize,
  [x1, y1, x2, y2]: Edges,
  side: number,
): Uint8Array {
  const face = new Uint8Array(side * side * 3);
  for (let y = 0, at = 0; y < side; y++) {
    const row = Math.min(height - 1, Math.max(0, y1 + Math.floor(y * (y2 - y1) / side)));
    for (let x = 0; x < side; x++, at += 3) {
      const column = Math.min(width - 1, Math.max(0, x1 + Math.floor(x * (x2 - x1) / side)));
      face.set(rgb.subarray((row * width + column) * 3, (row * width + column) * 3 + 3), at);
    }
  }
  return face;
}
