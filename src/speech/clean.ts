/**
 * Makes any text speakable, as a whole or as it streams in.
 *
 * In: UTF-16 from a person or a program. Out: text without control characters, emoji, private or broken code points;
 * runs of blanks are one space, a line break stays one. The cleaner works on code points and holds back at most half
 * a surrogate pair, so pieces give the same text as the whole. Pure computation, any thread.
 */
import { InputFault } from "../errors/mod.ts";

export const TEXT_LENGTH_MAX = 20_000;
/** More combining marks than this on one letter are decoration (no script needs them) and are dropped. */
const MARKS_MAX = 6;

const LINE_BREAK = /[\n\r\v\f\u0085\u2028\u2029]/u;
/** Also what no voice can read: broken surrogates, the replacement character, private use, unassigned. */
const BLANK = /[\s\p{Cs}\p{Co}\p{Cn}\uFFFD]/u;
/** Invisible; the two joiners are letters' business in some scripts and stay. */
const INVISIBLE = /(?![\u200C\u200D])[\p{Cc}\p{Cf}\u20E3\uFE00-\uFE0F]/u;
/** Copyright, registered and trade mark are pictographs by the standard, yet people read them. */
const EMOJI = /(?![©®™])[\p{Extended_Pictographic}\p{Regional_Indicator}\p{Emoji_Modifier}]/u;
/** What may follow an emoji and belongs to it: joiner, variation selectors. */
const EMOJI_TAIL = /[\u200D\uFE00-\uFE0F]/u;
const MARK = /\p{M}/u;
const SPOKEN = /[\p{L}\p{N}]/u;

/** Whether there is a letter or a digit, i.e. something to say. */
export function isSpoken(text: string): boolean {
  return SPOKEN.test(text);
}

export class TextCleaner {
  #half = "";
  #isAfterEmoji = false;
  /** What the output ends with; it starts as if after a line break, so leading blanks vanish. */
  #end: "text" | "space" | "line" = "line";
  #marks = 0;

  /** The clean form of the next piece of text. */
  push(text: string): string {
    let clean = "";
    const whole = this.#half + text;
    const isCut = /[\uD800-\uDBFF]$/.test(whole);
    this.#half = isCut ? whole.slice(-1) : "";
    for (const character of isCut ? whole.slice(0, -1) : whole) clean += this.#take(character);
    return clean;
  }

  #take(character: string): string {
    const isAfterEmoji = this.#isAfterEmoji;
    this.#isAfterEmoji = EMOJI.test(character) || (isAfterEmoji && EMOJI_TAIL.test(character));
    const isMark = MARK.test(character);
    this.#marks = isMark ? this.#marks + 1 : 0;
    if (LINE_BREAK.test(character)) return this.#blank("line");
    // An emoji between two words parts them, as a blank would.
    if (this.#isAfterEmoji || BLANK.test(character)) return this.#blank("space");
    if (INVISIBLE.test(character) || (isMark && (this.#marks > MARKS_MAX || this.#end !== "text"))) return "";
    this.#end = "text";
    return character;
  }

  #blank(kind: "space" | "line"): string {
    if (this.#end === "line" || this.#end === kind) return "";
    this.#end = kind;
    return kind === "line" ? "\n" : " ";
  }
}

export function textTooLong(length: number, lengthMax: number): InputFault {
  return new InputFault(`text to speak has ${length} characters, wanted at most ${lengthMax}`, {
    code: "text_too_long",
  });
}

export function emptyText(): InputFault {
  return new InputFault("text to speak has no letter or digit, wanted at least one word", {
    code: "empty_text",
  });
}
