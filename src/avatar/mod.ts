export type { DrawnFaceOptions } from "./drawn/drawn_face.ts";
export type { Box, Face, I420Frame, PatchPlacement } from "./face.ts";
export { loadFace } from "./load.ts";
export type { AvatarManifest } from "./manifest.ts";
export { blendRgbaOverI420Box, boxBytes, BoxPicture, copyBoxOut, rgbaToI420Box } from "./pixels.ts";
export { type AvatarEntry, findAvatar, listAvatars } from "./store.ts";
