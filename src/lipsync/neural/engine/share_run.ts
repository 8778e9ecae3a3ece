/**
 * Which programmes' frames go into the next run of a network that they share.
 *
 * In: what each wants, the most urgent first, and what a batch costs. Out: how many frames of each. Pure. Three rules: the
 * most urgent is served as if it were alone; others join it as far as the run is over before any of them runs dry; one
 * that would run dry if it waited for a run of its own joins in any case, with as many frames as all need to keep pace:
 * where everybody is late, short runs would keep it so.
 */
import type { BatchCost } from "./batch_cost.ts";

export interface Want {
  /** Frames that may be rendered now. */
  readonly count: number;
  /** Until the stage shows a frame that has no answer. */
  readonly slackMs: number;
}

/** A run takes longer than expected at times. */
const SAFE = 1.3;
/** Runs that keep pace take this share of the time that their frames are shown. */
const PACE = 0.85;

/** Fewest frames of each of `load` programmes that a run holds when they keep up with the film; 1 for one alone. */
export function paceFrames(cost: BatchCost, load: number, batchMax: number, periodMs: number): number {
  const most = Math.max(1, Math.floor(batchMax / load));
  let frames = 1;
  while (load > 1 && frames < most && cost.of(frames * load) > frames * periodMs * PACE) frames++;
  return frames;
}

/** Frames of each want, in their order; `pace` is what paceFrames() says. */
export function shareRun(wants: readonly Want[], batchMax: number, cost: BatchCost, pace = 1): number[] {
  let total = 0;
  let limitMs = Infinity;
  return wants.map(({ count, slackMs }, at) => {
    const slack = Math.max(0, slackMs);
    const room = Math.min(count, batchMax - total);
    let taken = room;
    if (at > 0) {
      const isInTime = (frames: number) => cost.of(total + frames) * SAFE <= Math.min(limitMs, slack);
      while (taken > 0 && !isInTime(taken)) taken--;
      const wouldRunDry = cost.of(total + 1) * SAFE > slack;
      // Where single frames are too slow for all and somebody is late in any case, a longer run is the way out.
      const areLate = pace > 1 && cost.of(total) * SAFE > limitMs;
      if (taken < pace && (wouldRunDry || areLate)) taken = Math.min(room, pace);
    }
    if (taken > 0) limitMs = Math.min(limitMs, slack);
    total += taken;
    return taken;
  });
}

interface Urgent {
  readonly slackMs: number;
  /** When it was served last, in any count that grows. */
  readonly served: number;
}

/** The earliest deadline first; among those that are late, who was served longest ago: one that lags starves nobody. */
export function byUrgency(a: Urgent, b: Urgent): number {
  const [slackA, slackB] = [Math.max(0, a.slackMs), Math.max(0, b.slackMs)];
  return slackA === slackB ? a.served - b.served : slackA - slackB;
}
