/**
 * The part of @std/cli that we use, parseArgs, for machines that cannot reach JSR. With JSR, one line of deno.json's
 * imports replaces this file. Same calls and same answers, save that the answer's type is a plain record.
 */

type Names = string | readonly string[];

export interface ParseOptions {
  /** Flags without a value; `true` makes every double-dash flag without "=" one. */
  readonly boolean?: boolean | Names;
  /** Flags whose value is never turned into a number; "_" means the words without a flag. */
  readonly string?: Names;
  /** Flags that gather every value into an array. */
  readonly collect?: Names;
  /** Flags that `--no-NAME` turns off. */
  readonly negatable?: Names;
  readonly default?: Readonly<Record<string, unknown>>;
  readonly alias?: Readonly<Record<string, Names>>;
  /** Everything after the first word is left alone. */
  readonly stopEarly?: boolean;
  /** What follows "--" goes to "--" instead of "_". */
  readonly "--"?: boolean;
  /** Asked about everything not declared; `false` leaves it out. */
  readonly unknown?: (arg: string, key?: string, value?: unknown) => unknown;
}

export interface Args {
  _: (string | number)[];
  "--"?: string[];
  [name: string]: unknown;
}

export function parseArgs(args: readonly string[], options: ParseOptions = {}): Args {
  const aliases = new Map<string, string[]>();
  for (const [name, others] of Object.entries(options.alias ?? {})) {
    const group = [name, ...list(others)];
    for (const one of group) aliases.set(one, group.filter((other) => other !== one));
  }
  const withAliases = (names: Names | undefined) =>
    new Set(list(names).flatMap((name) => [name, ...(aliases.get(name) ?? [])]));
  const areAllBoolean = options.boolean === true;
  const booleans = withAliases(typeof options.boolean === "boolean" ? [] : options.boolean);
  const strings = withAliases(options.string);
  const collected = withAliases(options.collect);
  const negatable = withAliases(options.negatable);
  const isKnown = (key: string) =>
    booleans.has(key) || strings.has(key) || collected.has(key) || negatable.has(key) || aliases.has(key);

  const result: Args = { _: [] };
  const put = (key: string, value: unknown) => {
    for (const name of [key, ...(aliases.get(key) ?? [])]) {
      if (!collected.has(name)) result[name] = value;
      else {(Object.hasOwn(result, name) ? result[name] as unknown[] : result[name] = [] as unknown[]).push(
          value,
        );}
    }
  };
  const take = (key: string, value: unknown, arg: string) => {
    if (!isKnown(key) && options.unknown !== undefined && options.unknown(arg, key, value) === false) return;
    put(key, typeof value === "string" && !strings.has(key) && isNumber(value) ? Number(value) : value);
  };
  const isSwitch = (key: string) => booleans.has(key) || (areAllBoolean && !strings.has(key));
  const bare = (key: string) => strings.has(key) ? "" : true;

  const end = args.indexOf("--");
  const rest = end < 0 ? [] : args.slice(end + 1);
  const flags = end < 0 ? args : args.slice(0, end);
  for (let index = 0; index < flags.length; index++) {
    const arg = flags[index]!;
    const next = flags[index + 1];
    /** The value after a flag, if there is one; takes it. */
    const valueOf = (key: string): unknown => {
      if (isSwitch(key)) {
        if (next !== "true" && next !== "false") return true;
        index++;
        return next === "true";
      }
      if (next === undefined || next.startsWith("-")) return bare(key);
      index++;
      return next;
    };
    const withEquals = /^--([^=]+)=(.*)$/s.exec(arg);
    if (withEquals !== null) {
      const [, key, value] = withEquals as unknown as [string, string, string];
      take(key, booleans.has(key) ? value !== "false" : value, arg);
    } else if (arg.startsWith("--no-") && negatable.has(arg.slice(5))) take(arg.slice(5), false, arg);
    else if (arg.startsWith("--") && arg.length > 2) take(arg.slice(2), valueOf(arg.slice(2)), arg);
    else if (/^-[^-]/.test(arg) && !isNumber(arg)) {
      const letters = arg.slice(1);
      for (let at = 0; at < letters.length; at++) {
        const key = letters[at]!;
        const after = letters.slice(at + 1);
        if (after === "") take(key, valueOf(key), arg);
        else if (after.startsWith("=") || (!isSwitch(key) && (strings.has(key) || isNumber(after)))) {
          take(key, after.replace(/^=/, ""), arg);
          break;
        } else take(key, bare(key), arg);
      }
    } else {
      if (options.unknown === undefined || options.unknown(arg) !== false) {
        result._.push(strings.has("_") || !isNumber(arg) ? arg : Number(arg));
      }
      if (options.stopEarly) {
        result._.push(...flags.slice(index + 1));
        break;
      }
    }
  }
  if (options["--"]) result["--"] = rest;
  else result._.push(...rest);
  for (const [key, value] of Object.entries(options.default ?? {})) {
    if (!Object.hasOwn(result, key)) {
      for (const name of [key, ...(aliases.get(key) ?? [])]) result[name] = value;
    }
  }
  for (const key of booleans) if (!Object.hasOwn(result, key) && !collected.has(key)) result[key] = false;
  for (const key of collected) if (!Object.hasOwn(result, key)) result[key] = [];
  return result;
}

function list(names: Names | undefined): readonly string[] {
  return names === undefined ? [] : typeof names === "string" ? [names] : names;
}

function isNumber(text: string): boolean {
  return /^0x[0-9a-f]+$/i.test(text) || /^[-+]?(?:\d+(?:\.\d*)?|\.\d+)(e[-+]?\d+)?$/i.test(text);
}
