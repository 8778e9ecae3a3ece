export { checkEngine, createEngine, ENGINE_KINDS, type EngineChoice } from "./choose.ts";
export { EngineThread } from "./engine_thread.ts";
export type { EmitMouth, LipsyncEngine } from "./engine.ts";
export { ENGINE_GAUGES, type EngineGauge, type EngineGauges, engineGauges } from "./engine_gauges.ts";
export { LoudnessEngine } from "./loudness.ts";
export type { VisemeManifest } from "./model_manifest.ts";
export { openModel, SHIPPED_MODELS, type StoredModel } from "./model_store.ts";
export {
  JAW,
  MOUTH_CLOSED,
  MOUTH_LENGTH,
  MOUTH_PARAMETERS,
  type MouthParameter,
  PRESS,
  PUCKER,
  SPREAD,
  TEETH,
  TONGUE,
} from "./mouth.ts";
export { MouthFinish } from "./mouth_finish.ts";
export { MouthRing } from "./mouth_ring.ts";
export type {
  AvatarOrder,
  EngineProcessOrder,
  ReadyNews,
  RungReport,
  StatusNews,
} from "./neural/process/messages.ts";
export { NeuralThread } from "./neural/process/neural_thread.ts";
export { type NeuralState, RunningNeural, type StartNeuralOptions } from "./neural/process/start_neural.ts";
export { type LatentEncoder, openLatentEncoder } from "./neural/networks/encoders.ts";
export { RungStack } from "./neural/process/rung_stack.ts";
export { SpeechTap } from "./neural/process/speech_tap.ts";
export { FAMILIES, type Family } from "./neural/networks/mouth_network.ts";
export {
  NEURAL_GAUGES,
  type NeuralGauge,
  type NeuralGauges,
  neuralGauges,
} from "./neural/process/neural_gauges.ts";
export { PATCH_SIDE_MAX, PATCH_SLOTS, type PatchResult, PatchRing } from "./patch_ring.ts";
export { emptyPlace, type StagePlace, WalkBoard } from "./walk_board.ts";
export { type EngineState, type RunningEngine, startEngine, type StartEngineOptions } from "./start.ts";
export { EngineStation, type EngineStationOptions } from "./station.ts";
export { StressMeter } from "./stress.ts";
export { type Viseme, VISEME_COUNT, VISEMES } from "./viseme.ts";
export { VisemeEngine } from "./viseme_engine.ts";
export { VisemeNetwork } from "./viseme_network.ts";
export { type EmitViseme, VISEME_FRAME_SAMPLES, type VisemeFrame, VisemeTrack } from "./viseme_track.ts";
