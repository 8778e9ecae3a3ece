export { Director } from "./director.ts";
export type { DirectorOptions, DirectorState, Scenes } from "./director_options.ts";
export { findPassword, isLoopback, PASSWORD_VARIABLE } from "./password.ts";
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
export { AVATAR_SOURCE, type AvatarPlace, type AvatarSource } from "./source.ts";
export type { CameraNode } from "./virtual_camera.ts";
