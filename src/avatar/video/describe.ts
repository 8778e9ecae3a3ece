/** What a video avatar's folder holds for those who do not paint it: its clips, and which engines can speak on them. */
import { isSpokenOn } from "../../film/mod.ts";
import type { FilmClip, PatchFamily } from "../face.ts";
import { generatedName, openAvatar } from "../store.ts";
import type { VideoManifest } from "./manifest.ts";

export interface DescribedClip extends FilmClip {
  /** Path of an action's own sound. */
  readonly sound?: string;
}

export interface FilmDescription {
  readonly folder: string;
  readonly clips: readonly DescribedClip[];
  /** Engines that it was prepared for, the best first. */
  readonly families: readonly PatchFamily[];
}

/** Undefined for an avatar that is no film. Throws InputFault `bad_avatar`. */
export function describeFilm(source: string): FilmDescription | undefined {
  if (generatedName(source) !== undefined) return undefined;
  const { manifest, folder } = openAvatar(source);
  if (manifest.kind !== "video") return undefined;
  return {
    folder: folder.path,
    clips: describeClips(manifest, folder.path),
    families: (["musetalk", "wav2lip", "ultralight"] as const).filter((family) =>
      isPrepared(manifest, family)
    ),
  };
}

export function describeClips({ clips }: VideoManifest, folder: string): DescribedClip[] {
  return clips.map(({ name, role, frames, order, sound }) => ({
    ...{ name, role, frames, order },
    hasSound: sound !== undefined,
    ...(sound === undefined ? {} : { sound: `${folder}/${sound}` }),
  }));
}

/** Every clip that is spoken on has what the family's network sees. */
function isPrepared({ clips }: VideoManifest, family: PatchFamily): boolean {
  return clips.filter((clip) => isSpokenOn(clip, clips)).every(({ latents, faces }) =>
    family === "musetalk" ? latents !== undefined : faces?.[family] !== undefined
  );
}
