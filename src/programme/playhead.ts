/**
 * The playhead: tells which speech has been heard, so that events come out when their sample is played and not
 * when it was handed over.
 *
 * In: unit headers from the broadcast ring and the sound's position. Out: calls of `onHeard` with the number of
 * each speech frame whose samples have left the speaker. Main thread; being late here delays events, nothing else.
 */
import type { Gauges } from "../metrics/mod.ts";
import type { SoundGauge } from "../sound/mod.ts";
import type { UnitRing } from "../unit/mod.ts";
import { type Clock, delay, SAMPLE_RATE_HZ } from "../time/mod.ts";

const WAIT_MS_MAX = 200;
const LOOK_AGAIN_MS = 20;

export interface PlayheadOptions {
  readonly clock: Clock;
  readonly units: UnitRing;
  readonly gauges: Gauges<SoundGauge>;
  readonly onHeard: (speechFrame: number) => void;
  readonly signal: AbortSignal;
}

/** Runs until the signal aborts. */
export async function runPlayhead(options: PlayheadOptions): Promise<void> {
  const { units, signal, onHeard } = options;
  let unit = units.published;
  let heardFrame = -1;
  while (!signal.aborted) {
    if (units.published <= unit) {
      await units.available(unit, WAIT_MS_MAX);
      continue;
    }
    unit = Math.max(unit, units.oldest);
    const slot = units.at(unit);
    if (slot === undefined) continue;
    const leftMs = msUntilHeard(options, slot.mediaSample + units.shape.samplesPerFrame);
    // A unit about to be overwritten is taken as heard: its number would be lost otherwise.
    const isSafe = units.published - unit < units.shape.slots - 2;
    if (leftMs > 0 && isSafe) {
      await delay(Math.min(leftMs, LOOK_AGAIN_MS));
      continue;
    }
    // The newest frame so far and not this unit's own: what fell among missed units was heard too.
    const speechFrame = slot.newestSpeechFrame;
    if (!units.isIntact(unit)) continue;
    if (speechFrame > heardFrame) onHeard(speechFrame);
    heardFrame = Math.max(heardFrame, speechFrame);
    unit++;
  }
}

function msUntilHeard(options: PlayheadOptions, mediaSample: number): number {
  const { clock, gauges } = options;
  const heardNow = gauges.get("heardSample") +
    (clock.nowMs() - gauges.get("heardAtMs")) * SAMPLE_RATE_HZ / 1000;
  return (mediaSample - heardNow) * 1000 / SAMPLE_RATE_HZ;
}
