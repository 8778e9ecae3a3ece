/**
 * Which programmes' frames go into the next run of a network that they share.
 *
 * In: what each wants, the most urgent first, and what a batch costs. Out: how many frames of each. Pure. Three rules: the
 * most urgent is served as if it were alone; others join it as far as the run is over before any of them runs dry; one
 * that would run dry if it waited for a run of its own joins with one frame in any case.
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

/** Frames of each want, in their order. */
export function shareRun(wants: readonly Want[], batchMax: number, cost: BatchCost): number[] {
  let total = 0;
  let limitMs = Infinity;
  return wants.map(({ count, slackMs }, at) => {
    const slack = Math.max(0, slackMs);
    const room = Math.min(count, batchMax - total);
    let taken = room;
    if (at > 0) {
      const isInTime = (frames: number) => cost.of(total + frames) * SAFE <= Math.min(limitMs, slack);
      while (taken > 0 && !isInTime(taken)) taken--;
      if (taken === 0 && room > 0 && cost.of(total + 1) * SAFE > slack) taken = 1;
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
