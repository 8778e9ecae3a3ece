/**
 * The line under the picture: the segment being said, its words lit one by one. In: speech events. A word is looked for
 * behind the last one, so that a word said twice lights twice. Two lines are in sight, however long the segment is.
 */
/// <reference lib="dom" />
import { make } from "./dom.ts";

export interface SpeechEvent {
  readonly kind: string;
  readonly text?: string;
  readonly utterance?: number;
  readonly state?: string;
}

/** As its height in stage.css has it. */
const LINES_SEEN = 2;

export class Subtitles {
  readonly #line: HTMLElement;
  #text = "";
  #at = 0;

  constructor(line: HTMLElement) {
    this.#line = line;
  }

  hear({ kind, text = "" }: SpeechEvent): void {
    if (kind === "segment") {
      this.#text = text;
      this.#at = 0;
      this.#show(0, 0);
    } else if (kind === "word") {
      const from = this.#find(text);
      if (from < 0) return;
      this.#at = from + text.length;
      this.#at += /^\p{Po}*/u.exec(this.#text.slice(this.#at))![0].length; // a comma belongs to its word
      this.#show(from, this.#at);
    } else if (["utterance_end", "interrupted", "idle"].includes(kind)) {
      this.clear();
    }
  }

  /** A segment that began before this page heard of it. */
  adopt(text: string): void {
    if (this.#text === "") this.hear({ kind: "segment", text });
  }

  clear(): void {
    this.#text = "";
    this.#show(0, 0);
  }

  #find(word: string): number {
    if (word === "") return -1;
    const exact = this.#text.indexOf(word, this.#at);
    return exact >= 0 ? exact : this.#text.toLowerCase().indexOf(word.toLowerCase(), this.#at);
  }

  /** The line with the word, and the next one below it. */
  #keepInSight(now: HTMLElement): void {
    const [box] = now.getClientRects(); // the first of its lines
    if (box === undefined) return void (this.#line.scrollTop = 0); // no word yet
    const { top, height } = this.#line.getBoundingClientRect();
    const linePx = height / LINES_SEEN;
    const middlePx = (box.top + box.bottom) / 2 - top + this.#line.scrollTop;
    this.#line.scrollTop = Math.floor(middlePx / linePx) * linePx;
  }

  #show(from: number, to: number): void {
    const part = (className: string, textContent: string) => make("span", { className, textContent });
    const now = part("now", this.#text.slice(from, to));
    this.#line.replaceChildren(
      part("heard", this.#text.slice(0, from)),
      now,
      part("coming", this.#text.slice(to)),
    );
    this.#keepInSight(now);
  }
}
