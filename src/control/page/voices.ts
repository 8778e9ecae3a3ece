/** The choice of a voice: all that the speech engine has, narrowed by language and by what is typed. */
/// <reference lib="dom" />
import { get, post } from "./api.ts";
import { element, make } from "./dom.ts";
import { baseLanguage, languageName } from "./language_names.ts";
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
  /** By the language's code, in the order in which they are shown. */
  #names: ReadonlyMap<string, string> = new Map();
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
    this.#names = namesOf(this.#voices);
    this.#language.replaceChildren(
      make("option", { value: "", textContent: word("allLanguages") }),
      ...[...this.#names].map(([value, textContent]) => make("option", { value, textContent })),
    );
    this.#language.value = this.#names.has(wanted) ? wanted : "";
    this.#show();
  }

  #show(): void {
    const typed = this.#search.value.trim().toLowerCase();
    const language = this.#language.value;
    const tongue = (voice: Voice) => this.#names.get(baseLanguage(voice.languages)) ?? "";
    const order = [...this.#names.keys()];
    const place = (voice: Voice) => order.indexOf(baseLanguage(voice.languages));
    const found = this.#voices.filter((voice) => {
      if (language !== "" && baseLanguage(voice.languages) !== language) return false;
      return `${voice.id} ${voice.name} ${tongue(voice)}`.toLowerCase().includes(typed);
    }).sort((one, other) => place(one) - place(other));
    const label = (voice: Voice) => {
      const name = voice.name.trim();
      const isSaid = language !== "" || tongue(voice) === "" || name.startsWith(tongue(voice));
      return isSaid ? name : `${name} · ${tongue(voice)}`;
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

/** Each language once, sorted as the page's language sorts. A voice without one is in none. */
function namesOf(voices: readonly Voice[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const { languages, name } of voices) {
    const base = baseLanguage(languages);
    if (base !== "" && !names.has(base)) names.set(base, languageName(base, name));
  }
  return new Map([...names].sort(([, one], [, other]) => one.localeCompare(other, currentLanguage())));
}
