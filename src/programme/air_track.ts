/**
 * Follows what is being aired: the unit that is handed over now, whose picture and sound OBS and recordings get together.
 * A loudspeaker plays the same up to its latency later (playhead.ts follows that).
 *
 * In: unit headers from the broadcast ring, and what begins in a speech frame. Out: changes, in order, each at its sample.
 * Main thread; being late here delays what is told, nothing else.
 */
import type { AiredMark } from "../speech/mod.ts";
import { type Clock, delay, SAMPLE_RATE_HZ } from "../time/mod.ts";
import { UNIT_FLAG, type UnitRing } from "../unit/mod.ts";

const WAIT_MS_MAX = 200;
/** Sooner than a timer is exact: told at once. */
const AT_ONCE_MS = 3;

export type Aired =
  | { readonly kind: "speaking" | "idle" | "interrupted" }
  | { readonly kind: "mark"; readonly mark: AiredMark["mark"]; readonly hasWords: boolean };

export interface AirTrackOptions {
  readonly clock: Clock;
  readonly units: UnitRing;
  /** What begins in the frames up to this one. */
  readonly marksOf: (speechFrame: number) => readonly AiredMark[];
  /** How long nothing is spoken before it counts as idle: utterances follow one another. */
  readonly idleAfterMs: number;
  readonly onAired: (aired: Aired) => void;
  readonly signal: AbortSignal;
}

/** Runs until the signal aborts. */
export async function runAirTrack(options: AirTrackOptions): Promise<void> {
  const { units, signal, clock, marksOf, idleAfterMs, onAired } = options;
  let unit = units.published;
  let isSpeaking = false;
  let silentFromMs = -Infinity;
  let airedFrame = -1;
  while (!signal.aborted) {
    await units.available(unit, WAIT_MS_MAX);
    if (units.published <= unit) continue;
    unit = Math.max(unit, units.oldest);
    const slot = units.at(unit);
    if (slot === undefined) continue;
    const { flags, utterance, newestSpeechFrame, monotonicMs } = slot;
    if (!units.isIntact(unit)) continue;
    unit++;
    if ((flags & UNIT_FLAG.interrupted) !== 0) {
      if (isSpeaking) onAired({ kind: "interrupted" });
    }
    if (utterance >= 0) {
      silentFromMs = Infinity;
      if (!isSpeaking) onAired({ kind: "speaking" });
      isSpeaking = true;
    } else {
      silentFromMs = Math.min(silentFromMs, monotonicMs);
      if (isSpeaking && monotonicMs - silentFromMs >= idleAfterMs) {
        isSpeaking = false;
        onAired({ kind: "idle" });
      }
    }
    if (newestSpeechFrame <= airedFrame) continue;
    airedFrame = newestSpeechFrame;
    for (const { mark, hasWords, offsetSamples } of marksOf(newestSpeechFrame)) {
      const dueMs = monotonicMs + offsetSamples * 1000 / SAMPLE_RATE_HZ;
      await untilDue(dueMs - clock.nowMs(), signal);
      if (!signal.aborted) onAired({ kind: "mark", mark, hasWords });
    }
  }
}

async function untilDue(leftMs: number, signal: AbortSignal): Promise<void> {
  if (leftMs <= AT_ONCE_MS) return;
  try {
    await delay(leftMs - 1, signal);
  } catch (error) {
    if (!signal.aborted) throw error; // the loop ends
  }
}
