/**
 * Subtitles as they grow word by word. In: segments and words as they are aired. Out: the text to show now, at most two
 * lines of LINE_LENGTH characters; it starts anew where the next word would make a third. Pure computation.
 */
export const LINE_LENGTH = 42;
const LINES_MAX = 2;
const WIDE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;

export class Caption {
  #segment = "";
  /** Of the segment, up to here it was aired. */
  #at = 0;
  #lines: string[] = [];

  get text(): string {
    return this.#lines.join("\n");
  }

  /** A segment begins, whose words follow. */
  segment(text: string): void {
    this.#segment = text;
    this.#at = 0;
    this.#lines = [];
  }

  /** A segment begins, of which nothing more is told: as much of it as there is room for. */
  whole(text: string): string {
    this.segment(text);
    this.#lines = wrap(text).slice(0, LINES_MAX);
    return this.text;
  }

  word(text: string): string {
    const found = this.#segment.indexOf(text, this.#at);
    let end = found < 0 ? this.#at : found + text.length;
    while (
      end < this.#segment.length && !/\s/.test(this.#segment[end]!) &&
      !/[\p{L}\p{N}]/u.test(this.#segment[end]!)
    ) end++;
    const shown = found < 0 ? text : this.#segment.slice(this.#at, end).trim();
    this.#at = end;
    this.#add(shown);
    return this.text;
  }

  clear(): string {
    this.#segment = "";
    this.#lines = [];
    return "";
  }

  #add(word: string): void {
    if (word === "") return;
    const last = this.#lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= LINE_LENGTH) {
      this.#lines[this.#lines.length - 1] = `${last} ${word}`;
      return;
    }
    if (this.#lines.length === LINES_MAX) this.#lines = [];
    this.#lines.push(word);
  }
}

function wrap(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    const [first = "", ...rest] = pieces(word);
    if (last !== undefined && last.length + 1 + word.length <= LINE_LENGTH && !WIDE.test(word)) {
      lines[lines.length - 1] = `${last} ${first}`;
    } else {
      lines.push(first);
    }
    lines.push(...rest);
  }
  return lines;
}

/** Writing without blanks is broken anywhere; its characters are twice as wide. */
function pieces(word: string): string[] {
  const width = WIDE.test(word) ? LINE_LENGTH / 2 : LINE_LENGTH;
  const characters = [...word];
  const found: string[] = [];
  for (let at = 0; at < characters.length; at += width) found.push(characters.slice(at, at + width).join(""));
  return found;
}
