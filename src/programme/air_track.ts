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
  /** `next`: another utterance follows without a pause. */
  | { readonly kind: "speaking" | "idle" | "interrupted" | "next" }
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
  const speech = new AiredSpeech(idleAfterMs, onAired);
  let airedFrame = -1;
  while (!signal.aborted) {
    await units.available(unit, WAIT_MS_MAX);
    if (units.published <= unit) continue;
    unit = Math.max(unit, units.oldest);
    const slot = units.at(unit);
    if (slot === undefined) continue;
    const { flags, utterance, epoch, newestSpeechFrame, monotonicMs } = slot;
    if (!units.isIntact(unit)) continue;
    unit++;
    speech.take(utterance, epoch, (flags & UNIT_FLAG.protected) !== 0, monotonicMs);
    if (newestSpeechFrame <= airedFrame) continue;
    airedFrame = newestSpeechFrame;
    for (const { mark, hasWords, offsetSamples } of marksOf(newestSpeechFrame)) {
      const dueMs = monotonicMs + offsetSamples * 1000 / SAMPLE_RATE_HZ;
      await untilDue(dueMs - clock.nowMs(), signal);
      if (!signal.aborted) onAired({ kind: "mark", mark, hasWords });
    }
  }
}

/** Who speaks, unit by unit: begins, is cut off, gives way to the next utterance, has been silent for a while. */
class AiredSpeech {
  readonly #idleAfterMs: number;
  readonly #onAired: (aired: Aired) => void;
  #isSpeaking = false;
  /** Cut off and not told to speak again since. */
  #isCut = false;
  #utterance = -1;
  #isProtected = false;
  #epoch = -1;
  #silentFromMs = Infinity;

  constructor(idleAfterMs: number, onAired: (aired: Aired) => void) {
    this.#idleAfterMs = idleAfterMs;
    this.#onAired = onAired;
  }

  take(utterance: number, epoch: number, isProtected: boolean, atMs: number): void {
    // By the epoch and not by the flag of one unit, which may have been missed.
    const isCut = this.#utterance >= 0 && epoch !== this.#epoch && utterance !== this.#utterance &&
      !this.#isProtected;
    this.#epoch = epoch;
    if (isCut) {
      this.#isCut = true;
      this.#onAired({ kind: "interrupted" });
    }
    if (utterance >= 0) {
      this.#silentFromMs = Infinity;
      if (!this.#isSpeaking || this.#isCut) this.#onAired({ kind: "speaking" });
      else if (utterance !== this.#utterance && this.#utterance >= 0) this.#onAired({ kind: "next" });
      this.#isSpeaking = true;
      this.#isCut = false;
      this.#isProtected = isProtected;
    } else {
      this.#silentFromMs = Math.min(this.#silentFromMs, atMs);
      if (this.#isSpeaking && atMs - this.#silentFromMs >= this.#idleAfterMs) {
        this.#isSpeaking = this.#isCut = false;
        this.#onAired({ kind: "idle" });
      }
    }
    this.#utterance = utterance;
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
