export type { EmitMouth, LipsyncEngine, MouthResult } from "./engine.ts";
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
