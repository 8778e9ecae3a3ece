/** Words of a segment and where they are written and sound. */
import type { Spoken, SpokenWord } from "./tts.ts";

/** A mark of the engine: here, in UTF-16 units of the text, a word begins to sound. */
export interface WordMark {
  readonly startChar: number;
  readonly endChar: number;
  readonly startSample: number;
}

const WORD = new Intl.Segmenter("und", { granularity: "word" });
const EDGE = /^[^\p{L}\p{N}]+|[^\p{L}\p{N}\p{M}]+$/gu;

/** Joins the marks of one written word (an engine marks each spoken part of "3.14") and gives each an end. */
export function wordsFromMarks(text: string, marks: readonly WordMark[], samplesEnd: number): SpokenWord[] {
  const starts: { startChar: number; endChar: number; startSample: number }[] = [];
  for (const mark of marks) {
    const lead = /^\s*/.exec(text.slice(mark.startChar, mark.endChar))![0].length;
    const startChar = mark.startChar + lead;
    const last = starts.at(-1);
    if (startChar >= mark.endChar || startChar >= text.length) continue;
    if (last !== undefined && startChar < last.endChar) {
      last.endChar = Math.max(last.endChar, mark.endChar);
    } else {
      starts.push({ startChar, endChar: mark.endChar, startSample: mark.startSample });
    }
  }
  const words: SpokenWord[] = [];
  for (const [index, start] of starts.entries()) {
    const next = starts[index + 1];
    // An engine's length may fall short ("don" for "don't"): a word goes on to the next blank or mark.
    const written = /^\S*/.exec(text.slice(start.startChar, next?.startChar ?? text.length))![0];
    const word = written.replace(EDGE, "");
    const startChar = start.startChar + written.indexOf(word);
    const startSample = Math.min(start.startSample, samplesEnd);
    const endSample = Math.min(next?.startSample ?? samplesEnd, samplesEnd);
    if (word !== "" && endSample > startSample) words.push({ text: word, startChar, startSample, endSample });
  }
  return words;
}

/** For an engine that tells nothing: words share the sound by their number of letters. */
export function wordsByLength(text: string, startSample: number, endSample: number): SpokenWord[] {
  const parts = [...WORD.segment(text)].filter((part) => part.isWordLike);
  const letters = parts.reduce((sum, { segment }) => sum + segment.length + 1, 0);
  let before = 0;
  const at = (count: number) => startSample + Math.round((endSample - startSample) * count / letters);
  return parts.map(({ segment, index }) => {
    const from = before;
    before += segment.length + 1;
    return { text: segment, startChar: index, startSample: at(from), endSample: at(before) };
  });
}

/**
 * The sample at which character `at` of `text` begins to sound: its word's, shared by characters within the word; in
 * front of a word the word's first; behind the last word the end. Without words all of `text` shares the sound.
 */
export function sampleAt(text: string, at: number, { samples, words }: Spoken): number {
  const next = words.find(({ startChar, text }) => startChar + text.length > at);
  if (next === undefined) {
    return words.length > 0 ? samples.length : Math.round(samples.length * at / Math.max(1, text.length));
  }
  const share = Math.max(0, at - next.startChar) / next.text.length;
  return next.startSample + Math.round((next.endSample - next.startSample) * share);
}
