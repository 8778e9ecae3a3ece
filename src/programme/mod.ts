export { castAvatar } from "./cast.ts";
export { engineChoice, engineOrder, lookOf, modelFolders } from "./settings.ts";
export { AvatarCues, planVideo, type VideoPlan } from "./video_part.ts";
export { feedPlaces } from "./obs_part.ts";
export { Programme, type ProgrammeOptions } from "./programme.ts";
export { ProgrammeMemory, type ProgrammeShape } from "./programme_memory.ts";
export { render, type RenderOptions } from "./render.ts";
export { type PageServer, serve } from "./serve.ts";
export { Sessions, type SessionsOptions } from "./sessions.ts";
export { SharedEngines } from "./shared_engines.ts";
export type { ObsState } from "./obs_part.ts";
export type {
  CameraState,
  PictureState,
  ProgrammeState,
  RecordingState,
  SoundState,
  Speaking,
  SpeechState,
} from "./state.ts";
export { ruledCues, TextCues } from "./text_cues.ts";
export { openTts, probeTts } from "./voice.ts";
