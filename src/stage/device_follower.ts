/**
 * Follows the sound device's clock: where it plays a little faster than our monotonic clock, units must come a
 * little faster, else the playback buffer runs dry within the hour.
 *
 * In: the buffer's depth at every tick. Out: the stretch of the coming period. Proportional on the averaged depth:
 * 25 ms too deep is the largest stretch, half a percent, so an error halves in about 3.5 s, and a device 100 ppm
 * off settles half a millisecond from the target.
 */
import { SLEW_MAX } from "../time/mod.ts";

const AVERAGE_SHARE = 0.02; // a time constant of 50 units, 2 s at 25 fps
const FULL_SLEW_MS = 25;

export class DeviceFollower {
  #errorMs = 0;
  #isFollowing = false;

  /** `depthMs` of the playback buffer now; `isDeviceClock` false where no device consumes it. */
  slew(depthMs: number, targetDepthMs: number, isDeviceClock: boolean): number {
    if (!isDeviceClock) {
      this.#isFollowing = false;
      return 0;
    }
    const errorMs = depthMs - targetDepthMs;
    this.#errorMs = this.#isFollowing ? this.#errorMs + (errorMs - this.#errorMs) * AVERAGE_SHARE : 0;
    this.#isFollowing = true;
    return Math.max(-SLEW_MAX, Math.min(SLEW_MAX, (this.#errorMs / FULL_SLEW_MS) * SLEW_MAX));
  }
}
