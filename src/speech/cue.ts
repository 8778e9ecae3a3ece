/**
 * Cues: names in brackets inside a text that are done and never spoken: `[nod]`, and with an argument `[scene:Product]`.
 *
 * In: raw text in pieces. Out: the text between the cues and the cues, in order. A bracket is held back while it may
 * still become a cue (at most CUE_LENGTH_MAX characters), so pieces give the same as the whole. `\[` is a bracket that
 * is text. What is in brackets and no known cue stays text. Pure computation, any thread.
 */
import { InputFault } from "../errors/mod.ts";
import { ACTION_NAMES, EXPRESSION_NAMES, nearest } from "../text/mod.ts";

/** What the stage does by itself: expressions, then one-shot actions, in the order of the avatars' own lists. */
export const STAGE_CUES = [...EXPRESSION_NAMES, ...ACTION_NAMES] as const;
export type StageCue = typeof STAGE_CUES[number];

export interface Cue {
  /** In lower case. */
  readonly name: string;
  readonly argument?: string;
}

/** The cues that a text may hold, by lower-case names. */
export interface CueNames {
  readonly plain: readonly string[];
  /** Those that need an argument: `[name:argument]`. */
  readonly withArgument: readonly string[];
  /** How those that are not the stage's own are written in shared memory; they come first. */
  readonly codes?: ReadonlyMap<string, number>;
}

export const STAGE_CUE_NAMES: CueNames = { plain: STAGE_CUES, withArgument: [] };

/** How a stage cue is written in shared memory: its place in {@linkcode STAGE_CUES}, from 1; 0 for any other name. */
export function stageCueCode(name: string): number {
  return STAGE_CUES.indexOf(name as StageCue) + 1;
}

/** As stageCueCode, for the names of `names`. */
export function cueCode(name: string, { codes }: CueNames): number {
  return codes?.get(name) ?? stageCueCode(name);
}

/** Codes from here on begin a clip of a film avatar: this and the clip's number. */
const FIRST_CLIP_CODE = 128;

/** How the beginning of clip number `clip` (0..127) is written in shared memory. */
export function clipCueCode(clip: number): number {
  return FIRST_CLIP_CODE + clip;
}

/** The clip that a code begins; -1 for a code that begins none. */
export function clipOfCue(code: number): number {
  return code >= FIRST_CLIP_CODE ? code - FIRST_CLIP_CODE : -1;
}

/** The expression or action of `names` called so, in upper or lower case. Throws InputFault `unknown_act`. */
export function cueNamed(typed: string, { plain }: CueNames): string {
  const wanted = typed.trim().toLowerCase();
  if (plain.includes(wanted)) return wanted;
  const near = nearest(wanted, plain);
  const hint = near === undefined ? `wanted one of ${plain.join(", ")}` : `did you mean ${near}?`;
  throw new InputFault(`no expression or action is called ${JSON.stringify(typed.slice(0, 40))}, ${hint}`, {
    code: "unknown_act",
  });
}

const NAME_LENGTH_MAX = 32;
const ARGUMENT_LENGTH_MAX = 100;
const BLANKS_MAX = 4;
export const CUE_LENGTH_MAX = NAME_LENGTH_MAX + ARGUMENT_LENGTH_MAX + 2 * BLANKS_MAX + 3;

const BLANKS = `[ \\t]{0,${BLANKS_MAX}}`;
const NAME = `([a-z][\\w-]{0,${NAME_LENGTH_MAX - 1}})`;
const ARGUMENT = `([^[\\]\\r\\n]{0,${ARGUMENT_LENGTH_MAX}})`;
const WHOLE = new RegExp(`\\[${BLANKS}${NAME}${BLANKS}(?::${ARGUMENT})?\\]`, "iy");
/** The beginning of one, up to the end of what is there. */
const BEGINNING = new RegExp(`\\[${BLANKS}(?:${NAME}${BLANKS}(?::${ARGUMENT})?)?$`, "iy");

export class CueReader {
  #held = "";

  /** `onMistyped` gets one line about what is in brackets and is nearly a cue. */
  constructor(private readonly names: CueNames, private readonly onMistyped?: (line: string) => void) {}

  /** The next piece of text: what is certain now. */
  push(text: string): (string | Cue)[] {
    return this.#read(text, false);
  }

  /** The text is over: what was held back is text. */
  finish(): (string | Cue)[] {
    return this.#read("", true);
  }

  #read(text: string, isWhole: boolean): (string | Cue)[] {
    const all = this.#held + text;
    const items: (string | Cue)[] = [];
    let plain = "";
    let at = 0;
    this.#held = "";
    for (;;) {
      const mark = indexOfMark(all, at);
      plain += all.slice(at, mark);
      at = mark;
      if (at === all.length) break;
      const taken = this.#take(all, at, isWhole);
      if (taken === undefined) {
        this.#held = all.slice(at);
        break;
      }
      if (typeof taken.item === "string") {
        plain += taken.item;
      } else {
        if (plain !== "") items.push(plain);
        plain = "";
        items.push(taken.item);
      }
      at += taken.length;
    }
    if (plain !== "") items.push(plain);
    return items;
  }

  /** What the bracket or backslash at `at` is; undefined where that hangs on what has not arrived. */
  #take(all: string, at: number, isWhole: boolean): { item: string | Cue; length: number } | undefined {
    if (all[at] === "\\") {
      if (at + 1 === all.length && !isWhole) return undefined;
      return all[at + 1] === "[" ? { item: "[", length: 2 } : { item: "\\", length: 1 };
    }
    const whole = matchAt(WHOLE, all, at);
    if (whole !== undefined) {
      const cue = this.#cue(whole);
      return cue === undefined ? { item: "[", length: 1 } : { item: cue, length: whole[0].length };
    }
    const beginning = isWhole ? undefined : matchAt(BEGINNING, all, at);
    const [, name, argument] = beginning ?? [];
    const mayBecome = beginning !== undefined &&
      (argument === undefined || this.names.withArgument.includes(name!.toLowerCase()));
    return mayBecome ? undefined : { item: "[", length: 1 };
  }

  #cue([written, typed, given]: RegExpExecArray): Cue | undefined {
    const { plain, withArgument } = this.names;
    const name = typed!.toLowerCase();
    const argument = given?.trim() ?? "";
    if (given === undefined && plain.includes(name)) return { name };
    if (argument !== "" && withArgument.includes(name)) return { name, argument };
    const near = nearest(name, [...plain, ...withArgument]);
    // The first letter is seldom mistyped: [link] is no wink.
    if (near !== undefined && near[0] === name[0]) {
      const wanted = withArgument.includes(near) ? `${near}:...` : near;
      this.onMistyped?.(`${written} in the text is no cue and was left in it, did you mean [${wanted}]?`);
    }
    return undefined;
  }
}

function indexOfMark(text: string, from: number): number {
  for (let at = from; at < text.length; at++) if (text[at] === "[" || text[at] === "\\") return at;
  return text.length;
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? undefined;
}
