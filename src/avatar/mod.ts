export type { Box, Face, FilmClip, FilmFace, I420Frame, PatchFamily, PatchPlacement } from "./face.ts";
export { checkAvatar, type FaceOptions, loadFace } from "./load.ts";
export { type Framing, FRAMINGS } from "./look.ts";
export type { AvatarManifest } from "./manifest.ts";
export {
  type Action,
  ACTION_MS,
  ACTIONS,
  calmManner,
  type Expression,
  EXPRESSIONS,
  type Manner,
} from "./manner.ts";
export { AVATAR_ID } from "./manifest_fields.ts";
export { type HeadPlace, headPlace } from "./photo/framing.ts";
export { PHOTO_SIDE_MAX, type PhotoManifest } from "./photo/manifest.ts";
export {
  FACE_POINTS,
  LOWER_LIP_INNER,
  LOWER_LIP_OUTER,
  Mesh,
  MESH_POINTS,
  UPPER_LIP_INNER,
  UPPER_LIP_OUTER,
} from "./photo/mesh.ts";
export { decodePicture, PICTURE_BYTES_MAX } from "./picture.ts";
export { blendRgbaOverI420Box, boxBytes, BoxPicture, copyBoxOut, rgbaToI420Box } from "./pixels.ts";
export { type DescribedClip, describeFilm, type FilmDescription } from "./video/describe.ts";
export { type AvatarEntry, findAvatar, listAvatars } from "./store.ts";
export type { VideoManifest } from "./video/manifest.ts";
