/**
 * What the languages of voices are called. In: codes as the speech engine has them ("vi-vn-x-south"). Out: the language they
 * belong to ("vi") and its name in the page's language: the browser's, ours where it has none, or the voice's own.
 */
import { currentLanguage, type Language, word } from "./words.ts";

/** Groups of languages: a voice speaks one of them, which it names first. */
const GROUPS: readonly string[] = ["hbs"];
/** Names that no browser has to know, and that the voice's own does not tell. */
const OURS: Readonly<Record<Language, Readonly<Record<string, string>>>> = {
  en: { grc: "Ancient Greek", nci: "Classical Nahuatl", xex: "Xextan" },
  vi: {
    grc: "Tiếng Hy Lạp cổ",
    hak: "Tiếng Khách Gia",
    kl: "Tiếng Greenland",
    nci: "Tiếng Nahuatl cổ điển",
    smj: "Tiếng Sami Lule",
    xex: "Tiếng Xextan",
  },
};

/** `codes`: the most particular first: "en-gb-scotland", "en". "" where there are none. */
export function baseLanguage(codes: readonly string[]): string {
  const base = (code = "") => code.split("-")[0]!.toLowerCase();
  const widest = base(codes.at(-1));
  return GROUPS.includes(widest) ? base(codes[0]) : widest;
}

/** `voiceName`: of a voice that speaks it; what it says in brackets is how it differs from the others. */
export function languageName(base: string, voiceName: string): string {
  const ours = OURS[currentLanguage()][base];
  if (ours !== undefined) return ours;
  return known(base) ?? word("languageCalled", { name: voiceName.replace(/\s*\(.*/, "").trim() || base });
}

function known(base: string): string | undefined {
  try {
    return new Intl.DisplayNames(currentLanguage(), { type: "language", fallback: "none" }).of(base);
  } catch {
    return undefined; // not even a code of a language
  }
}
