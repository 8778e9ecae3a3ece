/** A Speaker with somebody who hears it, and a voice that can be held up: for tests of what is said and heard. */
import { assertEquals } from "@std/assert";
import {
  CUES_PER_FRAME,
  Speaker,
  type SpeakerOptions,
  SPEECH_FLAG,
  type SpeechEvent,
  SpeechRing,
  type SynthesizeOptions,
  type Tts,
} from "../../src/speech/mod.ts";
import { Epoch, withDeadline } from "../../src/time/mod.ts";

export const SPF = 1920;

interface Heard {
  readonly frame: number;
  readonly flags: number;
  readonly utterance: number;
  readonly epoch: number;
  readonly samples: Float32Array;
  /** Codes of the stage's cues. */
  readonly cues: readonly number[];
}

/** A Speaker, and a listener in the place of stage and playhead that hears as fast as it can. */
export class Room implements AsyncDisposable {
  readonly epoch = new Epoch();
  readonly ring = new SpeechRing(SPF, 64);
  readonly second = new SpeechRing(SPF, 16);
  readonly events: SpeechEvent[] = [];
  readonly heard: Heard[] = [];
  readonly speaker: Speaker;
  #nextFrame = 0;

  constructor(tts: Tts, options: Partial<SpeakerOptions> = {}) {
    this.speaker = new Speaker({
      rings: [this.ring, this.second],
      epoch: this.epoch,
      tts,
      samplesPerFrame: SPF,
      onEvent: (event) => this.events.push(event),
      ...options,
    });
  }

  /** Takes one frame out of both rings; false when there is none. */
  step(): boolean {
    const slot = this.ring.ring.peek();
    if (slot < 0) return false;
    const other = this.second.ring.peek();
    const frame = this.ring.speechFrame(slot);
    assertEquals(frame, this.#nextFrame++);
    assertEquals(this.second.speechFrame(other), frame);
    assertEquals(this.second.flags(other), this.ring.flags(slot));
    const epoch = this.ring.epoch(slot);
    const flags = this.ring.flags(slot);
    if (!this.epoch.isStale(epoch, (flags & SPEECH_FLAG.protected) !== 0)) {
      const samples = this.ring.samples(slot).slice();
      const cues = Array.from({ length: CUES_PER_FRAME }, (_, nth) => this.ring.cue(slot, nth)).filter((
        code,
      ) => code > 0);
      this.heard.push({ frame, flags, epoch, utterance: this.ring.utterance(slot), samples, cues });
    }
    this.ring.ring.release();
    this.second.ring.release();
    if (this.heard.at(-1)?.frame === frame) this.speaker.heard(frame);
    return true;
  }

  async listen(until: Promise<unknown>): Promise<void> {
    let isOver = false;
    const over = until.finally(() => isOver = true);
    await withDeadline(
      (async () => {
        while (!isOver) if (!this.step()) await this.ring.ring.readable(5);
        await over;
      })(),
      30_000,
      "listening",
    );
  }

  async hearFrames(count: number): Promise<void> {
    for (const end = this.heard.length + count; this.heard.length < end;) {
      if (!this.step()) await this.ring.ring.readable(5);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.speaker[Symbol.asyncDispose]();
  }
}

/** espeak-ng whose answers are held up or refused for chosen texts. */
export class Moody implements Tts {
  readonly name = "moody";
  running = 0;
  runningMax = 0;
  readonly asked: string[] = [];
  constructor(readonly inner: Tts, readonly mood: (text: string) => Promise<void> | void) {}
  voices() {
    return this.inner.voices();
  }
  async synthesize(text: string, options: SynthesizeOptions) {
    this.asked.push(text);
    this.runningMax = Math.max(this.runningMax, ++this.running);
    try {
      const spoken = await this.inner.synthesize(text, options);
      await this.mood(text);
      return spoken;
    } finally {
      this.running--;
    }
  }
  async [Symbol.asyncDispose]() {}
}
