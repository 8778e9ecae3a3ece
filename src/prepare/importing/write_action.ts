/**
 * The second pass over a custom action: as a clip of ours, with what the avatar's engine wants.
 *
 * In: the action's pictures and points, what the avatar is made for. Out: the clip's entry and its files, the sound among
 * them. Main thread.
 */
import { extname } from "node:path";
import { writeFault, type WrittenClip } from "../../film/mod.ts";
import type { ProgressMeter } from "../video/progress.ts";
import type { Workshop } from "../video/workshop.ts";
import { LATENT_RECORD_BYTES, type LatentEncoder, writeClip } from "../video/write_clip.ts";
import type { ForeignAction } from "./actions_config.ts";
import type { ForeignAvatar } from "./foreign_avatar.ts";
import { mirroredFrame } from "./folder_pictures.ts";
import { badImport } from "./foreign_folder.ts";
import type { Part } from "./import_plan.ts";

const SOUND_BYTES_MAX = 1 << 28;

/** What all clips of an import are written with. */
export interface Writing {
  /** The avatar's folder. */
  readonly made: string;
  readonly foreign: ForeignAvatar;
  readonly encoder: (LatentEncoder & { readonly mark?: string }) | undefined;
  readonly workshop: Workshop;
  readonly progress: ProgressMeter;
  readonly signal: AbortSignal | undefined;
}

export async function writeAction(
  { made, foreign, encoder, workshop, progress, signal }: Writing,
  { plan, pictures, frames }: Part,
  action: ForeignAction,
  points: readonly Float32Array[],
): Promise<WrittenClip> {
  const { kind, musetalk } = foreign;
  const sound = action.sound === undefined ? {} : { sound: await copySound(action, action.sound, made) };
  using stack = new DisposableStack();
  const latents = kind === "musetalk" && encoder && action.sound === undefined
    ? {
      encoder,
      records: stack.use(
        await workshop.records(`${plan.name}${encoder.mark ?? ""}.latents`, LATENT_RECORD_BYTES),
      ),
    }
    : undefined;
  const wishes = {
    plan: { ...plan, ...sound },
    version: musetalk?.version ?? "1.5",
    shiftPx: 0,
    hasWav2lip: kind === "wav2lip",
    hasUltralight: kind === "ultralight",
    ...(latents ? { latents } : {}),
  };
  const seen = pictures.framesExpected;
  const own = Array.from({ length: frames }, (_, at) => points[mirroredFrame(at, seen)]!);
  return await writeClip(made, pictures.mirrored(frames), own, wishes, progress, signal);
}

async function copySound({ name }: ForeignAction, from: string, made: string): Promise<string> {
  const { isFile, size } = await Deno.stat(from);
  const extension = extname(from).toLowerCase();
  if (!isFile || size === 0 || size > SOUND_BYTES_MAX || !/^\.[a-z0-9]{1,8}$/.test(extension)) {
    throw badImport(
      `the sound of ${name} is no sound file, wanted WAV or the like of at most ${SOUND_BYTES_MAX} bytes`,
    );
  }
  const file = `${name}-sound${extension}`;
  try {
    await Deno.copyFile(from, `${made}/${file}`);
  } catch (error) {
    throw writeFault(`${made}/${file}`, error);
  }
  return file;
}
