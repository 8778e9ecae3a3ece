/**
 * From clips of a person to a video avatar's folder: follow the face, cut, mask, encode, write, look at it.
 *
 * In: films, folders of pictures or a photo, and what engines shall speak on them. Out: the folder, loaded once, or a fault
 * in one line and nothing left behind but the workshop, from which the same call goes on. Main thread; about a second
 * for each second of film, and what MuseTalk's encoder takes.
 */
import { basename } from "node:path";
import sharp from "sharp";
import { AVATAR_ID, loadFace, type VideoManifest } from "../../avatar/mod.ts";
import { type Clip, CLIP_NAME, type FileEntry, fileEntry } from "../../film/mod.ts";
import { InputFault } from "../../errors/mod.ts";
import { type Clock, type FrameSize, i420Bytes, stepBack } from "../../time/mod.ts";
import { buildFolder, checkPlace, type FolderPlace } from "../avatar_folder.ts";
import { FaceFinder } from "../face_finder.ts";
import { rgbOf } from "../rgb.ts";
import { contactSheet } from "./contact_sheet.ts";
import type { MuseTalkVersion } from "./face_boxes.ts";
import { FilmPictures } from "./film_pictures.ts";
import { findPoints, POINT_RECORD_BYTES } from "./find_points.ts";
import type { MovingPictures } from "./moving_pictures.ts";
import { type Progress, ProgressMeter } from "./progress.ts";
import { steadyPoints } from "./steady_points.ts";
import { isPictureName, StillPictures } from "./still_pictures.ts";
import { Workshop } from "./workshop.ts";
import { type ClipWishes, LATENT_RECORD_BYTES, type LatentEncoder, writeClip } from "./write_clip.ts";

export interface ClipInput {
  /** "idle", "speaking" or the action's. */
  readonly name: string;
  readonly role: Clip["role"];
  /** A film, a folder of pictures or a photo. */
  readonly path: string;
  /** It keeps the sound of its film, and the film's own mouth. */
  readonly hasSound: boolean;
}

export type VideoEngine = "musetalk" | "wav2lip" | "ultralight";

export interface PrepareVideoOptions extends FolderPlace {
  /** The first is idle. */
  readonly clips: readonly ClipInput[];
  readonly engines: readonly VideoEngine[];
  readonly version: MuseTalkVersion;
  readonly shiftPx: number;
  /** With MuseTalk among the engines; named, so that what was encoded by another is not taken up again. */
  readonly encoder?: LatentEncoder & { readonly model: string };
  /** Writes preview-boxes.png. */
  readonly hasPreview: boolean;
  readonly clock: Clock;
  /** Wall-clock time. */
  readonly nowMs: number;
  readonly signal?: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
  /** Something that the person should know, in one line. */
  readonly onNote: (line: string) => void;
}

export interface PreparedVideo {
  readonly folder: string;
  readonly frames: number;
  readonly size: FrameSize;
}

const PREVIEW = { width: 640, height: 360 };

/** Throws InputFault (`bad_video`, `no_face`, `several_faces`, `bad_avatar_id`, `avatar_exists`), Fault `disk_full`. */
export async function prepareVideo(options: PrepareVideoOptions): Promise<PreparedVideo> {
  const { id, parent, clips, signal, onNote } = options;
  if (!AVATAR_ID.test(id)) {
    throw new InputFault(`--id is ${JSON.stringify(id.slice(0, 60))}, wanted 1 to 40 of a-z, 0-9 and -`, {
      code: "bad_avatar_id",
    });
  }
  checkNames(clips);
  await checkPlace(options);
  stepBack();
  const opened: MovingPictures[] = [];
  for (const { path } of clips) opened.push(await openPictures(path, opened[0]?.size, signal));
  const size = opened[0]!.size;
  const finder = await FaceFinder.load();
  const workshop = await Workshop.open(parent, await wishesOf(options), options.nowMs);
  const progress = new ProgressMeter(options.clock, options.onProgress);
  const points: Float32Array[][] = [];
  for (const [nth, pictures] of opened.entries()) {
    using records = await workshop.records(`${clips[nth]!.name}.points`, POINT_RECORD_BYTES);
    if (records.count > 0) onNote(`${pictures.what}: resumed from frame ${records.count}`);
    points.push(steadyPoints(await findPoints(pictures, finder, records, progress, signal), pictures.what));
  }
  const folder = await buildFolder(options, async (made) => {
    const entries: Clip[] = [];
    const files: FileEntry[] = [];
    for (const [nth, input] of clips.entries()) {
      const sound = input.hasSound ? await copySound(input, made) : undefined;
      using stack = new DisposableStack();
      const latents = options.encoder && !input.hasSound
        ? {
          encoder: options.encoder,
          records: stack.use(await workshop.records(`${input.name}.latents`, LATENT_RECORD_BYTES)),
        }
        : undefined;
      const wishes: ClipWishes = {
        plan: { name: input.name, role: input.role, order: orderOf(input), ...(sound ? { sound } : {}) },
        version: options.version,
        shiftPx: options.shiftPx,
        hasWav2lip: options.engines.includes("wav2lip"),
        hasUltralight: options.engines.includes("ultralight"),
        ...(latents ? { latents } : {}),
      };
      const written = await writeClip(made, opened[nth]!, points[nth]!, wishes, progress, signal);
      entries.push(written.clip);
      files.push(...written.files);
    }
    if (options.hasPreview) {
      await Deno.writeFile(`${made}/preview-boxes.png`, await contactSheet(made, entries[0]!, size));
      files.push(await fileEntry(made, "preview-boxes.png"));
    }
    const manifest: VideoManifest = {
      ...{ id, name: id, licence: "not stated", author: "not stated", kind: "video", ...size },
      clips: entries,
      musetalk: { version: options.version, ...(options.encoder ? { model: options.encoder.model } : {}) },
      files,
    };
    await Deno.writeTextFile(`${made}/avatar.json`, JSON.stringify(manifest, null, 2) + "\n");
    await Deno.writeFile(`${made}/preview.png`, await previewOf(made));
  });
  await workshop.remove();
  return { folder, frames: points.reduce((sum, one) => sum + one.length, 0), size };
}

function checkNames(clips: readonly ClipInput[]): void {
  const names = new Set<string>();
  for (const { name } of clips) {
    if (!CLIP_NAME.test(name)) {
      throw new InputFault(
        `clip ${JSON.stringify(name.slice(0, 40))}, wanted a name of 1 to 31 of a-z, 0-9 and -`,
        {
          code: "bad_clip_name",
        },
      );
    }
    if (names.has(name)) {
      throw new InputFault(`two clips are called ${name}, wanted one`, { code: "bad_clip_name" });
    }
    names.add(name);
  }
}

function orderOf({ role }: ClipInput): Clip["order"] {
  return role === "action" ? "once" : "pingpong";
}

async function openPictures(
  path: string,
  size: FrameSize | undefined,
  signal?: AbortSignal,
): Promise<MovingPictures> {
  const info = await Deno.stat(path).catch(() => undefined);
  return info?.isDirectory || isPictureName(path)
    ? await StillPictures.open(path, size)
    : await FilmPictures.open(path, size, signal);
}

/** What is kept in the workshop depends on all of this. */
async function wishesOf(
  { clips, engines, version, shiftPx, encoder }: PrepareVideoOptions,
): Promise<unknown> {
  const inputs = [];
  for (const { name, role, path, hasSound } of clips) {
    const { size, mtime } = await Deno.stat(path);
    inputs.push([name, role, hasSound, await Deno.realPath(path), size, mtime?.getTime()]);
  }
  return [1, inputs, engines, version, shiftPx, encoder?.model];
}

/** The film itself serves as its sound's file: whatever is decoded from it is what was heard with it. */
async function copySound({ name, path }: ClipInput, folder: string): Promise<string> {
  const extension = /\.[A-Za-z0-9]{1,8}$/.exec(basename(path))?.[0] ?? "";
  const file = `${name}-sound${extension.toLowerCase()}`;
  await Deno.copyFile(path, `${folder}/${file}`);
  return file;
}

/** Loads the avatar as the stage does, which proves it, and paints it. */
async function previewOf(folder: string): Promise<Uint8Array> {
  using face = await loadFace(folder, PREVIEW, { patienceMs: 10_000 });
  const frame = { ...PREVIEW, bytes: new Uint8Array(i420Bytes(PREVIEW)) };
  face.film?.show(0, 0);
  face.paintIdle(frame, 0);
  return await sharp(rgbOf(frame), { raw: { ...PREVIEW, channels: 3 } }).png().toBuffer();
}
