export { readBackgroundWish } from "./background.ts";
export {
  type ClipInput,
  type PreparedVideo,
  prepareVideo,
  type PrepareVideoOptions,
  type VideoEngine,
} from "./video/prepare_video.ts";
export type { Progress } from "./video/progress.ts";
export { importAvatar, isForeignAvatar } from "./importing/mod.ts";
export { isPictureName } from "./video/still_pictures.ts";
export { preparePhoto, STEPS } from "./prepare.ts";
