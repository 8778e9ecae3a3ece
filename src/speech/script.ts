/**
 * A raw text as what is spoken and what is done: clean text, and cues with their places in it.
 *
 * In: raw text, as a whole or in pieces. Out: the clean text that the same text without its cues gives, and the cues.
 * Taking a cue out of "great [nod]." leaves no blank before the dot; since that blank may have been given out already,
 * a part may take it back. Pure computation, any thread.
 */
import { emptyText, isSpoken, TEXT_LENGTH_MAX, TextCleaner, textTooLong } from "./clean.ts";
import { type Cue, type CueNames, CueReader, STAGE_CUE_NAMES } from "./cue.ts";
import { isPauseOrCloser } from "./punctuation.ts";

export interface ScriptCue extends Cue {
  /** The character of the clean text that it stands before, blanks skipped backwards: UTF-16 units. */
  readonly at: number;
}

export interface ScriptPart {
  /** The blank at the end of all text given out before is to be dropped. */
  readonly takesBlank: boolean;
  readonly text: string;
  readonly cues: readonly ScriptCue[];
}

/** What a cue's blank does not stay before. Not straight quotes: those may open. */
const HUGS_LEFT = /[.!?,;:…。！？．｡，；：、､،؟۔”’»)\]}」』）】》〉]/u;

const TRAILER = /[\s\p{M}\p{Grapheme_Extend}\u200D]/u;

export class ScriptReader {
  readonly #cleaner = new TextCleaner();
  readonly #cues: CueReader;
  /** Of the clean text so far. */
  #length = 0;
  #endsInBlank = false;
  #isAfterMark = false;
  #isAfterCue = false;

  constructor(names: CueNames = STAGE_CUE_NAMES, onMistyped?: (line: string) => void) {
    this.#cues = new CueReader(names, onMistyped);
  }

  /** The next piece of raw text. */
  push(text: string): ScriptPart {
    return this.#part(this.#cues.push(text));
  }

  /** The text is over: what was held back. */
  finish(): ScriptPart {
    return this.#part(this.#cues.finish());
  }

  #part(items: readonly (string | Cue)[]): ScriptPart {
    let text = "";
    let takesBlank = false;
    const cues: ScriptCue[] = [];
    for (const item of items) {
      if (typeof item !== "string") {
        cues.push({ ...item, at: this.#length - (this.#endsInBlank ? 1 : 0) });
        this.#isAfterCue = true;
        continue;
      }
      // Behind a mark the blank stays: the text may have been cut there, and would not be had it come as a whole.
      if (this.#isAfterCue && this.#endsInBlank && !this.#isAfterMark && HUGS_LEFT.test(item[0]!)) {
        this.#length--;
        if (text === "") takesBlank = true;
        else text = text.slice(0, -1);
      }
      this.#isAfterCue = false;
      const clean = this.#cleaner.push(item);
      this.#look(clean);
      text += clean;
    }
    return { takesBlank, text, cues };
  }

  #look(clean: string): void {
    if (clean === "") return;
    this.#length += clean.length;
    this.#endsInBlank = clean.endsWith(" ");
    const last = lastBase(clean);
    if (last !== undefined) this.#isAfterMark = isPauseOrCloser(last);
  }
}

/** The last character that is no blank and not one with the character before it. */
function lastBase(text: string): string | undefined {
  for (let end = text.length; end > 0;) {
    const isPair = end > 1 && text.codePointAt(end - 2)! > 0xffff;
    const character = text.slice(end - (isPair ? 2 : 1), end);
    if (!TRAILER.test(character)) return character;
    end -= character.length;
  }
  return undefined;
}

/**
 * The text as it will be spoken. Throws InputFault `text_too_long` above `lengthMax` characters, before looking at
 * them, and `empty_text` where no letter or digit is left and no cue was in it.
 */
export function cleanText(text: string, lengthMax: number = TEXT_LENGTH_MAX): string {
  if (text.length > lengthMax) throw textTooLong(text.length, lengthMax);
  const script = new ScriptReader();
  const [body, rest] = [script.push(text), script.finish()];
  const clean = ((rest.takesBlank ? body.text.slice(0, -1) : body.text) + rest.text).trimEnd();
  if (!isSpoken(clean) && body.cues.length + rest.cues.length === 0) throw emptyText();
  return clean;
}
