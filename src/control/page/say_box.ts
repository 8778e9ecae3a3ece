/** The box in which texts are typed: Enter says it, Shift + Enter begins a new line, the arrows bring back what was said. */
/// <reference lib="dom" />
import { element } from "./dom.ts";

export interface SayBoxOptions {
  /** Answers whether it was taken; what was not stays in the box. */
  readonly say: (text: string) => Promise<boolean>;
  /** The text `step` lines further back. */
  readonly recall: (step: number) => string;
}

export class SayBox {
  readonly #box = element<HTMLTextAreaElement>("text");
  readonly #options: SayBoxOptions;

  constructor(options: SayBoxOptions) {
    this.#options = options;
    element("say").addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#send();
    });
    this.#box.addEventListener("keydown", (event) => this.#press(event));
  }

  focus(): void {
    this.#box.focus();
  }

  async #send(): Promise<void> {
    const text = this.#box.value.trim();
    const isTaken = text !== "" && await this.#options.say(text);
    if (isTaken && this.#box.value.trim() === text) this.#box.value = ""; // else typed on meanwhile
    this.focus();
  }

  #press(event: KeyboardEvent): void {
    const box = this.#box;
    if (event.isComposing) return; // while an input method composes, Enter and the arrows are its own
    const isFirst = box.selectionStart === 0 && box.selectionEnd === 0;
    const isLast = box.selectionEnd === box.value.length;
    if (event.key === "Enter" && !event.shiftKey) void this.#send();
    else if (event.key === "ArrowUp" && isFirst) box.value = this.#options.recall(1);
    else if (event.key === "ArrowDown" && isLast) box.value = this.#options.recall(-1);
    else return;
    if (event.key === "ArrowUp") box.setSelectionRange(0, 0);
    event.preventDefault();
  }
}
