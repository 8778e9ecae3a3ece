export type { Box, Face, I420Frame, PatchPlacement } from "./face.ts";
export { type FaceOptions, loadFace } from "./load.ts";
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
export { blendRgbaOverI420Box, boxBytes, BoxPicture, copyBoxOut, rgbaToI420Box } from "./pixels.ts";
export { type AvatarEntry, findAvatar, listAvatars } from "./store.ts";
