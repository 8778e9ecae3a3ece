export { type Clock, MonotonicClock, SimulatedClock, wallClockMs } from "./clock.ts";
export { Epoch } from "./epoch.ts";
export { giveBackLargeBlocks } from "./large_blocks.ts";
export { Lent, openedInTime } from "./lent.ts";
export { Pacer, SLEW_MAX } from "./pacer.ts";
export { stepBack } from "./priority.ts";
export { changed } from "./shared_wait.ts";
export { SlotRing, type SlotRingShape } from "./slot_ring.ts";
export {
  FEATURE_RATE_HZ,
  FRAME_RATES_HZ,
  type FrameRate,
  frameRate,
  type FrameSize,
  i420Bytes,
  msToSamples,
  SAMPLE_RATE_HZ,
  samplesToMs,
} from "./units.ts";
export { delay, every, withDeadline } from "./wait.ts";
