export { Director } from "./director.ts";
export type { DirectorOptions, DirectorState, Scenes } from "./director_options.ts";
export { findPassword, isLoopback } from "./password.ts";
export { type OwnSettings, parseOwnSettings, readOwnSettings, settingsFiles } from "./own_settings.ts";
export type {
  Cause,
  Deed,
  JsonObject,
  Moment,
  Occasion,
  OutputCause,
  PlainResponse,
  Reaction,
  Response,
  Rule,
  Switching,
  Trigger,
  Wish,
} from "./script.ts";
export type { SessionStage, SessionState, Told } from "./session.ts";
export { setUpObs, type SetupOptions, type SetupReport } from "./setup.ts";
export { type AvatarPlace, type AvatarSource, mediaSettings } from "./source.ts";
export type { CameraNode } from "./virtual_camera.ts";
