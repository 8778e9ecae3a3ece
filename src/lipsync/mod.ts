export { createEngine, ENGINE_KINDS, type EngineChoice } from "./choose.ts";
export type { EmitMouth, LipsyncEngine, MouthResult } from "./engine.ts";
export { ENGINE_GAUGES, type EngineGauge, type EngineGauges, engineGauges } from "./engine_gauges.ts";
export { LoudnessEngine } from "./loudness.ts";
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
export { MouthRing } from "./mouth_ring.ts";
export { type EngineState, type RunningEngine, startEngine, type StartEngineOptions } from "./start.ts";
export { EngineStation, type EngineStationOptions } from "./station.ts";
