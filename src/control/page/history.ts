/** What was said, newest first, with how it went. Kept by the browser over a reload; at most LINES_MAX lines. */
/// <reference lib="dom" />
import { make } from "./dom.ts";
import type { SpeechEvent } from "./subtitles.ts";
import { type Word, word } from "./words.ts";

const LINES_MAX = 50;
const KEPT = "lipcam-said";
type How = "queued" | "speaking" | "completed" | "interrupted" | "failed";

interface Line {
  readonly text: string;
  readonly how: HTMLElement;
  readonly item: HTMLElement;
  utterance: number | undefined;
  state: How;
}

export class History {
  readonly #list: HTMLElement;
  readonly #nothing: HTMLElement;
  readonly #say: (text: string) => void;
  #lines: Line[] = [];
  #recalled = -1;
  /** How utterances go that are not in the list: their events may come before the answer that they were queued. */
  readonly #heard = new Map<number, How>();

  constructor(list: HTMLElement, nothing: HTMLElement, say: (text: string) => void) {
    this.#list = list;
    this.#nothing = nothing;
    this.#say = say;
    for (const text of kept().toReversed()) this.#put(text, undefined, "completed");
  }

  add(utterance: number, text: string): void {
    this.#put(text, utterance, this.#heard.get(utterance) ?? "queued");
    localStorage.setItem(KEPT, JSON.stringify(this.#lines.map((line) => line.text)));
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

  /** The text `step` lines further back (1) or forth (-1); "" in front of the newest. */
  recall(step: number): string {
    this.#recalled = Math.max(-1, Math.min(this.#lines.length - 1, this.#recalled + step));
    return this.#lines[this.#recalled]?.text ?? "";
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

  #put(text: string, utterance: number | undefined, state: How): void {
    const how = make("span", { className: "how" });
    const button = make(
      "button",
      { type: "button" },
      make("span", { className: "what", textContent: text }),
      how,
    );
    button.dataset["title"] = "sayAgain";
    button.title = word("sayAgain");
    button.addEventListener("click", () => this.#say(text));
    const line: Line = { text, how, item: make("li", {}, button), utterance, state };
    this.#list.prepend(line.item);
    this.#lines.unshift(line);
    this.#mark(line, state);
    this.#lines.splice(LINES_MAX).forEach(({ item }) => item.remove());
    this.#recalled = -1;
    this.#nothing.hidden = true;
  }

  #mark(line: Line, state: How): void {
    line.state = state;
    line.item.dataset["how"] = state;
    line.how.textContent = word(state as Word);
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
