/**
 * The box in which texts are typed: Enter says it, Shift + Enter begins a new line, the arrows bring back what was said. What
 * is being typed survives that, and a reload. A text longer than the programme takes stays whole, and the page says so.
 */
/// <reference lib="dom" />
import { element, tell } from "./dom.ts";
import { word } from "./words.ts";

export interface SayBoxOptions {
  /** Answers whether it was taken; what was not stays in the box. */
  readonly say: (text: string) => Promise<boolean>;
  /** There is nothing in the box. */
  readonly onNothing: () => void;
  /** The text `step` lines further back; undefined in front of the newest. */
  readonly recall: (step: number) => string | undefined;
}

const KEPT = "lipcam-draft";
/** As the programme has it. */
const CHARS_MAX = 20_000;

export class SayBox {
  readonly #box = element<HTMLTextAreaElement>("text");
  readonly #options: SayBoxOptions;
  #isSending = false;
  /** What was brought back, until it is changed or said. */
  #recalled: string | undefined;
  /** What was being typed when something was recalled. */
  #draft = "";

  constructor(options: SayBoxOptions) {
    this.#options = options;
    element("say").addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#send();
    });
    this.#box.addEventListener("keydown", (event) => this.#press(event));
    this.#box.addEventListener("input", () => this.retell());
    this.#box.value = sessionStorage.getItem(KEPT) ?? "";
    this.retell();
    addEventListener("pagehide", () => sessionStorage.setItem(KEPT, this.#box.value));
  }

  focus(options: FocusOptions = {}): void {
    this.#box.focus(options);
  }

  /** In the language chosen now: whether the text is too long, and by how much. */
  retell(): void {
    const count = this.#text.length;
    const isTooLong = count > CHARS_MAX;
    const said = (number: number) => number.toLocaleString(document.documentElement.lang);
    tell(
      element("too-long"),
      isTooLong ? word("textTooLong", { count: said(count), most: said(CHARS_MAX) }) : "",
    );
    this.#box.ariaInvalid = String(isTooLong);
  }

  get #text(): string {
    return this.#box.value.trim();
  }

  async #send(): Promise<void> {
    const text = this.#text;
    this.focus();
    if (text === "") return this.#options.onNothing();
    if (text.length > CHARS_MAX) return; // the page says so already
    if (this.#isSending) return; // Enter twice is meant once
    this.#isSending = true;
    const isTaken = await this.#options.say(text);
    this.#isSending = false;
    this.#recalled = undefined;
    if (isTaken && this.#text === text) this.#box.value = ""; // else typed on meanwhile
  }

  #press(event: KeyboardEvent): void {
    const box = this.#box;
    if (event.isComposing) return; // while an input method composes, Enter and the arrows are its own
    const isRecalled = box.value === this.#recalled; // then the arrows walk, else they move the cursor
    const isFirst = box.selectionStart === 0 && box.selectionEnd === 0;
    if (event.key === "Enter" && !event.shiftKey) void this.#send();
    else if (event.key === "ArrowUp" && (isFirst || isRecalled)) this.#recall(1);
    else if (event.key === "ArrowDown" && isRecalled) this.#recall(-1);
    else return;
    event.preventDefault();
  }

  #recall(step: 1 | -1): void {
    const text = this.#options.recall(step);
    if (text === undefined && step > 0) return; // nothing was said yet
    if (this.#box.value !== this.#recalled) this.#draft = this.#box.value;
    this.#recalled = text;
    this.#box.value = text ?? this.#draft;
    this.retell();
  }
}
