/**
 * What lies where in the sound of one utterance: segments, words, cues.
 *
 * In: what the feeder placed, ahead of its frames. Out: the marks whose samples were heard, in order, for events; and
 * the stage's cues for the frame they fall on. Positions are 48 kHz samples from the utterance's first one. Main thread.
 */
import { type Cue, cueCode, type CueNames } from "./cue.ts";

/** A text and where it sounds. */
export interface TimedText {
  readonly text: string;
  readonly startSample: number;
  readonly endSample: number;
}

/** A cue and the sample it stands before. */
export interface TimedCue extends Cue {
  readonly startSample: number;
}

export type Mark =
  | TimedText & { readonly kind: "segment" | "word" }
  | TimedCue & { readonly kind: "cue" };

const NO_CODES: readonly number[] = [];

export class Marks {
  readonly #names: CueNames;
  readonly #marks: Mark[] = [];
  #told = 0;
  #aired = 0;
  /** Cues of the stage that are in no frame yet. */
  readonly #unfed: { readonly code: number; readonly sample: number }[] = [];

  constructor(names: CueNames) {
    this.#names = names;
  }

  /** A segment was given its place; its words and cues lie within it, each kind in order. */
  place(segment: TimedText, words: readonly TimedText[], cues: readonly TimedCue[]): void {
    this.#marks.push({ kind: "segment", ...segment });
    let placed = 0;
    for (const word of words) {
      const due = cues.findIndex(({ startSample }) => startSample > word.startSample);
      const end = due < 0 ? cues.length : due;
      if (end > placed) this.placeCues(cues.slice(placed, end));
      placed = Math.max(placed, end);
      this.#marks.push({ kind: "word", ...word });
    }
    this.placeCues(cues.slice(placed));
  }

  /** Cues without words around them. */
  placeCues(cues: readonly TimedCue[]): void {
    for (const cue of cues) {
      this.#marks.push({ kind: "cue", ...cue });
      const code = cueCode(cue.name, this.#names);
      if (code > 0) this.#unfed.push({ code, sample: cue.startSample });
    }
  }

  /** Cues of the stage that are in no frame yet. */
  get unfedCues(): number {
    return this.#unfed.length;
  }

  /** Takes the codes of at most `countMax` cues that stand before a sample below `endSample`. */
  takeCues(endSample: number, countMax: number): readonly number[] {
    let count = 0;
    while (count < countMax && (this.#unfed[count]?.sample ?? Infinity) < endSample) count++;
    return count === 0 ? NO_CODES : this.#unfed.splice(0, count).map(({ code }) => code);
  }

  /** The next mark that starts below `heardSamples`, once each. */
  next(heardSamples: number): Mark | undefined {
    const mark = this.#below(this.#told, heardSamples);
    if (mark !== undefined) this.#told++;
    return mark;
  }

  /** The same for what was handed over, which is sooner than it is heard. */
  nextAired(airedSamples: number): Mark | undefined {
    const mark = this.#below(this.#aired, airedSamples);
    if (mark !== undefined) this.#aired++;
    return mark;
  }

  /** Whether the segment that nextAired() has just answered has words: some voices tell none. */
  get airedHasWords(): boolean {
    const next = this.#marks.findIndex(({ kind }, index) => index >= this.#aired && kind === "segment");
    return this.#marks.slice(this.#aired, next < 0 ? undefined : next).some(({ kind }) => kind === "word");
  }

  #below(index: number, samples: number): Mark | undefined {
    const mark = this.#marks[index];
    return mark === undefined || mark.startSample >= samples ? undefined : mark;
  }
}
