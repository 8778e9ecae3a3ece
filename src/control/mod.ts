export { connect, type ConnectOptions, ControlClient } from "./client.ts";
export type {
  Acts,
  Interrupted,
  ObsOrder,
  PcmShape,
  PrepareRequest,
  ProgrammeControl,
  ProgrammeEvent,
  ProgrammeSnapshot,
  Said,
  SayRequest,
  SoundRequest,
} from "./programme_control.ts";
export { withoutPaths } from "./problem.ts";
export type { ProgrammeHouse } from "./programme_house.ts";
export { type ControlServer, type ControlServerOptions, startControl } from "./server.ts";
export { type Environment, readTokens, tokenFolder, type TokenRecord } from "./token.ts";
export type {
  IceCandidate,
  IceServer,
  WebRtcAnswer,
  WebRtcControl,
  WebRtcOffer,
  WebRtcStatus,
} from "./webrtc_control.ts";
export { type BindOptions, isLoopback } from "./bind.ts";
