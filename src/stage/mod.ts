export { pastePlane, type PlaneBox } from "./blend_row.ts";
export { CueRing } from "./cue_ring.ts";
export { type Phase, PHASES, STAGE_GAUGES, type StageGauge } from "./gauges.ts";
export { MannerTrack } from "./manner_track.ts";
export { PatchPaster } from "./patch_paster.ts";
export { Stage, type StageOptions } from "./stage.ts";
export { TickLoop, type TickLoopOptions, type UnitSink } from "./tick_loop.ts";
export { DeviceFollower } from "./device_follower.ts";
export { Hold } from "./hold.ts";
