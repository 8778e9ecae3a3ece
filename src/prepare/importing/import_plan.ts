/**
 * Which clips come of an imported folder and LiveTalking's actions, in which order, and what the person should know.
 *
 * In: a ForeignAvatar and ForeignActions. Out: Parts, idle first; InputFault `bad_import` for pictures of another size. Main
 * thread; looks at the first picture of each.
 */
import { CLIP_FRAMES_MAX, type ClipPlan, FILM_FPS } from "../../film/mod.ts";
import { probeAudioFile } from "../../speech/mod.ts";
import type { ForeignAction } from "./actions_config.ts";
import { FolderPictures } from "./folder_pictures.ts";
import type { ForeignAvatar } from "./foreign_avatar.ts";
import { badImport } from "./foreign_folder.ts";

/** A clip on its way: its pictures, and how it is written. */
export interface Part {
  readonly plan: Omit<ClipPlan, "frames">;
  readonly pictures: FolderPictures;
  /** At least as many as there are pictures: they are mirrored until the sound ends. */
  readonly frames: number;
  /** Undefined for the avatar itself. */
  readonly action: ForeignAction | undefined;
}

/** The clips in the manifest's order: idle first. */
export async function partsOf(foreign: ForeignAvatar, actions: readonly ForeignAction[]): Promise<Part[]> {
  const hasIdle = actions.some(({ role }) => role === "idle");
  const role = hasIdle ? "speaking" : "idle";
  const own: Part = {
    plan: { name: role, role, order: "pingpong" },
    pictures: foreign.pictures,
    frames: foreign.pictures.framesExpected,
    action: undefined,
  };
  const others: Part[] = [];
  for (const action of actions) {
    const pictures = await FolderPictures.open(action.folder, action.folder.pictures(""));
    const [wanted, is] = [foreign.pictures.whole, pictures.whole];
    if (is.width !== wanted.width || is.height !== wanted.height) {
      throw badImport(
        `${action.folder.name} has pictures of ${is.width}x${is.height} pixels, wanted ${wanted.width}x${wanted.height} as the avatar`,
      );
    }
    const order = action.role === "idle" ? "pingpong" : "once";
    others.push({
      plan: { name: action.name, role: action.role, order },
      pictures,
      frames: await framesOf(action, pictures),
      action,
    });
  }
  return [
    ...others.filter(({ plan }) => plan.role === "idle"),
    own,
    ...others.filter(({ plan }) => plan.role !== "idle"),
  ];
}

/** Throws InputFault `bad_audio_file` where the action's sound is none. */
async function framesOf({ name, sound }: ForeignAction, pictures: FolderPictures): Promise<number> {
  if (sound === undefined) return pictures.framesExpected;
  const { durationMs } = await probeAudioFile(sound);
  const frames = Math.ceil(durationMs * FILM_FPS / 1000);
  if (frames > CLIP_FRAMES_MAX) {
    throw badImport(
      `the sound of ${name} lasts ${Math.round(durationMs / 1000)} s, wanted at most half an hour`,
    );
  }
  return Math.max(frames, pictures.framesExpected);
}

/** Whether there are clips that MuseTalk shall speak on and that bring no latents. */
export function wantsEncoder({ kind }: ForeignAvatar, parts: readonly Part[]): boolean {
  return kind === "musetalk" &&
    parts.some(({ action }) => action !== undefined && action.sound === undefined);
}

/** One line each. */
export function notesOn(foreign: ForeignAvatar, parts: readonly Part[], hasEncoder: boolean): string[] {
  const notes: string[] = [];
  const { pictures, folder, kind, sources } = foreign;
  const { whole, size } = pictures;
  const frames = pictures.framesExpected;
  const film = `${frames} frames, ${(frames / FILM_FPS).toFixed(1)} s`;
  notes.push(
    `${folder.name}: made for ${kind}, ${
      foreign.isDoubled ? `forward and backward, ${film} are kept` : film
    }`,
  );
  if (whole.width !== size.width || whole.height !== size.height) {
    notes.push(`${folder.name}: ${whole.width}x${whole.height} pixels, cut to ${size.width}x${size.height}`);
  }
  const bridged = sources.filter((source, frame) => source !== frame).length;
  if (bridged > 0) notes.push(`${folder.name}: ${bridged} frames without a face have their neighbour's box`);
  if (kind === "ultralight" && folder.has("ultralight.pth")) {
    notes.push(
      `${folder.name}: ultralight.pth is this avatar's own network, export it to let ultralight speak`,
    );
  }
  if (!hasEncoder && wantsEncoder(foreign, parts)) {
    notes.push(
      `${folder.name}: clips without a sound have no latents, musetalk needs an installed encoder to speak on this avatar`,
    );
  }
  return notes;
}

/** Changes when what is imported does. */
export function stampOf(parts: readonly Part[]): unknown {
  return parts.map(({ plan, pictures, frames }) => [plan.name, frames, pictures.stamp()]);
}
