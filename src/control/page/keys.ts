/** Shortcuts: one key each, only where nobody types; held down it is one press. "?" shows them. */
/// <reference lib="dom" />
import { element, make } from "./dom.ts";
import { type Word, word } from "./words.ts";

export interface Shortcut {
  readonly key: string;
  readonly label: Word;
  readonly run: () => void;
}

/** Of the say box; told in the list only. */
const TYPED: readonly (readonly [key: string, label: Word])[] = [
  ["Enter", "keySay"],
  ["Shift + Enter", "keyLine"],
  ["↑ ↓", "keyBefore"],
  ["← →", "keyTabs"],
  ["Home End", "keyEnds"],
];

/** `isOn`: whether single letters do anything. Escape and "?" always do. */
export function listen(shortcuts: readonly Shortcut[], isOn: () => boolean): void {
  const dialog = element<HTMLDialogElement>("keys");
  const show = () => {
    const entry = (key: string, label: Word) => [
      make("dt", {}, make("kbd", { textContent: key })),
      make("dd", { textContent: word(label) }),
    ];
    element("key-list").replaceChildren(
      ...TYPED.flatMap(([key, label]) => entry(key, label)),
      ...shortcuts.flatMap(({ key, label }) => entry(key === "Escape" ? "Esc" : key.toUpperCase(), label)),
    );
    dialog.showModal();
  };
  element("help").addEventListener("click", show);
  let held = "";
  document.addEventListener("keydown", (event) => {
    if (event.repeat) {
      if (event.key === held) event.preventDefault(); // it may have moved the focus: nothing is typed there by it
      return;
    }
    held = "";
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (document.querySelector("dialog[open]") !== null) return; // Esc closes it
    const isTyping = event.target instanceof Element && event.target.matches("input, textarea, select");
    const isEverywhere = event.key === "Escape";
    if (isTyping && !isEverywhere) return;
    if (event.key === "?") return show();
    if (!isOn() && !isEverywhere) return;
    const shortcut = shortcuts.find(({ key }) => key.toLowerCase() === event.key.toLowerCase());
    if (shortcut === undefined) return;
    event.preventDefault();
    held = event.key;
    shortcut.run();
  });
}
