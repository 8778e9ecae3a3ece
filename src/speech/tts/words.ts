/** Words of a segment and where they sound. */
import type { SpokenWord } from "./tts.ts";

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
    const startSample = Math.min(start.startSample, samplesEnd);
    const endSample = Math.min(next?.startSample ?? samplesEnd, samplesEnd);
    if (word !== "" && endSample > startSample) words.push({ text: word, startSample, endSample });
  }
  return words;
}

/** For an engine that tells nothing: words share the sound by their number of letters. */
export function wordsByLength(text: string, startSample: number, endSample: number): SpokenWord[] {
  const parts = [...WORD.segment(text)].filter((part) => part.isWordLike).map((part) => part.segment);
  const letters = parts.reduce((sum, part) => sum + part.length + 1, 0);
  let before = 0;
  const at = (count: number) => startSample + Math.round((endSample - startSample) * count / letters);
  return parts.map((part) => {
    const from = before;
    before += part.length + 1;
    return { text: part, startSample: at(from), endSample: at(before) };
  });
}
