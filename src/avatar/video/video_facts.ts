/**
 * Looks through a video avatar's folder once, before it is shown: whether every file is what avatar.json says, how large
 * the face's boxes get, and where the face is.
 *
 * In: the opened folder. Out: a few numbers in pixels of the film, or an InputFault `bad_avatar` that names the file. Reads
 * every track whole (5.8 KB a frame, 60 s take 10 ms) and holds one frame of it; of the other files it reads the heads.
 */
import { BOXES, type Clip, FACE_SIDE, FaceReader, fileLabel, LatentsReader } from "../../film/mod.ts";
import { fileEntry, PackReader, pathInFolder, TrackReader } from "../../film/mod.ts";
import type { FrameSize } from "../../time/mod.ts";
import { type AvatarFolder, badAvatar } from "../folder.ts";
import { type HeadPlace, headPlace } from "../photo/framing.ts";
import { Mesh } from "../photo/mesh.ts";
import type { VideoManifest } from "./manifest.ts";

/** x1, y1, x2, y2 in pixels of the film; may lie outside. */
export type Bounds = readonly [number, number, number, number];

export interface VideoFacts {
  /** The head of the idle clip, on average. */
  readonly head: HeadPlace;
  /** All that speech can change, in any frame. */
  readonly speech: Bounds;
  /** Greatest width and height of each box, in the order of BOXES; 0 where none was prepared. */
  readonly boxes: readonly FrameSize[];
}

/** A box may be so many times as long as the film's longer side. */
const BOX_SIDE_MAX = 2;
/** Corners of mouth and jaw, between which and a little beyond which a mouth moves. */
const SIDES = [58, 172, 288, 397, 61, 291] as const;
const [NOSE_TIP, CHIN] = [4, 152];
/** How far beyond them, in distances of the pupils. */
const BESIDE = 0.3;
const ABOVE = 0.2;
const BELOW = 0.55;

export function lookThrough(folder: AvatarFolder, manifest: VideoManifest): VideoFacts {
  checkSizes(folder, manifest);
  const sum = { centreX: 0, top: 0, chin: 0, height: 0, halfWidth: 0 };
  const speech: [number, number, number, number] = [Infinity, Infinity, -Infinity, -Infinity];
  const boxes = BOXES.map(() => ({ width: 0, height: 0 }));
  const idleFrames = manifest.clips[0]!.frames;
  const sideMax = BOX_SIDE_MAX * Math.max(manifest.width, manifest.height);
  manifest.clips.forEach((clip, number) => {
    checkHeads(folder, clip);
    using track = TrackReader.open(folder.path, clip.track, clip.frames);
    // The mesh reads the track's points where they are.
    const mesh = new Mesh(track.points as unknown as Float64Array);
    for (let frame = 0; frame < clip.frames; frame++) {
      track.read(frame);
      const where = () => `${folder.label(clip.track)} has in frame ${frame}`;
      takeMouth(mesh, speech);
      takeBoxes(track, speech, boxes, sideMax, where);
      if (number > 0) continue;
      const head = headPlace(mesh);
      if (!(head.height > 0 && head.halfWidth > 0)) {
        throw badAvatar(`${where()} no face that stands upright, wanted one`);
      }
      for (const key of HEAD_FIELDS) sum[key] += head[key] / idleFrames;
    }
  });
  return { head: sum, speech, boxes };
}

const HEAD_FIELDS = ["centreX", "top", "chin", "height", "halfWidth"] as const;

/** Every file of the manifest is there and has the size that it had when the avatar was made. */
function checkSizes(folder: AvatarFolder, { clips, files }: VideoManifest): void {
  const listed = new Map(files.map(({ name, bytes }) => [name, bytes]));
  for (const { film, track, masks, latents, faces, sound } of clips) {
    for (const name of [film, track, masks, latents, faces?.wav2lip, faces?.ultralight, sound]) {
      if (name === undefined || listed.has(name)) continue;
      throw badAvatar(`${folder.label("avatar.json")} does not list the file ${name} that a clip is made of`);
    }
  }
  for (const [name, bytes] of listed) {
    const { size } = Deno.statSync(pathInFolder(folder.path, name, "the file that avatar.json names"));
    if (size !== bytes) {
      throw badAvatar(`${folder.label(name)} has ${size} bytes, wanted the ${bytes} of avatar.json`);
    }
  }
}

/** Of the files that are only read later. */
function checkHeads({ path }: AvatarFolder, { frames, masks, latents, faces }: Clip): void {
  using opened = new DisposableStack();
  opened.use(PackReader.open(path, masks, frames));
  if (latents !== undefined) opened.use(LatentsReader.open(path, latents, frames));
  for (const family of ["wav2lip", "ultralight"] as const) {
    const name = faces?.[family];
    if (name !== undefined) opened.use(FaceReader.open(path, name, frames, FACE_SIDE[family]));
  }
}

function takeMouth(mesh: Mesh, speech: [number, number, number, number]): void {
  const { pupils } = mesh;
  for (const index of SIDES) {
    speech[0] = Math.min(speech[0], mesh.x(index) - BESIDE * pupils);
    speech[2] = Math.max(speech[2], mesh.x(index) + BESIDE * pupils);
  }
  speech[1] = Math.min(speech[1], mesh.y(NOSE_TIP!) - ABOVE * pupils);
  speech[3] = Math.max(speech[3], mesh.y(CHIN!) + BELOW * pupils);
}

/** "crop" is where a network looks, not where anything is painted. */
function takeBoxes(
  track: TrackReader,
  speech: [number, number, number, number],
  boxes: { width: number; height: number }[],
  sideMax: number,
  where: () => string,
): void {
  for (let at = 0; at < BOXES.length; at++) {
    const name = BOXES[at]!;
    if (!track.hasBox(name)) continue;
    const x1 = track.boxes[at * 4]!, y1 = track.boxes[at * 4 + 1]!;
    const x2 = track.boxes[at * 4 + 2]!, y2 = track.boxes[at * 4 + 3]!;
    if (x2 - x1 > sideMax || y2 - y1 > sideMax) {
      throw badAvatar(
        `${where()} a box ${name} of ${x2 - x1}x${y2 - y1} pixels, wanted sides of at most ${sideMax}`,
      );
    }
    boxes[at]!.width = Math.max(boxes[at]!.width, x2 - x1);
    boxes[at]!.height = Math.max(boxes[at]!.height, y2 - y1);
    if (name === "crop") continue;
    speech[0] = Math.min(speech[0], x1);
    speech[1] = Math.min(speech[1], y1);
    speech[2] = Math.max(speech[2], x2);
    speech[3] = Math.max(speech[3], y2);
  }
}

/** Reads every file whole and compares hashes: 60 s of 1080p take about 0.2 s. */
export async function checkHashes(folder: AvatarFolder, { files }: VideoManifest): Promise<void> {
  for (const { name, sha256 } of files) {
    const entry = await fileEntry(folder.path, name);
    if (entry.sha256 !== sha256) {
      throw badAvatar(
        `${fileLabel(folder.path, name)} has changed since it was prepared, wanted it as it was`,
      );
    }
  }
}
