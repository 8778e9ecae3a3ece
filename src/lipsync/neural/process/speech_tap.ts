/**
 * From the speech ring to what a video engine is told: frames of 16 kHz with what begins and ends with them.
 *
 * In: a speech ring of its own, drained at each call. Out: `onNews`, frame by frame, stale ones left out; a frame's samples
 * are whole when the next one has come. The thread that drains; allocates a frame's samples each time.
 */
import { CUES_PER_FRAME, SPEECH_FLAG, type SpeechRing } from "../../../speech/mod.ts";
import type { Epoch } from "../../../time/mod.ts";
import { FrameCutter } from "../../frame_cutter.ts";
import type { SpeechNews } from "./messages.ts";

export class SpeechTap {
  readonly #speech: SpeechRing;
  readonly #epoch: Epoch;
  readonly #actionOf: (cueCode: number) => number;
  readonly #onNews: (news: SpeechNews) => void;
  readonly #cutter: FrameCutter;
  /** Frames whose samples the cutter holds back, oldest first. */
  readonly #cut: Omit<SpeechNews, "pcm">[] = [];

  /** `actionOf` is the clip that a cue's code begins, -1 for none. */
  constructor(
    speech: SpeechRing,
    epoch: Epoch,
    actionOf: (cueCode: number) => number,
    onNews: (news: SpeechNews) => void,
  ) {
    this.#speech = speech;
    this.#epoch = epoch;
    this.#actionOf = actionOf;
    this.#onNews = onNews;
    this.#cutter = new FrameCutter(speech.samplesPerFrame);
  }

  /** Takes all that is queued. */
  drain(): void {
    const { ring } = this.#speech;
    for (let slot = ring.peek(); slot >= 0; slot = ring.peek()) {
      this.#take(slot);
      ring.release();
    }
  }

  #take(slot: number): void {
    const speech = this.#speech;
    const flags = speech.flags(slot);
    const isProtected = (flags & SPEECH_FLAG.protected) !== 0;
    const epoch = speech.epoch(slot);
    if (this.#epoch.isStale(epoch, isProtected)) return;
    const isFirst = (flags & SPEECH_FLAG.first) !== 0;
    const isLast = (flags & SPEECH_FLAG.last) !== 0;
    if (isFirst) {
      this.#cutter.reset();
      this.#cut.length = 0;
    }
    const about = { firstFrame: speech.speechFrame(slot), epoch, isProtected };
    this.#cut.push({ isLast, action: this.#action(slot), ...(isFirst ? { about } : {}) });
    this.#cutter.hear(speech.samples(slot));
    for (let pcm = this.#cutter.take(); pcm && this.#cut.length > 0; pcm = this.#cutter.take()) {
      this.#pass(pcm);
    }
    if (!isLast) return;
    this.#cutter.end();
    while (this.#cut.length > 0) this.#pass(this.#cutter.takeLast());
  }

  #action(slot: number): number {
    for (let nth = 0; nth < CUES_PER_FRAME; nth++) {
      const clip = this.#actionOf(this.#speech.cue(slot, nth));
      if (clip >= 0) return clip;
    }
    return -1;
  }

  #pass(pcm: Float32Array): void {
    this.#onNews({ ...this.#cut.shift()!, pcm: pcm.slice() });
  }
}
