/** Every word of the page in every language, and putting them in their places. English is what is missing elsewhere. */
/// <reference lib="dom" />
import { ENGLISH } from "./words_en.ts";
import { VIETNAMESE } from "./words_vi.ts";

export type Word = keyof typeof ENGLISH;
export type Words = Readonly<Record<Word, string>>;
export type Language = "en" | "vi";

export const LANGUAGES: Readonly<Record<Language, Words>> = { en: ENGLISH, vi: VIETNAMESE };
const KEPT = "lipcam-language";

let language: Language = chosen();

function chosen(): Language {
  const kept = globalThis.localStorage?.getItem(KEPT);
  if (kept === "en" || kept === "vi") return kept;
  return navigator.language.startsWith("vi") ? "vi" : "en";
}

/** The word, with `{name}` filled in. */
export function word(key: Word, values: Readonly<Record<string, string | number>> = {}): string {
  const text = LANGUAGES[language][key] ?? ENGLISH[key];
  return text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
}

export function currentLanguage(): Language {
  return language;
}

export function speak(wanted: Language): void {
  language = wanted;
  localStorage.setItem(KEPT, wanted);
  placeWords();
}

/** Fills every element that says which word it shows. */
export function placeWords(root: ParentNode = document): void {
  document.documentElement.lang = language;
  const each = (attribute: string, put: (element: HTMLElement, text: string) => void) => {
    for (const element of root.querySelectorAll<HTMLElement>(`[data-${attribute}]`)) {
      put(element, word(element.dataset[attribute] as Word));
    }
  };
  each("words", (element, text) => element.textContent = text);
  each("label", (element, text) => element.setAttribute("aria-label", text));
  each("title", (element, text) => {
    element.title = text;
    element.setAttribute("aria-label", text);
  });
  each("placeholder", (element, text) => element.setAttribute("placeholder", text));
}
