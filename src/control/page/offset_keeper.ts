/**
 * The offset of sound and picture of what this page plays, measured and closed. In: notes of the sync channel, frames as
 * the browser presents them, loudness as it is heard. Out: milliseconds, and an order to mend them.
 */
/// <reference lib="dom" />
import { type HeardLevel, OffsetMeter } from "./offset_meter.ts";
import type { SyncNote } from "./webrtc.ts";

/** Notes kept until their frame is shown. */
const NOTES_MAX = 100;
/** The browser takes a while to play later or sooner. */
const ALIGN_MS = 3000;
const FRAME_MS = 40;

export class OffsetKeeper {
  readonly #meter = new OffsetMeter();
  readonly #move: (lateMs: number) => void;
  #notes = new Map<number, SyncNote>();
  #alignAgainMs = 0;

  /** `move`: the sound is late by so much, which is to be mended. */
  constructor(move: (lateMs: number) => void) {
    this.#move = move;
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
   * The sound's way through Web Audio to the loudspeaker is longer than the browser knows when it matches the two, and
   * frames that are counted when they are sent are shown later: what is measured of it all is mended.
   */
  align(offsetMs: number, nowMs: number): void {
    if (nowMs < this.#alignAgainMs) return;
    this.#alignAgainMs = nowMs + ALIGN_MS;
    this.#move(offsetMs);
    this.#meter.reset(); // what was measured before says nothing of what is now
  }

  reset(): void {
    this.#meter.reset();
    this.#notes.clear();
  }
}
