/**
 * The offset of sound and picture of what this page plays, measured and closed. In: notes of the sync channel, frames as
 * the browser presents them, loudness as it is heard. Out: milliseconds, and how much later the picture should be shown.
 */
/// <reference lib="dom" />
import { type HeardLevel, OffsetMeter } from "./offset_meter.ts";
import type { SyncNote } from "./webrtc.ts";

/** Notes kept until their frame is shown. */
const NOTES_MAX = 100;
/** Nearer than this nobody sees it. */
const ALIGNED_MS = 15;
/** The browser takes a while to play later or sooner. */
const ALIGN_MS = 3000;
const FRAME_MS = 40;

export class OffsetKeeper {
  readonly #meter = new OffsetMeter();
  readonly #hold: (byMs: number) => void;
  #notes = new Map<number, SyncNote>();
  #alignAgainMs = 0;

  /** `hold` shows the picture later by so much. */
  constructor(hold: (byMs: number) => void) {
    this.#hold = hold;
  }

  take(note: SyncNote): void {
    this.#notes.set(note.rtp, note);
    if (this.#notes.size > NOTES_MAX) this.#notes.delete(this.#notes.keys().next().value!);
  }

  hear(level: HeardLevel): void {
    this.#meter.hear(level);
  }

  present({ rtpTimestamp, expectedDisplayTime }: VideoFrameCallbackMetadata): void {
    const note = this.#notes.get(rtpTimestamp ?? -1);
    if (note === undefined) return;
    const { levels, frame_idx, pts } = note;
    const frameMs = frame_idx > 0 ? pts / frame_idx * 1000 : FRAME_MS; // any frame rate will do
    this.#meter.show({ atMs: expectedDisplayTime, levels, frameMs });
  }

  /** Positive where the sound is late; undefined while nothing can be said. */
  get offsetMs(): number | undefined {
    return this.#meter.measure();
  }

  /**
   * The sound's way through Web Audio to the loudspeaker is longer than the browser knows when it matches the two; what it
   * is too late, the picture is shown later.
   */
  align(offsetMs: number, nowMs: number): void {
    if (Math.abs(offsetMs) < ALIGNED_MS || nowMs < this.#alignAgainMs) return;
    this.#alignAgainMs = nowMs + ALIGN_MS;
    this.#hold(offsetMs);
    this.#meter.reset(); // what was measured before says nothing of what is now
  }

  reset(): void {
    this.#meter.reset();
    this.#notes.clear();
  }
}
