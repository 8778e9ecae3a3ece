/** Which voice speaks a text: by name, or by the language its letters give away. */
import { InputFault } from "../../errors/mod.ts";
import { distanceBetween, sharedStart } from "../../text/mod.ts";
import type { Voice } from "./tts.ts";

/** Letters that Vietnamese has and its neighbours in the Latin alphabet do not. */
const VIETNAMESE = /[ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủũứừửữựỳỵỷỹ]/iu;
const KANA = /[\p{Script=Hiragana}\p{Script=Katakana}]/u;
const HAN = /\p{Script=Han}/u;
const NAMED_MAX = 3;
/** Variants that espeak-ng's voices take after a plus. (Whispering is left out: it differs from run to run.) */
const VARIANT = /^(.*)\+(m[1-8]|f[1-5]|croak)$/i;

/** What people call a language, beside the codes that espeak-ng lists. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ...["zh", "zh-cn", "zh-tw", "chinese"].map((name) => [name, "cmn"] as const),
  ["zh-hk", "yue"],
  ...["jp", "japanese"].map((name) => [name, "ja"] as const),
  ...["vn", "vietnamese"].map((name) => [name, "vi"] as const),
  ["english", "en-us"],
]);

/** "vi", "ja", "cmn", or undefined where the letters say nothing particular. */
export function guessLanguage(text: string): string | undefined {
  if (KANA.test(text)) return "ja";
  if (HAN.test(text)) return "cmn";
  return VIETNAMESE.test(text.normalize("NFC")) ? "vi" : undefined;
}

/** The voice for a language code (or for the text's own language), else an English one, else the first. */
export function voiceFor(text: string, voices: readonly Voice[], language?: string): Voice | undefined {
  for (const wanted of [language, guessLanguage(text), "en-us", "en"]) {
    if (wanted === undefined) continue;
    const best = speakerOf(lookupKeys(wanted), voices);
    if (best !== undefined) return best;
  }
  return voices[0];
}

/** As it is written, with "-" for "_", and what it stands for: the alias first, so that "zh" is Mandarin. */
function lookupKeys(wanted: string): readonly string[] {
  const key = wanted.trim().toLowerCase();
  const dashed = key.replaceAll("_", "-");
  return [...new Set([ALIASES.get(dashed) ?? key, key, dashed])];
}

function speakerOf(codes: readonly string[], voices: readonly Voice[]): Voice | undefined {
  for (const code of codes) {
    const spoken = voices.filter((voice) => voice.languages.includes(code));
    // A voice made for exactly this language before one that also knows it.
    const best = spoken.find((voice) => voice.languages[0] === code) ?? spoken[0];
    if (best !== undefined) return best;
  }
  return undefined;
}

/** The voice called so: id, name, language or a common name of one, upper or lower case. Throws InputFault `unknown_voice`. */
export function voiceNamed(wanted: string, voices: readonly Voice[]): Voice {
  const key = wanted.trim().toLowerCase();
  const names = (voice: Voice) =>
    [voice.id, voice.name, ...voice.languages].map((name) => name.toLowerCase());
  for (const one of lookupKeys(wanted)) {
    const exact = voices.find((voice) => voice.id.toLowerCase() === one) ??
      voices.find((voice) => voice.languages[0] === one) ?? voices.find((voice) =>
        names(voice).includes(one)
      );
    if (exact !== undefined) return exact;
  }
  const nearest = voices
    .map((voice) => {
      const [language = ""] = voice.name.toLowerCase().split(" "); // "english" of "English (America)"
      return { id: voice.id, ...likeness(key, [...names(voice), language]) };
    })
    .sort((a, b) => nearerFirst(a, b) || a.id.length - b.id.length || a.id.localeCompare(b.id))
    .slice(0, NAMED_MAX).map(({ id }) => id);
  throw new InputFault(
    `voice ${JSON.stringify(wanted.slice(0, 40))} is not known, wanted for example ${nearest.join(", ")}; ` +
      "`deno task voices` lists all",
    { code: "unknown_voice" },
  );
}

/** The voice called so, with espeak-ng's variant where one is named: "en-gb+f3". Throws InputFault `unknown_voice`. */
export function espeakVoice(wanted: string, voices: readonly Voice[]): string {
  const variant = VARIANT.exec(wanted);
  const { id } = voiceNamed(variant?.[1] ?? wanted, voices);
  return variant === null ? id : `${id}+${variant[2]!.toLowerCase()}`;
}

interface Likeness {
  readonly far: number;
  readonly start: number;
}

/** Of the most like name. A name that contains the wanted one counts as near, as does a language for its region. */
function likeness(wanted: string, names: readonly string[]): Likeness {
  return names.map((name) => {
    const isPart = wanted.length > 1 && name.includes(wanted);
    const isRegion = wanted.startsWith(`${name}-`);
    const far = Math.min(distanceBetween(wanted, name), isPart ? 1.5 : isRegion ? 2 : Infinity);
    return { far, start: sharedStart(wanted, name) };
  }).reduce((best, one) => nearerFirst(one, best) < 0 ? one : best);
}

/** Beginnings are seldom mistyped: of two as far away the one that begins alike. */
function nearerFirst(a: Likeness, b: Likeness): number {
  return a.far - b.far || b.start - a.start;
}
