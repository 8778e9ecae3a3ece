/**
 * Cuts text into segments that a voice can speak one by one, while the text is still arriving.
 *
 * In: raw text in pieces. Out: segments in order, each with its place in the cleaned text and the cues in it. A
 * segment ends at a sentence, a long one at a clause, an endless one at a blank, and where there is none, between two
 * characters. The first ends at its first clause, so that speech starts early. A cue behind a segment's last character
 * belongs to the next one. Pieces give the same segments as the whole text.
 */
import { emptyText, isSpoken, TEXT_LENGTH_MAX, textTooLong } from "./clean.ts";
import { type CueNames, STAGE_CUE_NAMES } from "./cue.ts";
import { breakAfter, isWide, runStrength } from "./punctuation.ts";
import { type ScriptCue, type ScriptPart, ScriptReader } from "./script.ts";

export interface Segment {
  /** Empty in a last segment that holds only cues. */
  readonly text: string;
  /** Range in the cleaned text, UTF-16 units, blanks at both ends excluded. */
  readonly startChar: number;
  readonly endChar: number;
  /** How it ends, for the pause after it. */
  readonly end: "sentence" | "clause" | "none";
  /** In order; `at` counts from the start of `text` and is less than its length, or 0. */
  readonly cues: readonly ScriptCue[];
}

export interface SegmentLimits {
  /** A shorter sentence is spoken together with the next one. Default 12. */
  readonly lengthMin?: number;
  /** No segment is longer. An ideograph counts as {@linkcode WIDE_LENGTH}. Default 160. */
  readonly lengthMax?: number;
  /** From here on a segment ends at the next clause. Default 80. */
  readonly clauseLengthMin?: number;
  /** The first segment ends at the first clause that is at least so long. Default 8. */
  readonly firstLengthMin?: number;
  /** Characters of the whole text. Default {@linkcode TEXT_LENGTH_MAX}. */
  readonly textLengthMax?: number;
}

export interface SegmenterOptions extends SegmentLimits {
  /** Default: expressions and actions. */
  readonly cues?: CueNames;
  /** Gets one line about each thing in brackets that is nearly a cue. */
  readonly onMistyped?: (line: string) => void;
}

/** An ideograph takes about as long to say as three letters. */
export const WIDE_LENGTH = 3;

/** How long a text is to speak, in letters. */
export function spokenLength(text: string): number {
  let length = 0;
  for (const character of text) length += isWide(character) ? WIDE_LENGTH : character.length;
  return length;
}

const graphemes = new Intl.Segmenter("und", { granularity: "grapheme" });

export class Segmenter {
  readonly #limits: Required<SegmentLimits>;
  readonly #script: ScriptReader;
  /** Cleaned text from the start of the open segment on, and where that is. */
  #text = "";
  #textStart = 0;
  #taken = 0;
  #isFirst = true;
  /** How far the open segment was looked at, and how long it is so far. */
  #scanned = 0;
  #length = 0;
  /** The last places where it could end, if it must. */
  #clauseEnd = 0;
  #blankEnd = 0;
  #blankLength = 0;
  /** Cues in no segment yet. */
  #cues: ScriptCue[] = [];

  constructor(options: SegmenterOptions = {}) {
    const { cues = STAGE_CUE_NAMES, onMistyped, ...limits } = options;
    this.#script = new ScriptReader(cues, onMistyped);
    this.#limits = {
      lengthMin: 12,
      lengthMax: 160,
      clauseLengthMin: 80,
      firstLengthMin: 8,
      textLengthMax: TEXT_LENGTH_MAX,
      ...limits,
    };
  }

  /** Takes the next piece; returns the segments that are certain now. Throws InputFault `text_too_long`. */
  push(text: string): Segment[] {
    this.#taken += text.length;
    if (this.#taken > this.#limits.textLengthMax) throw textTooLong(this.#taken, this.#limits.textLengthMax);
    this.#add(this.#script.push(text));
    return this.#cut(false);
  }

  /** The text is over: returns the rest. Throws InputFault `empty_text` where there was nothing to speak and no cue. */
  finish(): Segment[] {
    this.#add(this.#script.finish());
    const rest = this.#cut(true);
    const end = this.#textStart;
    const cues = this.#takeCues(Infinity, end, 0);
    if (cues.length > 0) rest.push({ text: "", startChar: end, endChar: end, end: "none", cues });
    else if (this.#isFirst) throw emptyText();
    return rest;
  }

  #add({ takesBlank, text, cues }: ScriptPart): void {
    // No blank at the end was looked at yet: it may be the beginning of a cluster.
    if (takesBlank) this.#text = this.#text.slice(0, -1);
    this.#text += text;
    this.#cues.push(...cues);
  }

  /** Takes the cues before `endChar`, as they lie in a segment of `length` that starts at `startChar`. */
  #takeCues(endChar: number, startChar: number, length: number): ScriptCue[] {
    const count = this.#cues.findIndex(({ at }) => at >= endChar);
    const taken = this.#cues.splice(0, count < 0 ? this.#cues.length : count);
    return taken.map((cue) => ({ ...cue, at: Math.max(0, Math.min(length, cue.at - startChar)) }));
  }

  #cut(isWhole: boolean): Segment[] {
    const done: Segment[] = [];
    for (let end = this.#findEnd(isWhole); end >= 0; end = this.#findEnd(isWhole)) {
      const segment = this.#take(end);
      if (segment !== undefined) done.push(segment);
    }
    return done;
  }

  /** Where the open segment ends, or -1 when more text is needed (or there is none). */
  #findEnd(isWhole: boolean): number {
    const { lengthMin, lengthMax, clauseLengthMin, firstLengthMin } = this.#limits;
    const sentenceMin = this.#isFirst ? Math.min(firstLengthMin, lengthMin) : lengthMin;
    const clauseMin = this.#isFirst ? firstLengthMin : clauseLengthMin;
    for (const { segment: grapheme } of graphemes.segment(this.#text.slice(this.#scanned))) {
      const start = this.#scanned;
      const end = start + grapheme.length;
      // The last cluster may still grow.
      if (end === this.#text.length && !isWhole && grapheme !== "\n") return -1;
      const length = this.#length + spokenLength(grapheme);
      if (length > lengthMax) return this.#forcedEnd(start, grapheme);
      const strength = breakAfter(this.#text, start, end, isWhole);
      if (strength === "unknown") return -1;
      this.#scanned = end;
      this.#length = length;
      if (/^\s/.test(grapheme)) {
        this.#blankEnd = end;
        this.#blankLength = length;
      } else if (strength !== "none" && isSpoken(this.#text.slice(0, end))) {
        if (length >= (strength === "sentence" ? sentenceMin : clauseMin)) return end;
        if (length >= lengthMin) this.#clauseEnd = end;
      }
    }
    return isWhole && this.#text.length > 0 ? this.#text.length : -1;
  }

  /** The segment is full and `grapheme` at `start` does not fit any more. */
  #forcedEnd(start: number, grapheme: string): number {
    if (this.#clauseEnd > 0) return this.#clauseEnd;
    const isBlankFar = this.#blankLength < this.#limits.lengthMax / 2;
    if (this.#blankEnd > 0 && !(isBlankFar && isWide(grapheme))) return this.#blankEnd;
    if (start > 0) return start;
    // One cluster longer than a whole segment: nonsense that is cut between code points.
    let end = 0;
    for (const character of grapheme) {
      if (end > 0 && spokenLength(grapheme.slice(0, end) + character) > this.#limits.lengthMax) break;
      end += character.length;
    }
    return end;
  }

  #take(end: number): Segment | undefined {
    const raw = this.#text.slice(0, end);
    const startChar = this.#textStart + raw.length - raw.trimStart().length;
    this.#text = this.#text.slice(end);
    this.#textStart += end;
    this.#scanned =
      this.#length =
      this.#clauseEnd =
      this.#blankEnd =
      this.#blankLength =
        0;
    const text = raw.trim();
    if (!isSpoken(text)) return undefined; // stray punctuation: nothing to say
    this.#isFirst = false;
    const isLineEnd = this.#text.startsWith("\n");
    return {
      text,
      startChar,
      endChar: startChar + text.length,
      end: isLineEnd ? "sentence" : runStrength(text, text.length - 1),
      cues: this.#takeCues(startChar + text.length, startChar, text.length),
    };
  }
}

/** All segments of a text that is there as a whole. */
export function segmentText(text: string, options: SegmenterOptions = {}): Segment[] {
  const segmenter = new Segmenter(options);
  return [...segmenter.push(text), ...segmenter.finish()];
}
