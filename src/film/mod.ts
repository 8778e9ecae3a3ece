export { type Clip, clip, CLIP_FRAMES_MAX, CLIP_NAME, CLIPS_MAX, FILM_FPS } from "./clip.ts";
export {
  BOXES,
  type BoxName,
  FACE_SIDE,
  LATENT_VALUES,
  LAYOUT_VERSION,
  PACK_MAGIC,
  TRACK_MAGIC,
  TRACK_POINTS,
} from "./layout.ts";
export type { ClipFrame, Edges } from "./clip_frame.ts";
export { FilmWalk, frameAt, isOver, type WalkedClip, type WalkState } from "./walk.ts";
export { type ClipPlan, ClipWriter, type WrittenClip } from "./clip_writer.ts";
export { type FileEntry, fileEntry } from "./out_file.ts";
