/**
 * The last step on the main thread: frames into every ring, all of them the same.
 *
 * In: frames of utterances, one after another. Out: the rings of the stage and the engine. A frame is written when
 * every ring has room and not too much is unheard; then it gets its number, so numbers have no holes whatever is
 * interrupted. Waits end with the utterance's stop signal. A tap is a ring that may lose frames: nothing waits for it.
 */
import { delay } from "../time/mod.ts";
import { CUES_PER_FRAME, SPEECH_FLAG, type SpeechRing } from "./speech_ring.ts";
import type { SpokenUtterance } from "./utterance.ts";

/** A waiter looks again after this long even if nobody woke it. */
const LOOK_MS = 100;

export class Feed {
  #nextFrame = 0;
  #heard = Promise.withResolvers<void>();

  constructor(
    private readonly rings: readonly SpeechRing[],
    private readonly aheadFramesMax: number,
    private readonly unheardFrames: () => number,
    private readonly taps: readonly SpeechRing[] = [],
  ) {}

  /** Something was heard or dropped: there may be room. */
  wake(): void {
    this.#heard.resolve();
    this.#heard = Promise.withResolvers();
  }

  async write(utterance: SpokenUtterance, samples: Float32Array, isLast: boolean): Promise<void> {
    const { signal } = utterance.stop;
    for (;;) {
      signal.throwIfAborted();
      const full = this.rings.find(({ ring }) => ring.queued >= ring.slots);
      if (full !== undefined) await full.ring.writable(LOOK_MS);
      else if (this.unheardFrames() >= this.aheadFramesMax) await this.#room(signal);
      else break;
    }
    const speechFrame = this.#nextFrame++;
    if (utterance.firstFrame < 0) utterance.firstFrame = speechFrame;
    utterance.fedFrames++;
    const flags = (speechFrame === utterance.firstFrame ? SPEECH_FLAG.first : 0) |
      (isLast ? SPEECH_FLAG.last : 0) | (utterance.isProtected ? SPEECH_FLAG.protected : 0);
    const cues = utterance.marks.takeCues(utterance.fedFrames * samples.length, CUES_PER_FRAME);
    const frame = { epoch: utterance.epoch, flags, utterance: utterance.id, speechFrame, samples, cues };
    for (const ring of this.rings) {
      // This is the only writer, so the room seen above is still there.
      if (!ring.write(frame)) throw new Error("a speech ring is written by somebody else");
    }
    for (const tap of this.taps) tap.write(frame); // full: nobody listens there, and nobody waits for it
  }

  async #room(signal: AbortSignal): Promise<void> {
    const timeout = new AbortController();
    const anySignal = AbortSignal.any([signal, timeout.signal]);
    const look = delay(LOOK_MS, anySignal).catch(() => {}); // the loop sees what ended the wait
    await Promise.race([this.#heard.promise, look]);
    timeout.abort();
  }
}
