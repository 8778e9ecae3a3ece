/**
 * Flags: the sets that several commands share, and the reading of a command line against a command's flags.
 *
 * In: the words after the command's name. Out: typed access to them, or an InputFault that names the flag, what was
 * given and the nearest known one.
 */
import { parseArgs } from "@std/cli";
import type { FlagSetting } from "../app/mod.ts";
import { InputFault } from "../errors/mod.ts";
import { nearest } from "../text/mod.ts";
import type { Flag, FlagValues } from "./command.ts";

/** Every command has these. */
export const COMMON_FLAGS: readonly Flag[] = [
  { name: "config", kind: "text", value: "FILE", doc: "read settings from FILE instead of lipcam.json" },
  { name: "log-level", kind: "text", value: "LEVEL", doc: "debug, info, warn or error", setting: "logLevel" },
  {
    name: "log-file",
    kind: "text",
    value: "FILE",
    doc: "also log to FILE, as JSON lines",
    setting: "logFile",
  },
  { name: "debug", kind: "switch", doc: "same as --log-level debug", setting: "logLevel", means: "debug" },
  { name: "help", kind: "switch", doc: "print this help", short: "h" },
];

export const PICTURE_FLAGS: readonly Flag[] = [
  {
    name: "avatar",
    kind: "text",
    value: "ID",
    doc: "avatar to show: the name of its folder, or such as dicebear:lorelei/Mai",
    setting: "avatar",
  },
  {
    name: "background",
    kind: "text",
    value: "WHAT",
    doc: "behind the avatar: own, transparent, a colour such as #203040, or a picture file",
    setting: "background",
  },
  { name: "framing", kind: "text", value: "WHAT", doc: "bust or head", setting: "framing" },
  {
    name: "expression",
    kind: "text",
    value: "NAME",
    doc: "to begin with: neutral, happy, sad, surprised or thinking",
    setting: "expression",
  },
  {
    name: "engine",
    kind: "text",
    value: "NAME",
    doc: "what moves the lips: auto, musetalk, wav2lip, ultralight, viseme, viseme-fast or loudness",
    setting: "engine",
  },
  { name: "size", kind: "text", value: "WxH", doc: "size of the picture, such as 1280x720", setting: "size" },
  { name: "fps", kind: "text", value: "N", doc: "frames a second: 20, 24, 25, 30, 50 or 60", setting: "fps" },
];

export const VOICE_FLAG: Flag = {
  name: "voice",
  kind: "text",
  value: "V",
  doc: "voice of the speech engine, such as en-us",
  setting: "voice",
};

export const JSON_FLAG: Flag = { name: "json", kind: "switch", doc: "print JSON, for programs" };

export interface CommandLine {
  readonly flags: FlagValues;
  readonly words: readonly string[];
  /** The settings among the flags, in no order. */
  readonly settings: readonly FlagSetting[];
}

const canBeNegated = (flag: Flag) =>
  flag.kind === "switch" &&
  (flag.isNegated === true || (flag.setting !== undefined && flag.means === undefined));

/** The forms of a flag that a person can type. */
export function spellings(flag: Flag): string[] {
  if (flag.isNegated) return [`--no-${flag.name}`];
  const forms = flag.short === undefined ? [`--${flag.name}`] : [`-${flag.short}`, `--${flag.name}`];
  return canBeNegated(flag) ? [...forms, `--no-${flag.name}`] : forms;
}

export function readCommandLine(
  argv: readonly string[],
  flags: readonly Flag[],
  words?: string,
): CommandLine {
  const named = (wanted: (flag: Flag) => boolean) => flags.filter(wanted).map((flag) => flag.name);
  const withShort = flags.filter((flag) => flag.short !== undefined);
  const args = parseArgs(withDashedValues(argv, flags), {
    string: ["_", ...named((flag) => flag.kind !== "switch")],
    boolean: named((flag) => flag.kind === "switch"),
    negatable: named(canBeNegated),
    collect: named((flag) => flag.kind === "list"),
    alias: Object.fromEntries(withShort.map((flag) => [flag.name, flag.short!])),
    default: Object.fromEntries(
      flags.filter(canBeNegated).map((
        flag,
      ) => [flag.name, flag.isNegated && flag.setting === undefined ? true : null]),
    ),
    unknown: (arg, key) => {
      if (key !== undefined) throw unknownFlag(arg, flags);
    },
  });
  const given = args._.map(String);
  if (words === undefined && given.length > 0) {
    throw new InputFault(
      `unexpected ${JSON.stringify(given[0]!.slice(0, 60))}, wanted only flags (see --help)`,
      {
        code: "unexpected_word",
      },
    );
  }
  for (const flag of flags) {
    const values = flag.kind === "list" ? args[flag.name] as string[] : [args[flag.name]];
    if (flag.kind !== "switch" && values.includes("")) throw noValue(flag);
  }
  const settings = flags.flatMap((flag): FlagSetting[] => {
    const value = args[flag.name];
    if (flag.setting === undefined || value === undefined || value === null) return [];
    if (flag.means !== undefined && value !== true) return [];
    const name = value === false ? `--no-${flag.name}` : `--${flag.name}`;
    return [{ name, key: flag.setting, value: flag.means ?? (value as string | boolean) }];
  });
  return { flags: values(args, flags), words: given, settings };
}

function values(args: Readonly<Record<string, unknown>>, flags: readonly Flag[]): FlagValues {
  const valueOf = (name: string, ...kinds: Flag["kind"][]): unknown => {
    const flag = flags.find((one) => one.name === name);
    if (flag === undefined || !kinds.includes(flag.kind)) {
      throw new Error(`the flag --${name} was asked for as ${kinds.join(" or ")}, wanted a declared one`);
    }
    return args[name];
  };
  return {
    isOn: (name) => valueOf(name, "switch") === true,
    isGiven: (name) => {
      const value = valueOf(name, "switch", "text", "list");
      return Array.isArray(value)
        ? value.length > 0
        : value !== undefined && value !== null && value !== false;
    },
    text: (name) => valueOf(name, "text") as string | undefined,
    list: (name) => valueOf(name, "list") as string[],
  };
}

function unknownFlag(arg: string, flags: readonly Flag[]): InputFault {
  const typed = arg.split("=", 1)[0]!.slice(0, 60);
  const near = nearest(typed, flags.flatMap(spellings));
  const hint = near === undefined ? ", see --help" : `, did you mean ${near}?`;
  return new InputFault(`unknown flag ${typed}${hint}`, { code: "unknown_flag" });
}

function noValue(flag: Flag): InputFault {
  return new InputFault(`--${flag.name} has no value, wanted --${flag.name} ${flag.value ?? "VALUE"}`, {
    code: "no_value",
  });
}

/** `--av-offset-ms -40` and `--say "- well"`: one dash that begins no flag of ours begins a value. */
function withDashedValues(argv: readonly string[], flags: readonly Flag[]): string[] {
  const takers = new Set(flags.filter((flag) => flag.kind !== "switch").map((flag) => `--${flag.name}`));
  const known = new Set(flags.flatMap(spellings));
  const joined: string[] = [];
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index]!;
    const next = argv[index + 1];
    if (word === "--") return [...joined, ...argv.slice(index)];
    const isDashed = next !== undefined && /^-(?!-)/.test(next) && !known.has(next);
    if (takers.has(word) && isDashed) {
      joined.push(`${word}=${next}`);
      index++;
    } else joined.push(word);
  }
  return joined;
}
