/** What a video avatar's clips are: a film each, the order its frames are shown in, and what it is for. */
import { z } from "zod";

/** Films of video avatars have this many frames a second, whatever they were made of. */
export const FILM_FPS = 25;
/** Half an hour. */
export const CLIP_FRAMES_MAX = 45_000;
export const CLIPS_MAX = 32;
export const CLIP_NAME = /^[a-z][a-z0-9-]{0,30}$/;

/** A plain name inside the folder: no slash, no leading dot. */
const fileName = z.string().regex(
  /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,79}$/,
  "wanted a file name without folders",
);

export const clip = z.strictObject({
  /** "idle", "speaking", or the action's name, which act() and cues take. */
  name: z.string().regex(CLIP_NAME, "wanted 1 to 31 of a-z, 0-9 and -, a letter first"),
  role: z.enum(["idle", "speaking", "action"]),
  frames: z.int().min(1).max(CLIP_FRAMES_MAX),
  /** pingpong: forward, then backward without showing the ends twice; loop: from the last to the first; once: an action. */
  order: z.enum(["pingpong", "loop", "once"]),
  /** H.264 in MP4, 4:2:0, 25 fps. */
  film: fileName,
  /** Boxes and landmarks, see layout.ts. */
  track: fileName,
  /** A pack of one mask a frame, see layout.ts. */
  masks: fileName,
  /** MuseTalk: a pack-free file of frames * 8 * 32 * 32 float16. */
  latents: fileName.optional(),
  /** Packs of one JPEG a frame: what Wav2Lip and Ultralight see of the face. */
  faces: z.strictObject({ wav2lip: fileName.optional(), ultralight: fileName.optional() }).optional(),
  /** An action with a sound of its own: shown as it is, its own mouth speaks. */
  sound: fileName.optional(),
});
export type Clip = z.infer<typeof clip>;

/** Whether a mouth is put on the clip: not on one that brings its own, nor on the idle one where another is for speech. */
export function isSpokenOn({ sound, role }: Clip, clips: readonly Clip[]): boolean {
  return sound === undefined && (role !== "idle" || clips.every((clip) => clip.role !== "speaking"));
}
