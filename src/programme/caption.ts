/**
 * Subtitles as they grow word by word. In: segments and words as they are aired. Out: the text to show now, at most two
 * lines of LINE_COLUMNS; where a third would begin, the two before give way. Pure computation.
 */
const LINE_COLUMNS = 42;
const LINES_MAX = 2;
/** Of a segment that comes without words, as it cannot be paged. */
const WHOLE_LINES_MAX = 4;
const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303f\uff00-\uff60]/u;

export class Caption {
  #segment = "";
  /** Of the segment, up to here it was aired. */
  #at = 0;
  #text = "";

  get text(): string {
    return this.#text;
  }

  /** A segment begins, whose words follow. */
  segment(text: string): void {
    this.#segment = text;
    this.#at = 0;
  }

  /** A segment begins, of which nothing more is told: as much of it as there is room for. */
  whole(text: string): string {
    this.segment(text);
    return this.#text = wrap(text).slice(0, WHOLE_LINES_MAX).join("\n");
  }

  word(text: string): string {
    const found = this.#segment.indexOf(text, this.#at);
    if (found < 0) { // the voice says it in another way than it is written
      this.#segment = `${this.#segment.slice(0, this.#at)} ${text}${this.#segment.slice(this.#at)}`;
      this.#at += text.length + 1;
    } else {
      this.#at = found + text.length;
    }
    // What follows without a blank and is no word belongs to it: a comma, a closing quote.
    while (/^[^\s\p{L}\p{N}]/u.test(this.#segment.slice(this.#at))) this.#at++;
    const lines = wrap(this.#segment.slice(0, this.#at));
    const page = Math.floor((lines.length - 1) / LINES_MAX);
    return this.#text = lines.slice(page * LINES_MAX).join("\n");
  }

  clear(): string {
    this.segment("");
    return this.#text = "";
  }
}

/** Broken at blanks, and inside what alone is longer than a line. A beginning of a text breaks where the whole does. */
function wrap(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.trim().split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && columns(last) + 1 + columns(word) <= LINE_COLUMNS) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else {
      lines.push(...pieces(word));
    }
  }
  return lines;
}

function pieces(word: string): string[] {
  const found = [""];
  for (const character of word) {
    const last = found[found.length - 1]!;
    if (last !== "" && columns(last) + columns(character) > LINE_COLUMNS) found.push(character);
    else found[found.length - 1] = last + character;
  }
  return found;
}

/** Characters of East Asian scripts take two. */
function columns(text: string): number {
  let count = 0;
  for (const character of text) count += WIDE.test(character) ? 2 : 1;
  return count;
}
