/**
 * The settings obs.rules and obs.reactions. In: plain data of the configuration. Out: rules and reactions that the director
 * trusts, or an InputFault whose one line names the place, what stands there and what is wanted.
 *
 * Which form is meant is told by its first word, so that a fault is about that form and not about all of them. Whether OBS
 * has the scenes and sources is another question: the director asks it. Limits: 200 of each, 50 deeds a rule.
 */
import { z } from "zod";
import { InputFault } from "../errors/mod.ts";
import type {
  Cause,
  Deed,
  Moment,
  OutputCause,
  PlainResponse,
  Reaction,
  Response,
  Rule,
} from "../obs/mod.ts";
import type { Trigger } from "../obs/mod.ts";
import { nearest } from "../text/mod.ts";
import { shown } from "./config_text.ts";

const LIST_MAX = 200;
const DEEDS_MAX = 50;
const name = z.string().min(1).max(256);
/** As a text can hold it in brackets. */
const cueName = z.string().regex(/^[a-z][\w-]{0,31}$/i);
const words = z.string().min(1).max(4000);
const switching = z.enum(["start", "stop"]);

/** A form and how it is written, for "wanted ...". */
interface Form<T> {
  readonly schema: z.ZodType<T>;
  readonly wanted: string;
}

const MOMENTS = [
  ...["speaking", "idle", "interrupted", "degraded", "recovered", "panic", "panic over"] as const,
] satisfies Moment[];
const OUTPUT_CAUSES = [
  ...["stream started", "stream stopped", "record started", "record stopped"] as const,
] satisfies OutputCause[];
const PLAIN_RESPONSES = [
  ...["interrupt", "panic", "panic over", "hold", "resume"] as const,
] satisfies PlainResponse[];

const shownIn = { in: name.optional() };
const DEEDS: Readonly<Record<string, Form<Deed>>> = {
  scene: { schema: z.strictObject({ scene: name }), wanted: '{ "scene": NAME }' },
  show: {
    schema: z.strictObject({ show: name, ...shownIn }),
    wanted: '{ "show": SOURCE, "in": SCENE }, "in" may be left out',
  },
  hide: {
    schema: z.strictObject({ hide: name, ...shownIn }),
    wanted: '{ "hide": SOURCE, "in": SCENE }, "in" may be left out',
  },
  mute: { schema: z.strictObject({ mute: name }), wanted: '{ "mute": SOURCE }' },
  unmute: { schema: z.strictObject({ unmute: name }), wanted: '{ "unmute": SOURCE }' },
  filter: {
    schema: z.strictObject({
      filter: name,
      of: name,
      enabled: z.boolean().optional(),
      settings: z.record(z.string(), z.json()).optional(),
    }).refine(({ enabled, settings }) => enabled !== undefined || settings !== undefined),
    wanted: '{ "filter": NAME, "of": SOURCE, "enabled": true or false, "settings": {} }, one of the two last',
  },
  text: {
    schema: z.strictObject({ text: z.string().max(4000), of: name }),
    wanted: '{ "text": WORDS, "of": SOURCE }',
  },
  transition: {
    schema: z.strictObject({
      transition: name,
      durationMs: z.number().int().min(50).max(20_000).optional(),
    }),
    wanted: '{ "transition": NAME, "durationMs": 50 to 20000 }, durationMs may be left out',
  },
  hotkey: { schema: z.strictObject({ hotkey: name }), wanted: '{ "hotkey": NAME }' },
  record: { schema: z.strictObject({ record: switching }), wanted: '{ "record": "start" or "stop" }' },
  stream: { schema: z.strictObject({ stream: switching }), wanted: '{ "stream": "start" or "stop" }' },
  virtualCamera: {
    schema: z.strictObject({ virtualCamera: switching }),
    wanted: '{ "virtualCamera": "start" or "stop" }',
  },
};

const TRIGGERS: Readonly<Record<string, Form<Trigger>>> = {
  cue: {
    schema: z.strictObject({ cue: cueName }),
    wanted: '{ "cue": NAME }, a letter and at most 31 letters, digits, _ or - behind it, as in a text',
  },
  action: { schema: z.strictObject({ action: name }), wanted: '{ "action": NAME }' },
};

const CAUSES: Readonly<Record<string, Form<Cause>>> = {
  scene: { schema: z.strictObject({ scene: name }), wanted: '{ "scene": NAME }' },
  muted: { schema: z.strictObject({ muted: name }), wanted: '{ "muted": SOURCE }' },
  unmuted: { schema: z.strictObject({ unmuted: name }), wanted: '{ "unmuted": SOURCE }' },
};

const RESPONSES: Readonly<Record<string, Form<Response>>> = {
  say: { schema: z.strictObject({ say: words }), wanted: '{ "say": WORDS }' },
  act: { schema: z.strictObject({ act: name }), wanted: '{ "act": NAME }' },
  avatar: { schema: z.strictObject({ avatar: name }), wanted: '{ "avatar": NAME }' },
};

const RULE_WANTED = '{ "when": ..., "do": [...] }';
const REACTION_WANTED = '{ "on": ..., "do": ... }';

/** `where`: what the line begins with, such as "obs.rules in lipcam.json". Throws InputFault `bad_setting`. */
export function readRules(given: readonly unknown[], where = "obs.rules"): Rule[] {
  return each(given, where, (value, at) => {
    const rule = fields(value, ["when", "do"], at, RULE_WANTED);
    const deeds = rule.do;
    if (!Array.isArray(deeds) || deeds.length === 0 || deeds.length > DEEDS_MAX) {
      throw bad(at(".do"), deeds, `a list of 1 to ${DEEDS_MAX} deeds`);
    }
    return {
      when: one(rule.when, at(".when"), MOMENTS, TRIGGERS),
      do: deeds.map((deed, index) => one<Deed>(deed, at(`.do[${index}]`), [], DEEDS)),
    };
  });
}

/** The same for obs.reactions. */
export function readReactions(given: readonly unknown[], where = "obs.reactions"): Reaction[] {
  return each(given, where, (value, at) => {
    const reaction = fields(value, ["on", "do"], at, REACTION_WANTED);
    return {
      on: one<Cause>(reaction.on, at(".on"), OUTPUT_CAUSES, CAUSES),
      do: one<Response>(reaction.do, at(".do"), PLAIN_RESPONSES, RESPONSES),
    };
  });
}

type At = (rest: string) => string;

function each<T>(given: readonly unknown[], where: string, read: (value: unknown, at: At) => T): T[] {
  const [key, ...file] = where.split(" ");
  if (given.length > LIST_MAX) throw bad(where, `${given.length} entries`, `at most ${LIST_MAX}`);
  return given.map((value, index) => read(value, (rest) => [`${key}[${index}]${rest}`, ...file].join(" ")));
}

function fields(
  value: unknown,
  names: readonly string[],
  at: At,
  wanted: string,
): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw bad(at(""), value, wanted);
  const unknown = Object.keys(value).find((key) => !names.includes(key));
  if (unknown !== undefined) throw unknownWord(at(""), unknown, names, wanted);
  for (const key of names) if (!(key in value)) throw bad(at(""), value, wanted);
  return value as Readonly<Record<string, unknown>>;
}

/** One of some words, or an object whose first known key says which form it has. */
function one<T>(
  value: unknown,
  where: string,
  plain: readonly (T & string)[],
  forms: Readonly<Record<string, Form<T>>>,
): T {
  const wanted = [
    ...plain.map((word) => `"${word}"`),
    ...Object.keys(forms).map((key) => `{ "${key}": ... }`),
  ].join(", ");
  if (typeof value === "string") {
    const found = plain.find((word) => word === value);
    if (found !== undefined) return found;
    throw unknownWord(where, value, plain, `one of ${wanted}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw bad(where, value, `one of ${wanted}`);
  }
  const keys = Object.keys(value);
  const key = keys.find((word) => Object.hasOwn(forms, word));
  if (key === undefined) throw unknownWord(where, keys[0] ?? "", Object.keys(forms), `one of ${wanted}`);
  const form = forms[key]!;
  const parsed = form.schema.safeParse(value);
  if (!parsed.success) throw bad(where, value, form.wanted);
  return parsed.data;
}

function unknownWord(where: string, word: string, known: readonly string[], wanted: string): InputFault {
  const near = nearest(word, known);
  return bad(where, word, near === undefined ? wanted : `"${near}"? or another of ${wanted}`);
}

function bad(where: string, value: unknown, wanted: string): InputFault {
  return new InputFault(`${where} is ${shown(value)}, wanted ${wanted}`, { code: "bad_setting" });
}
