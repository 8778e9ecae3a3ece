/**
 * Where one may pause: the strength of the break after a character of cleaned text.
 *
 * In: the text known so far and a position. Out: none, clause, sentence, or "unknown" when the answer hangs on
 * characters that have not arrived. Latin (with English and Vietnamese abbreviations), Chinese and Japanese.
 */

export type Break = "none" | "clause" | "sentence" | "unknown";

/** Wide marks end a sentence whatever follows. */
const WIDE_SENTENCE = /[。！？…．｡।؟۔]/u;
const WIDE_CLAUSE = /[，；：、､،]/u;
/** ASCII marks count only before a blank, the end or an ideograph: 3.14, 10:30, example.com. */
const ASCII_SENTENCE = /[.!?]/;
const ASCII_CLAUSE = /[,;:]/;
const CLOSER = /["'”’»)\]}」』）】》〉]/u;
const IDEOGRAPH = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;

/** Always followed by what they belong to. */
const TITLES = words(
  "mr mrs ms dr prof rev hon gen col capt lt sgt st mt no nos vol fig pp vs e.g i.e cf approx dept ca viz al " +
    "tp tx ths ts pgs gs bs ks ls nxb q p đ đ/c",
);
/** End a sentence only when a capital follows. */
const TAILS = words("etc inc ltd co corp jr sr a.m p.m u.s u.k u.n v.v v.v.v");

function words(list: string): ReadonlySet<string> {
  return new Set(list.split(" "));
}

export function isWide(character: string): boolean {
  return IDEOGRAPH.test(character) || /[\p{Script=Hangul}\u3000-\u303F\uFF01-\uFF60]/u.test(character);
}

/** The break after the character at `index`, whose successor starts at `next`. */
export function breakAfter(text: string, index: number, next: number, isWhole: boolean): Break {
  const follower = next < text.length ? charAt(text, next) : isWhole ? "\n" : undefined;
  if (follower === undefined) return "unknown";
  const strength = runStrength(text, index);
  if (strength !== "none" && (isMark(follower) || CLOSER.test(follower))) return "none"; // not the end of the run yet
  if (follower === "\n") return "sentence";
  if (strength === "none") return "none";
  const isAscii = !WIDE_SENTENCE.test(markBefore(text, index)) && !WIDE_CLAUSE.test(markBefore(text, index));
  if (!isAscii) return strength;
  if (!/\s/.test(follower)) {
    return IDEOGRAPH.test(follower) && !isAddress(text, index) ? strength : "none";
  }
  return text[index] === "." ? afterDot(text, index, next, isWhole) : strength;
}

function isMark(character: string): boolean {
  return ASCII_SENTENCE.test(character) || ASCII_CLAUSE.test(character) || WIDE_SENTENCE.test(character) ||
    WIDE_CLAUSE.test(character);
}

/** Whether it is a mark that one may pause at, or a quote or bracket that may follow one. */
export function isPauseOrCloser(character: string): boolean {
  return isMark(character) || CLOSER.test(character);
}

/** The punctuation mark that ends at `index`, closing quotes and brackets skipped; "" when there is none. */
function markBefore(text: string, index: number): string {
  let at = index;
  while (at > 0 && CLOSER.test(text[at]!)) at--;
  return isMark(text[at]!) ? text[at]! : "";
}

/** The strongest mark in the run of marks and closers that ends at `index`. */
export function runStrength(text: string, index: number): "none" | "clause" | "sentence" {
  let strength: "none" | "clause" | "sentence" = "none";
  for (let at = index; at >= 0 && (isMark(text[at]!) || CLOSER.test(text[at]!)); at--) {
    if (ASCII_SENTENCE.test(text[at]!) || WIDE_SENTENCE.test(text[at]!)) return "sentence";
    if (isMark(text[at]!)) strength = "clause";
  }
  return strength;
}

/** A single dot before a blank: the end of a sentence or of an abbreviation. */
function afterDot(text: string, index: number, next: number, isWhole: boolean): Break {
  const word = /[\p{L}\p{M}./]*$/u.exec(text.slice(Math.max(0, index - 24), index))![0].toLowerCase();
  // An initial (J. Smith) is a capital; "a." ends a sentence as well as any word does.
  if (TITLES.has(word) || /^\p{Lu}$/u.test(text.slice(index - word.length, index))) return "none";
  if (!TAILS.has(word)) return "sentence";
  let at = next;
  while (at < text.length && /\s/.test(text[at]!)) at++;
  if (at >= text.length) return isWhole ? "sentence" : "unknown";
  return /\p{Ll}|\p{Nd}/u.test(charAt(text, at)) ? "none" : "sentence";
}

/** Whether the word around `index` is a web address. */
function isAddress(text: string, index: number): boolean {
  const start = text.lastIndexOf(" ", index) + 1;
  return /:\/\/|^www\./.test(text.slice(start, index));
}

function charAt(text: string, index: number): string {
  return String.fromCodePoint(text.codePointAt(index)!);
}
