/**
 * What was said, newest first, with how it went; a click says it again. At most LINES_MAX lines; texts are kept by the
 * browser over a reload, files are not.
 */
/// <reference lib="dom" />
import { element, make } from "./dom.ts";
import type { SpeechEvent } from "./subtitles.ts";
import { word } from "./words.ts";

const LINES_MAX = 50;
const KEPT = "lipcam-said";
/** "earlier": said before this page was opened; how it went is not known any more. */
type How = "queued" | "speaking" | "completed" | "interrupted" | "failed" | "earlier";

/** A text, or a sound file under its name. */
export interface Said {
  readonly text: string;
  readonly file?: File;
}

interface Line {
  readonly said: Said;
  readonly how: HTMLElement;
  readonly item: HTMLElement;
  utterance: number | undefined;
  state: How;
}

export class History {
  readonly #list = element("history");
  readonly #say: (what: Said) => void;
  #lines: Line[] = [];
  #recalled = -1;
  /** How utterances go that are not in the list: their events may come before the answer that they were queued. */
  readonly #heard = new Map<number, How>();

  /** `say` says it again. */
  constructor(say: (what: Said) => void) {
    this.#say = say;
    for (const text of kept().toReversed()) this.#put({ text }, undefined, "earlier");
    element("forget").addEventListener("click", () => this.#forget());
    this.#showWhether();
  }

  add(utterance: number, what: Said): void {
    this.#put(what, utterance, this.#heard.get(utterance) ?? "queued");
    this.#keep();
  }

  hear({ kind, utterance, state }: SpeechEvent): void {
    if (utterance === undefined) return;
    const how: How | undefined = kind === "utterance_start"
      ? "speaking"
      : kind === "utterance_end"
      ? (state as How | undefined) ?? "completed"
      : undefined;
    if (how === undefined) return;
    this.#heard.set(utterance, how);
    if (this.#heard.size > LINES_MAX) this.#heard.delete(this.#heard.keys().next().value!);
    const line = this.#lines.find((one) => one.utterance === utterance);
    if (line !== undefined) this.#mark(line, how);
  }

  /** Said when this page was not yet open, and still being heard: its line says so. */
  adopt(utterance: number, segment: string): void {
    if (this.#lines.some((one) => one.utterance === utterance)) return;
    const line = this.#lines.find((one) => one.utterance === undefined && one.said.text.includes(segment));
    if (line === undefined) return;
    line.utterance = utterance;
    this.#mark(line, "speaking");
  }

  /** The text `step` texts further back (1) or forth (-1); undefined in front of the newest. */
  recall(step: number): string | undefined {
    const texts = this.#texts();
    this.#recalled = Math.max(-1, Math.min(texts.length - 1, this.#recalled + step));
    return texts[this.#recalled];
  }

  /** The programme is another one: its utterances are counted anew. */
  forgetNumbers(): void {
    this.#heard.clear();
    for (const line of this.#lines) line.utterance = undefined;
  }

  /** In the language chosen now. */
  retell(): void {
    for (const line of this.#lines) this.#mark(line, line.state);
  }

  #put(said: Said, utterance: number | undefined, state: How): void {
    const how = make("span", { className: "how" });
    const what = make("span", { className: "what", textContent: said.file ? `♪ ${said.text}` : said.text });
    const again = make("span", { className: "hidden", textContent: word("sayAgain") });
    again.dataset["words"] = "sayAgain";
    const button = make("button", { type: "button" }, what, how, again);
    button.addEventListener("click", () => this.#say(said));
    const line: Line = { said, how, item: make("li", {}, button), utterance, state };
    this.#list.prepend(line.item);
    this.#lines.unshift(line);
    this.#mark(line, state);
    this.#lines.splice(LINES_MAX).forEach(({ item }) => item.remove());
    this.#recalled = -1;
    this.#showWhether();
  }

  #forget(): void {
    this.#lines = [];
    this.#list.replaceChildren();
    this.#keep();
    this.#showWhether();
  }

  #texts(): string[] {
    return this.#lines.filter(({ said }) => said.file === undefined).map(({ said }) => said.text);
  }

  #keep(): void {
    localStorage.setItem(KEPT, JSON.stringify(this.#texts()));
  }

  #showWhether(): void {
    const isEmpty = this.#lines.length === 0;
    element("nothing").hidden = !isEmpty;
    element("forget").hidden = isEmpty;
  }

  #mark(line: Line, state: How): void {
    line.state = state;
    line.item.dataset["how"] = state;
    line.how.textContent = state === "earlier" ? "" : word(state);
  }
}

function kept(): string[] {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(KEPT) ?? "[]");
    return Array.isArray(value) ? value.filter((text) => typeof text === "string").slice(0, LINES_MAX) : [];
  } catch {
    return []; // somebody else's
  }
}
