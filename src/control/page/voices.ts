/** The choice of a voice: all that the speech engine has, narrowed by language and by what is typed. */
/// <reference lib="dom" />
import { get, post } from "./api.ts";
import { element, make } from "./dom.ts";
import { currentLanguage, word } from "./words.ts";

interface Voice {
  readonly id: string;
  readonly name: string;
  /** The most particular first: "en-gb-scotland", "en". */
  readonly languages: readonly string[];
}

export class Voices {
  readonly #search = element<HTMLInputElement>("voice-search");
  readonly #language = element<HTMLSelectElement>("voice-language");
  readonly #list = element<HTMLSelectElement>("voice");
  #voices: readonly Voice[] = [];
  /** "" is any that fits the text. */
  #chosen = "";

  constructor(attempt: (deed: () => Promise<unknown>) => void) {
    this.#search.addEventListener("input", () => this.#show());
    this.#language.addEventListener("change", () => this.#show());
    this.#list.addEventListener("change", () => {
      this.#chosen = this.#list.value;
      attempt(() => post("/v1/voice", { voice: this.#chosen === "" ? null : this.#chosen }));
    });
  }

  async load(): Promise<void> {
    const { voice, voices } = await get<{ voice: string | null; voices: Voice[] }>("/v1/voices");
    this.#voices = voices;
    this.#chosen = voice ?? "";
    this.retell();
  }

  /** In the language chosen now. */
  retell(): void {
    const wanted = this.#language.value;
    const names = new Map(this.#voices.map((voice) => [baseOf(voice), languageName(baseOf(voice))]));
    const sorted = [...names].sort(([, one], [, other]) => one.localeCompare(other, currentLanguage()));
    this.#language.replaceChildren(
      make("option", { value: "", textContent: word("allLanguages") }),
      ...sorted.map(([value, textContent]) => make("option", { value, textContent })),
    );
    this.#language.value = names.has(wanted) ? wanted : "";
    this.#show();
  }

  #show(): void {
    const typed = this.#search.value.trim().toLowerCase();
    const language = this.#language.value;
    const found = this.#voices.filter((voice) => {
      if (language !== "" && baseOf(voice) !== language) return false;
      return `${voice.id} ${voice.name} ${languageName(baseOf(voice))}`.toLowerCase().includes(typed);
    });
    const label = (voice: Voice) => {
      const tongue = languageName(baseOf(voice));
      return voice.name.startsWith(tongue) ? voice.name : `${voice.name} · ${tongue}`;
    };
    const isAnyFound = typed === "" && language === "";
    this.#list.replaceChildren(
      ...(isAnyFound ? [make("option", { value: "", textContent: word("voiceAny") })] : []),
      ...found.map((voice) => make("option", { value: voice.id, textContent: label(voice) })),
    );
    this.#list.value = this.#chosen;
    element("voice-none").hidden = found.length > 0 || isAnyFound;
  }
}

function baseOf({ languages }: Voice): string {
  return languages.at(-1) ?? "";
}

function languageName(code: string): string {
  try {
    return new Intl.DisplayNames(currentLanguage(), { type: "language" }).of(code) ?? code;
  } catch {
    return code; // not one that the browser knows
  }
}
