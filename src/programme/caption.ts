/**
 * Subtitles as they grow word by word. In: segments and words as they are aired. Out: the text to show now, at most two
 * lines of LINE_LENGTH characters; it starts anew where the next word would make a third. Pure computation.
 */
export const LINE_LENGTH = 42;
const LINES_MAX = 2;

export class Caption {
  #segment = "";
  /** Of the segment, up to here it was aired. */
  #at = 0;
  #hasWords = false;
  #lines: string[] = [];

  get text(): string {
    return this.#lines.join("\n");
  }

  /** A segment begins. A voice that tells no words shows it whole; the first word takes that back. */
  segment(text: string): string {
    this.#segment = text;
    this.#at = 0;
    this.#hasWords = false;
    this.#lines = wrap(text).slice(0, LINES_MAX);
    return this.text;
  }

  word(text: string): string {
    if (!this.#hasWords) {
      this.#hasWords = true;
      this.#lines = [];
    }
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
    if (last !== undefined && last.length + 1 + word.length <= LINE_LENGTH) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else lines.push(word);
  }
  return lines;
}
