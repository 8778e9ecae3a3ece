/**
 * From a portrait to a photo avatar's folder: read, find the face, judge it, cut, write, look at it.
 *
 * In: a picture's path and where the avatar shall be. Out: the folder, loaded once and its preview painted, or a fault
 * in one line and nothing left behind. Main thread; 1 to 5 s.
 */
import sharp from "sharp";
import { Mesh, type PhotoManifest } from "../avatar/mod.ts";
import { checkPlace, type FolderPlace, put, writeFolder } from "./avatar_folder.ts";
import { type BackgroundWish, cutOut } from "./background.ts";
import { cropToHead } from "./crop.ts";
import { FaceFinder } from "./face_finder.ts";
import { findFace } from "./find_face.ts";
import { FACE_WIDTH_SHARP, faceWidth, judgeFace } from "./judge.ts";
import { refineLips } from "./lips.ts";
import { type Picture, readPicture } from "./picture.ts";
import { previewOf } from "./preview.ts";

export const STEPS = [
  "reading",
  "finding the face",
  "measuring",
  "cutting out",
  "writing",
  "looking",
] as const;
export type Step = typeof STEPS[number];

const JPEG = { quality: 94, chromaSubsampling: "4:4:4" } as const;

export interface PrepareOptions extends FolderPlace {
  readonly path: string;
  readonly background: BackgroundWish;
  readonly signal?: AbortSignal;
  /** Called when a step begins. */
  onStep?(step: Step): void;
}

export interface Prepared {
  readonly folder: string;
  readonly faceWidthPx: number;
  /** What could be better, in one line each. */
  readonly advice: readonly string[];
}

/**
 * Throws InputFault (`bad_picture`, `no_face`, `several_faces`, those of judge.ts, `background_not_plain`, `bad_avatar_id`,
 * `avatar_exists`), Fault `disk_full` or `not_writable`.
 */
export async function preparePhoto(options: PrepareOptions): Promise<Prepared> {
  const { id, path, signal } = options;
  const begin = (step: Step) => {
    signal?.throwIfAborted();
    options.onStep?.(step);
  };
  await checkPlace(options);
  begin("reading");
  const loading = FaceFinder.load();
  const [picture, finder] = await Promise.all([readPicture(path), loading]);
  begin("finding the face");
  const found = new Mesh(await findFace(finder, picture, path));
  judgeFace(found, picture, path);
  begin("measuring");
  const refined = refineLips(found, picture);
  const cropped = await cropToHead(picture, refined);
  begin("cutting out");
  const { picture: kept, files, fields } = await cutOut(cropped, options.background, path);
  begin("writing");
  const manifest: PhotoManifest = {
    id,
    name: id,
    licence: "not stated",
    author: "not stated",
    kind: "photo",
    picture: "photo.jpg",
    width: kept.width,
    height: kept.height,
    ...fields,
    points: Array.from(cropped.mesh.points, (value) => Math.round(value * 100) / 100),
  };
  const content = { "avatar.json": manifestText(manifest), "photo.jpg": await jpegOf(kept), ...files };
  const folder = await writeFolder(options, content, async (made) => {
    begin("looking");
    await put(`${made}/preview.png`, await previewOf(made));
  });
  const faceWidthPx = Math.round(faceWidth(refined));
  const advice = faceWidthPx < FACE_WIDTH_SHARP
    ? [`the face is ${faceWidthPx} pixels wide and will look soft, ${FACE_WIDTH_SHARP} or more look sharp`]
    : [];
  return { folder, faceWidthPx, advice };
}

/** JSON that a person can read, the points in one line. */
function manifestText({ points, ...rest }: PhotoManifest): string {
  const head = JSON.stringify(rest, null, 2).replace(/\n\}$/, "");
  return `${head},\n  "points": ${JSON.stringify(points)}\n}\n`;
}

async function jpegOf({ rgb, width, height }: Picture): Promise<Uint8Array> {
  return await sharp(rgb, { raw: { width, height, channels: 3 } }).jpeg(JPEG).toBuffer();
}
