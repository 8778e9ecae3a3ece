/**
 * One thing to say, from its acceptance to the last sample heard.
 *
 * In: what the feeder placed (frames, segments, words) and which frames were heard. Out: its events, each when its
 * sample is heard, and its outcome. Owned by the Speaker, main thread. Positions are 48 kHz samples from the
 * utterance's first one, which lies in the silence before the first sound.
 */
import { SAMPLE_RATE_HZ, samplesToMs } from "../time/mod.ts";
import type { CueNames } from "./cue.ts";
import { type Mark, Marks, type TimedText } from "./marks.ts";

export type Outcome =
  | { readonly state: "completed"; readonly playedMs: number }
  | { readonly state: "interrupted"; readonly playedMs: number }
  | { readonly state: "failed"; readonly error: string; readonly playedMs: number };

/** What say() gives back. */
export interface Utterance {
  /** Counted from 1 through the Speaker's life. */
  readonly id: number;
  /** Never rejects. Resolves when the last sample was heard, or at once when interrupted. */
  readonly outcome: Promise<Outcome>;
}

interface EventBase {
  readonly utterance: number;
  /** What the caller gave to say(), as it is. */
  readonly metadata: unknown;
}

export type SpeechEvent =
  & EventBase
  & (
    | { readonly kind: "utterance_start" }
    | {
      readonly kind: "segment" | "word";
      readonly text: string;
      readonly startSample: number;
      readonly endSample: number;
    }
    | {
      readonly kind: "cue";
      readonly name: string;
      readonly argument?: string;
      readonly startSample: number;
    }
    /** Something in the text is nearly a cue and was left in it. Told at once, not when it is heard. */
    | { readonly kind: "warning"; readonly text: string }
    | {
      readonly kind: "utterance_end";
      readonly state: Outcome["state"];
      readonly playedMs: number;
      /** Why it failed, where it did. */
      readonly error?: string;
    }
  );

/** A mark of an utterance whose frame is being handed over to the sinks. */
export interface AiredMark {
  readonly mark: Mark;
  readonly utterance: number;
  /** Where in that frame it is: 0 for its first sample, and for what was missed before. */
  readonly offsetSamples: number;
  /** Of a segment: whether its words follow. */
  readonly hasWords: boolean;
}

export interface UtteranceOptions {
  /** Comes back with every event. */
  readonly metadata?: unknown;
  /** False: an interrupt lets it be spoken to its end. Default true. */
  readonly interruptible?: boolean;
  /** A cue that the first sample carries. Of a file: no silence is cut off its beginning then. */
  readonly cue?: string;
  /** Of a file: as it is, no silence is cut off its beginning and none put before it. */
  readonly keepsSilence?: boolean;
}

export class SpokenUtterance implements Utterance {
  readonly outcome: Promise<Outcome>;
  readonly isProtected: boolean;
  readonly metadata: unknown;
  /** What the feeder placed. */
  readonly marks: Marks;
  /** Aborted when it is interrupted or the Speaker is closed. */
  readonly stop = new AbortController();
  /** Number of its first speech frame, once it has one. */
  firstFrame = -1;
  fedFrames = 0;
  /** The feeder is through with it: the frame fed last is the last one. */
  isFed = false;
  /** Why it failed, if it did. */
  error: string | undefined;
  #heardFrames = 0;
  #isSettled = false;
  #isStarted = false;
  #hasWarned = false;
  #heardText = "";
  readonly #resolve: (outcome: Outcome) => void;

  constructor(
    readonly id: number,
    readonly epoch: number,
    options: UtteranceOptions,
    private readonly samplesPerFrame: number,
    private readonly onEvent: (event: SpeechEvent) => void,
    cues: CueNames,
  ) {
    this.marks = new Marks(cues);
    if (options.cue !== undefined) this.marks.placeCues([{ name: options.cue, startSample: 0 }]);
    this.isProtected = options.interruptible === false;
    this.metadata = options.metadata;
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    this.outcome = promise;
    this.#resolve = resolve;
  }

  get isSettled(): boolean {
    return this.#isSettled;
  }
  /** The text whose sound has begun. */
  get heardText(): string {
    return this.#heardText;
  }
  get playedMs(): number {
    return samplesToMs(this.#heardFrames * this.samplesPerFrame);
  }
  get unheardFrames(): number {
    return this.fedFrames - this.#heardFrames;
  }

  /** Tells of something odd in its text, once at most. */
  readonly warn = (text: string): void => {
    if (this.#hasWarned || this.#isSettled) return;
    this.#hasWarned = true;
    this.onEvent({ kind: "warning", utterance: this.id, metadata: this.metadata, text });
  };

  /** Its frames up to and including `speechFrame` have left the speaker. */
  heard(speechFrame: number): void {
    if (this.#isSettled || this.firstFrame < 0) return;
    this.#heardFrames = Math.max(
      this.#heardFrames,
      Math.min(speechFrame - this.firstFrame + 1, this.fedFrames),
    );
    if (this.#heardFrames === 0) return;
    if (!this.#isStarted) {
      this.#isStarted = true;
      this.onEvent({ kind: "utterance_start", utterance: this.id, metadata: this.metadata });
    }
    const heardSamples = this.#heardFrames * this.samplesPerFrame;
    for (let mark = this.marks.next(heardSamples); mark; mark = this.marks.next(heardSamples)) {
      if (mark.kind === "segment") this.#heardText += (this.#heardText === "" ? "" : " ") + mark.text;
      this.onEvent({ ...mark, utterance: this.id, metadata: this.metadata });
    }
    if (this.isFed && this.#heardFrames === this.fedFrames) this.end();
  }

  /** What begins in its frames up to and including `speechFrame`, which is being handed over now; each once. */
  aired(speechFrame: number): AiredMark[] {
    if (this.#isSettled || this.firstFrame < 0 || speechFrame < this.firstFrame) return [];
    const frames = Math.min(speechFrame - this.firstFrame + 1, this.fedFrames);
    const airedSamples = frames * this.samplesPerFrame;
    const fromSample = (speechFrame - this.firstFrame) * this.samplesPerFrame;
    const marks: AiredMark[] = [];
    for (let mark = this.marks.nextAired(airedSamples); mark; mark = this.marks.nextAired(airedSamples)) {
      const hasWords = mark.kind === "segment" && this.marks.airedHasWords;
      const offsetSamples = Math.max(0, mark.startSample - fromSample);
      marks.push({ mark, utterance: this.id, offsetSamples, hasWords });
    }
    return marks;
  }

  /** Everything there is of it was heard. */
  end(): void {
    if (this.error === undefined) this.#settle({ state: "completed", playedMs: this.playedMs });
    else this.#settle({ state: "failed", error: this.error, playedMs: this.playedMs });
  }

  interrupt(): void {
    this.#settle({ state: "interrupted", playedMs: this.playedMs });
    this.stop.abort(new DOMException("interrupted", "AbortError"));
  }

  #settle(outcome: Outcome): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#resolve(outcome);
    this.onEvent({ kind: "utterance_end", utterance: this.id, metadata: this.metadata, ...outcome });
  }
}

/** Bounds of a word or segment made to fit into a range. */
export function within(word: TimedText, offset: number, startSample: number, endSample: number): TimedText {
  const clamp = (sample: number) => Math.max(startSample, Math.min(endSample, sample + offset));
  return { text: word.text, startSample: clamp(word.startSample), endSample: clamp(word.endSample) };
}

/** A guess of how long a text takes, for what is not spoken yet. */
export function estimatedSamples(spokenLength: number): number {
  return Math.round(spokenLength * SAMPLE_RATE_HZ / 15);
}
