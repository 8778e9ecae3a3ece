export { type Clip, clip, CLIP_FRAMES_MAX, CLIP_NAME, CLIPS_MAX, FILM_FPS, isSpokenOn } from "./clip.ts";
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
export { type FileEntry, fileEntry, writeFault } from "./out_file.ts";
export { type FilmDecoding, loadFilmDecoding } from "./open_film.ts";
export type { FilmReader } from "./film_reader.ts";
export type { FilmPart, FilmScaler } from "./film_scaler.ts";
export { TrackReader } from "./track_reader.ts";
export { PackReader } from "./pack_reader.ts";
export { FaceReader } from "./face_reader.ts";
export { LatentsReader } from "./latents_reader.ts";
export { badFile, fileLabel, pathInFolder } from "./in_file.ts";
export { readClips } from "./film_folder.ts";
