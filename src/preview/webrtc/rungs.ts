/** What viewers can be sent: at most three sizes, rates and bit rates of one programme. A table, nothing runs here. */
import type { FrameSize } from "../../time/mod.ts";

export interface Rung {
  readonly size: FrameSize;
  /** Every how many-th frame is sent. */
  readonly everyFrames: number;
  readonly bits: number;
}

const PIXELS_720 = 1280 * 720;
/** A shorter side than this shows no mouth. */
const SIDE_MIN = 120;

/** Best first. `bits720`: of the best at 1280x720 and 25 frames a second; others by size. */
export function rungsFor(size: FrameSize, fps: number, bits720: number): readonly Rung[] {
  const steps = [
    { divisor: 1, everyFrames: 1, share: 1 },
    { divisor: 2, everyFrames: 1, share: 0.35 },
    { divisor: 4, everyFrames: fps >= 20 ? 2 : 1, share: 0.1 },
  ];
  const pixels = size.width * size.height;
  const whole = bits720 * Math.max(0.15, (pixels / PIXELS_720) ** 0.75) * (fps / 25) ** 0.5;
  return steps.flatMap(({ divisor, everyFrames, share }) => {
    const small = { width: even(size.width / divisor), height: even(size.height / divisor) };
    const isTooSmall = divisor > 1 && Math.min(small.width, small.height) < SIDE_MIN;
    return isTooSmall ? [] : [{ size: small, everyFrames, bits: Math.round(whole * share) }];
  });
}

function even(side: number): number {
  return Math.max(2, Math.round(side / 2) * 2);
}
