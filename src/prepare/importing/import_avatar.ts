/**
 * From a folder that MuseTalk or LiveTalking made to a video avatar's: frames, boxes, masks, latents and faces as they
 * are, the face's points found anew, LiveTalking's custom actions as clips.
 *
 * In: the folder, and the actions' file. Out: the avatar's folder, loaded once, or a fault in one line and nothing left
 * behind but the workshop, from which the same call goes on. Main thread; about 60 ms a frame. Nothing of the folder is
 * executed: its pickles are read by src/pickle.
 */
import { AVATAR_ID, type VideoManifest } from "../../avatar/mod.ts";
import type { WrittenClip } from "../../film/mod.ts";
import { InputFault } from "../../errors/mod.ts";
import { type Clock, MonotonicClock } from "../../time/mod.ts";
import { buildFolder, checkPlace, type FolderPlace } from "../avatar_folder.ts";
import { FaceFinder } from "../face_finder.ts";
import { previewOf } from "../preview.ts";
import { findPoints, POINT_RECORD_BYTES } from "../video/find_points.ts";
import { type Progress, ProgressMeter } from "../video/progress.ts";
import { steadyPoints } from "../video/steady_points.ts";
import { Workshop } from "../video/workshop.ts";
import type { LatentEncoder } from "../video/write_clip.ts";
import { readActions } from "./actions_config.ts";
import { type ForeignAvatar, openForeignAvatar } from "./foreign_avatar.ts";
import { notesOn, partsOf, stampOf } from "./import_plan.ts";
import { writeAction, type Writing } from "./write_action.ts";
import { writeForeignClip } from "./write_foreign_clip.ts";

export interface ImportOptions extends FolderPlace {
  readonly path: string;
  /** LiveTalking's custom actions: a JSON file in the folder that its paths lead into. */
  readonly actions?: string;
  /** Encodes latents of actions that speak; without it MuseTalk cannot speak on them. */
  readonly encoder?: LatentEncoder & { readonly model: string };
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

/** Throws InputFault (`bad_import`, `bad_pickle`, `bad_actions`, `no_face`, `avatar_exists`), Fault `disk_full`. */
export async function importAvatar(options: ImportOptions): Promise<ImportedAvatar> {
  const { id, parent, signal, onNote } = options;
  if (!AVATAR_ID.test(id)) {
    throw new InputFault(`--id is ${JSON.stringify(id.slice(0, 60))}, wanted 1 to 40 of a-z, 0-9 and -`, {
      code: "bad_avatar_id",
    });
  }
  await checkPlace(options);
  const foreign = await openForeignAvatar(options.path);
  const parts = await partsOf(foreign, options.actions === undefined ? [] : readActions(options.actions));
  for (const note of notesOn(foreign, parts, options.encoder !== undefined)) onNote(note);
  signal?.throwIfAborted();
  const finder = options.finder ?? await FaceFinder.load({ hasIrises: false });
  const progress = new ProgressMeter(options.clock ?? new MonotonicClock(), options.onProgress);
  const workshop = await Workshop.open(parent, wishesOf(options, stampOf(parts)), options.nowMs ?? 0);
  const points: Float32Array[][] = [];
  for (const { plan, pictures, action } of parts) {
    using records = await workshop.records(`${plan.name}.points`, POINT_RECORD_BYTES);
    if (records.count > 0) onNote(`${pictures.what}: resumed from frame ${records.count}`);
    const seen = action ? pictures : pictures.about(foreign.boxes);
    points.push(steadyPoints(await findPoints(seen, finder, records, progress, signal), pictures.what));
  }
  const folder = await buildFolder(options, async (made) => {
    const written: WrittenClip[] = [];
    const writing: Writing = { made, foreign, encoder: options.encoder, workshop, progress, signal };
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
    await Deno.writeTextFile(`${made}/avatar.json`, JSON.stringify(manifest, null, 2) + "\n");
    await Deno.writeFile(`${made}/preview.png`, await previewOf(made));
  });
  await workshop.remove();
  return {
    folder,
    kind: foreign.kind,
    frames: parts.reduce((sum, { frames }) => sum + frames, 0),
    clips: parts.map(({ plan }) => plan.name),
  };
}

/** What is kept in the workshop depends on all of this. */
function wishesOf({ path, actions, encoder }: ImportOptions, stamp: unknown): unknown {
  return ["import", 1, Deno.realPathSync(path), actions && Deno.realPathSync(actions), stamp, encoder?.model];
}
