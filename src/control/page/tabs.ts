/** Tabs as screen readers and keyboards know them: one is in the order of Tab, arrows go from one to the next. */
/// <reference lib="dom" />
import { element, make } from "./dom.ts";
import { type Word, word } from "./words.ts";

const NAMES = ["look", "health", "obs", "files"] as const;
export type Tab = typeof NAMES[number];

export class Tabs {
  readonly #onShow: (tab: Tab) => void;
  #shown: Tab = "look";

  constructor(onShow: (tab: Tab) => void) {
    this.#onShow = onShow;
    const list = element("tabs");
    list.replaceChildren(...NAMES.map((name) => {
      const tab = make("button", { type: "button", id: `tab-${name}`, role: "tab" });
      tab.dataset["words"] = name;
      tab.textContent = word(name as Word);
      tab.setAttribute("aria-controls", `panel-${name}`);
      tab.addEventListener("click", () => this.show(name));
      return tab;
    }));
    list.addEventListener("keydown", (event) => {
      const { key } = event;
      const at = NAMES.indexOf(this.#shown);
      const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: NAMES.length - 1 }[key];
      if (next === undefined) return;
      this.show(NAMES[(next + NAMES.length) % NAMES.length]!);
      event.preventDefault(); // Home and End would scroll
      element(`tab-${this.#shown}`).focus();
    });
    this.show("look");
  }

  get shown(): Tab {
    return this.#shown;
  }

  show(wanted: Tab): void {
    this.#shown = wanted;
    for (const name of NAMES) {
      const isIt = name === wanted;
      const tab = element(`tab-${name}`);
      tab.ariaSelected = String(isIt);
      tab.tabIndex = isIt ? 0 : -1;
      element(`panel-${name}`).hidden = !isIt;
    }
    this.#onShow(wanted);
  }
}
