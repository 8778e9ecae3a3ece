/**
 * From clips of a person to a video avatar's folder: follow the face, cut, mask, encode, write, look at it.
 *
 * In: films, folders of pictures or a photo, and what engines shall speak on them. Out: the folder, loaded once, or a
 * fault in one line and nothing left behind. Only where it is stopped or killed, or something fails that may not fail next
 * time, the workshop stays, from which the same call goes on. Main thread; two to four seconds for each second of film,
 * and what MuseTalk's encoder takes.
 */
import type { VideoManifest } from "../../avatar/mod.ts";
import { type Clip, CLIP_NAME, CLIPS_MAX, type FileEntry, fileEntry } from "../../film/mod.ts";
import { InputFault } from "../../errors/mod.ts";
import type { Clock, FrameSize } from "../../time/mod.ts";
import { buildFolder, checkPlace, type FolderPlace, put } from "../avatar_folder.ts";
import { FaceFinder } from "../face_finder.ts";
import { previewOf } from "../preview.ts";
import { writeClipSound } from "./clip_sound.ts";
import { contactSheet } from "./contact_sheet.ts";
import type { MuseTalkVersion } from "./face_boxes.ts";
import { FilmPictures } from "./film_pictures.ts";
import { findPoints, POINT_RECORD_BYTES } from "./find_points.ts";
import { checkTogether, type MovingPictures } from "./moving_pictures.ts";
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
  readonly encoder?: LatentEncoder & {
    readonly model: string;
    /** Another one for other weights of the same name. */
    readonly mark?: string;
  };
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

/** Another one where what is kept is found or laid out in another way. */
const WISHES_VERSION = 3;

/**
 * Throws InputFault (`bad_video`, `no_face`, `several_faces`, `bad_avatar_id`, `avatar_exists`, `prepare_running`), Fault
 * `disk_full` or `not_writable`.
 */
export async function prepareVideo(options: PrepareVideoOptions): Promise<PreparedVideo> {
  const { id, parent, clips, nowMs, signal } = options;
  checkNames(clips);
  await checkPlace(options);
  const opened: MovingPictures[] = [];
  for (const { path } of clips) opened.push(await openPictures(path, opened[0]?.size, signal));
  checkTogether(opened.reduce((sum, { framesExpected }) => sum + framesExpected, 0));
  const place = { parent, id, nowMs, isAnew: options.isForced };
  const workshop = await Workshop.open(place, await wishesOf(options));
  return await workshop.during(() => prepareIn(workshop, opened, options));
}

async function prepareIn(
  workshop: Workshop,
  opened: readonly MovingPictures[],
  options: PrepareVideoOptions,
): Promise<PreparedVideo> {
  const { id, clips, signal, onNote } = options;
  const size = opened[0]!.size;
  const frames = opened.reduce((sum, { framesExpected }) => sum + framesExpected, 0);
  const progress = new ProgressMeter(options.clock, options.onProgress, 2 * frames);
  const finder = await FaceFinder.load({ hasIrises: false });
  const points: Float32Array[][] = [];
  for (const [nth, pictures] of opened.entries()) {
    using records = await workshop.records(`${clips[nth]!.name}.points`, POINT_RECORD_BYTES);
    if (records.count > 0) onNote(`${pictures.what}: resumed from frame ${records.count}`);
    const found = await findPoints(pictures, finder, records, progress, signal);
    // Not every film says beforehand how long it is.
    checkTogether(points.reduce((sum, { length }) => sum + length, found.length));
    points.push(steadyPoints(found, pictures.what));
  }
  const folder = await buildFolder(options, async (made) => {
    const entries: Clip[] = [];
    const files: FileEntry[] = [];
    for (const [nth, input] of clips.entries()) {
      const sound = input.hasSound ? `${input.name}.wav` : undefined;
      if (sound !== undefined) {
        const { soundLateSec = 0 } = opened[nth]!;
        await writeClipSound(input.path, soundLateSec, `${made}/${sound}`, input.name, signal);
      }
      using stack = new DisposableStack();
      const latents = options.encoder && !input.hasSound
        ? {
          encoder: options.encoder,
          records: stack.use(
            await workshop.records(`${input.name}${options.encoder.mark ?? ""}.latents`, LATENT_RECORD_BYTES),
          ),
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
      await put(`${made}/preview-boxes.png`, await contactSheet(made, entries[0]!, size, signal));
      files.push(await fileEntry(made, "preview-boxes.png"));
    }
    const manifest: VideoManifest = {
      ...{ id, name: id, licence: "not stated", author: "not stated", kind: "video", ...size },
      clips: entries,
      musetalk: { version: options.version, ...(options.encoder ? { model: options.encoder.model } : {}) },
      files,
    };
    await put(`${made}/avatar.json`, JSON.stringify(manifest, null, 2) + "\n");
    await put(`${made}/preview.png`, await previewOf(made));
  }, workshop.made);
  return { folder, frames: points.reduce((sum, one) => sum + one.length, 0), size };
}

function checkNames(clips: readonly ClipInput[]): void {
  if (clips.length > CLIPS_MAX) {
    throw new InputFault(`${clips.length} clips, wanted at most ${CLIPS_MAX}`, { code: "too_many_clips" });
  }
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
    inputs.push([name, role, hasSound, await Deno.realPath(path), ...await marksOf(path)]);
  }
  return [WISHES_VERSION, inputs, engines, version, shiftPx, encoder?.model];
}

/** Size and time of a file, and of every file in a folder. */
async function marksOf(path: string): Promise<unknown[]> {
  const { isDirectory, size, mtime } = await Deno.stat(path);
  if (!isDirectory) return [size, mtime?.getTime()];
  const names = Array.from(Deno.readDirSync(path)).filter(({ isFile }) => isFile).map(({ name }) => name);
  return names.toSorted().map((name) => {
    const one = Deno.statSync(`${path}/${name}`);
    return [name, one.size, one.mtime?.getTime()];
  });
}
