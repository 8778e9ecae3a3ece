/**
 * From a folder that MuseTalk or LiveTalking made to a video avatar's: frames, boxes, masks, latents and faces as they
 * are, the face's points found anew, LiveTalking's custom actions as clips.
 *
 * In: the folder, and the actions' file. Out: the avatar's folder, loaded once, or a fault in one line and nothing left
 * behind but the workshop, from which the same call goes on. Main thread; about 60 ms a frame. Nothing of the folder is
 * executed: its pickles are read by src/pickle.
 */
import type { VideoManifest } from "../../avatar/mod.ts";
import type { WrittenClip } from "../../film/mod.ts";
import { type Clock, MonotonicClock } from "../../time/mod.ts";
import { buildFolder, checkPlace, type FolderPlace, put } from "../avatar_folder.ts";
import { FaceFinder } from "../face_finder.ts";
import { previewOf } from "../preview.ts";
import { findPoints, POINT_RECORD_BYTES } from "../video/find_points.ts";
import { checkTogether } from "../video/moving_pictures.ts";
import { type Progress, ProgressMeter } from "../video/progress.ts";
import { steadyPoints } from "../video/steady_points.ts";
import { Workshop } from "../video/workshop.ts";
import type { LatentEncoder } from "../video/write_clip.ts";
import { readActions } from "./actions_config.ts";
import { type ForeignAvatar, openForeignAvatar } from "./foreign_avatar.ts";
import { notesOn, type Part, partsOf, stampOf, wantsEncoder } from "./import_plan.ts";
import { writeAction, type Writing } from "./write_action.ts";
import { writeForeignClip } from "./write_foreign_clip.ts";

type NamedEncoder = LatentEncoder & {
  readonly model: string;
  /** Another one for other weights of the same name. */
  readonly mark?: string;
};

export interface ImportOptions extends FolderPlace {
  readonly path: string;
  /** LiveTalking's custom actions: a JSON file in the folder that its paths lead into. */
  readonly actions?: string;
  /**
   * Opens what encodes latents of actions that speak; called only where there are such. Where it has none MuseTalk cannot
   * speak on them.
   */
  readonly openEncoder?: () => Promise<NamedEncoder | undefined>;
  readonly signal?: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
  /** Something that the person should know, in one line. */
  readonly onNote: (line: string) => void;
  /** By default loaded. */
  readonly finder?: FaceFinder;
  /** By default the machine's. */
  readonly clock?: Clock;
  /** Wall-clock time; without it stale workshops of others stay. */
  readonly nowMs?: number;
}

export interface ImportedAvatar {
  readonly folder: string;
  readonly kind: ForeignAvatar["kind"];
  /** Of all clips. */
  readonly frames: number;
  readonly clips: readonly string[];
}

/**
 * Throws InputFault (`bad_import`, `bad_pickle`, `bad_actions`, `bad_video`, `no_face`, `several_faces`, `bad_avatar_id`,
 * `avatar_exists`, `prepare_running`), Fault `disk_full` or `not_writable`.
 */
export async function importAvatar(options: ImportOptions): Promise<ImportedAvatar> {
  const { id, parent, signal, onNote } = options;
  await checkPlace(options);
  const foreign = await openForeignAvatar(options.path);
  const parts = await partsOf(foreign, options.actions === undefined ? [] : readActions(options.actions));
  checkTogether(parts.reduce((sum, { frames }) => sum + frames, 0));
  signal?.throwIfAborted();
  const encoder = wantsEncoder(foreign, parts) ? await options.openEncoder?.() : undefined;
  for (const note of notesOn(foreign, parts, encoder !== undefined)) onNote(note);
  const place = { parent, id, nowMs: options.nowMs ?? 0, isAnew: options.isForced };
  const workshop = await Workshop.open(place, wishesOf(options, stampOf(parts), encoder));
  return await workshop.during(() => importIn(workshop, foreign, parts, options, encoder));
}

async function importIn(
  workshop: Workshop,
  foreign: ForeignAvatar,
  parts: readonly Part[],
  options: ImportOptions,
  encoder: NamedEncoder | undefined,
): Promise<ImportedAvatar> {
  const { id, signal, onNote } = options;
  const finder = options.finder ?? await FaceFinder.load({ hasIrises: false });
  const progress = new ProgressMeter(options.clock ?? new MonotonicClock(), options.onProgress);
  const points: Float32Array[][] = [];
  for (const { plan, pictures, action } of parts) {
    using records = await workshop.records(`${plan.name}.points`, POINT_RECORD_BYTES);
    if (records.count > 0) onNote(`${pictures.what}: resumed from frame ${records.count}`);
    const seen = action ? pictures : pictures.about(foreign.boxes);
    points.push(steadyPoints(await findPoints(seen, finder, records, progress, signal), pictures.what));
  }
  const folder = await buildFolder(options, async (made) => {
    const written: WrittenClip[] = [];
    const writing: Writing = { made, foreign, encoder, workshop, progress, signal };
    for (const [nth, part] of parts.entries()) {
      const own = points[nth]!;
      written.push(
        part.action
          ? await writeAction(writing, part, part.action, own)
          : await writeForeignClip(made, foreign, own, part.plan, progress, signal),
      );
    }
    const manifest: VideoManifest = {
      ...{
        id,
        name: id,
        licence: "not stated",
        author: "not stated",
        kind: "video",
        ...foreign.pictures.size,
      },
      clips: written.map(({ clip }) => clip),
      musetalk: { version: foreign.musetalk?.version ?? "1.5" },
      files: written.flatMap(({ files }) => files),
    };
    await put(`${made}/avatar.json`, JSON.stringify(manifest, null, 2) + "\n");
    await put(`${made}/preview.png`, await previewOf(made));
  }, workshop.made);
  return {
    folder,
    kind: foreign.kind,
    frames: parts.reduce((sum, { frames }) => sum + frames, 0),
    clips: parts.map(({ plan }) => plan.name),
  };
}

/** What is kept in the workshop depends on all of this. */
function wishesOf({ path, actions }: ImportOptions, stamp: unknown, encoder?: NamedEncoder): unknown {
  return ["import", 2, Deno.realPathSync(path), actions && Deno.realPathSync(actions), stamp, encoder?.model];
}
