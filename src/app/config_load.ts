/**
 * Puts the configuration together: flags over environment over file over defaults, and remembers for every setting
 * where its value came from.
 *
 * In: flag texts, environment variables, a JSON file. Out: a trusted Config, or an InputFault whose one line names
 * the setting, where it stands, what was given and what is wanted. Nothing is half-applied.
 */
import { dirname, join, resolve } from "node:path";
import { existsSync, readFileSync } from "node:fs";
import { InputFault } from "../errors/mod.ts";
import { nearest } from "../text/mod.ts";
import {
  type Config,
  ConfigSchema,
  contradiction,
  environmentName,
  type Setting,
  SETTINGS,
} from "./config.ts";
import type { Environment, Folders } from "./folders.ts";
import { readReactions, readRules } from "./obs_rules.ts";
import { bad, fromText, located, shown, type Source, spread } from "./config_text.ts";

export interface LoadedConfig {
  readonly config: Config;
  /** For every key of SETTINGS. */
  readonly sources: ReadonlyMap<string, Source>;
  /** The configuration file that was read. */
  readonly file: string | undefined;
  /** Lines worth a warning: an environment variable that looks like a setting and is none. */
  readonly warnings: readonly string[];
}

/** A setting given by a flag. */
export interface FlagSetting {
  /** "--camera-format", as typed. */
  readonly name: string;
  readonly key: string;
  readonly value: string | boolean;
}

export interface LoadOptions {
  readonly flags: readonly FlagSetting[];
  readonly environment: Environment;
  readonly folders: Folders;
  /** Of `--config`; it must exist. LIPCAM_CONFIG means the same. */
  readonly file?: string | undefined;
}

interface Given {
  readonly value: unknown;
  readonly source: Source;
}

export function loadConfig(options: LoadOptions): LoadedConfig {
  const given = new Map<string, Given>();
  const file = findFile(options);
  if (file !== undefined) readFile(file, given);
  const warnings = readEnvironment(options, given);
  for (const flag of options.flags) {
    const source: Source = { kind: "flag", name: flag.name };
    for (const [key, value] of spread(flag.key, flag.value, source)) {
      given.set(key, { value: fromText(settingOf(key), value, source, options.folders.working), source });
    }
  }
  const config = check(given);
  const byDefault: Source = { kind: "default", name: "default" };
  const sources = new Map(SETTINGS.map(({ key }) => [key, given.get(key)?.source ?? byDefault]));
  return { config, sources, file, warnings };
}

/** The value at "tts.engine". */
export function valueAt(config: Config, key: string): unknown {
  return key.split(".").reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], config);
}

function settingOf(key: string): Setting {
  return SETTINGS.find((setting) => setting.key === key)!;
}

function findFile({ file, environment, folders }: LoadOptions): string | undefined {
  const wanted = file ?? environment["LIPCAM_CONFIG"];
  if (wanted !== undefined && wanted !== "") {
    const path = resolve(folders.working, wanted);
    if (!existsSync(path)) {
      throw new InputFault(`configuration file ${path} does not exist, wanted a JSON file`, {
        code: "no_config",
      });
    }
    return path;
  }
  return [folders.working, folders.config].map((folder) => join(folder, "lipcam.json")).find(existsSync);
}

function readFile(path: string, given: Map<string, Given>): void {
  let data: unknown;
  try {
    data = JSON.parse(readFileSync(path, "utf8").replace(/^\uFEFF/, ""));
  } catch (error) {
    const says = error instanceof Error ? error.message : String(error);
    throw new InputFault(`reading the configuration file ${path} failed: ${says}, wanted JSON`, {
      code: "bad_config",
      cause: error,
    });
  }
  const source: Source = { kind: "file", name: path };
  const walk = (at: unknown, prefix: string) => {
    if (typeof at !== "object" || at === null || Array.isArray(at)) {
      const what = prefix === "" ? `configuration file ${path}` : `${prefix.slice(0, -1)} in ${path}`;
      throw new InputFault(`${what} is ${shown(at)}, wanted an object`, { code: "bad_config" });
    }
    for (const [name, value] of Object.entries(at)) {
      const key = prefix + name;
      const setting = SETTINGS.find((one) => one.key === key);
      if (setting !== undefined) {
        given.set(key, { value: located(setting, value, dirname(path)), source });
      } else if (SETTINGS.some((one) => one.key.startsWith(`${key}.`))) walk(value, `${key}.`);
      else if (key !== "$schema") throw unknownKey(key, path);
    }
  };
  walk(data, "");
}

function unknownKey(key: string, path: string): InputFault {
  const near = nearest(key, SETTINGS.map((setting) => setting.key));
  const hint = near === undefined ? "" : `, did you mean ${near}?`;
  return new InputFault(`unknown setting ${shown(key)} in ${path}${hint}`, { code: "unknown_setting" });
}

/** Variables of ours that are no settings: read by the command line, by src/camera in tests, a secret. */
const NO_SETTINGS = new Set(["LIPCAM_CONFIG", "LIPCAM_LIBC", "LIPCAM_OBS_PASSWORD"]);

function readEnvironment({ environment, folders }: LoadOptions, given: Map<string, Given>): string[] {
  const names = new Map(SETTINGS.map((setting) => [environmentName(setting.key), setting.key]));
  names.set("LIPCAM_SIZE", "size");
  const warnings: string[] = [];
  // LIPCAM_SIZE first, so that LIPCAM_WIDTH, being more exact, wins.
  const sorted = Object.entries(environment).sort(([one], [other]) =>
    Number(other === "LIPCAM_SIZE") - Number(one === "LIPCAM_SIZE")
  );
  for (const [name, value] of sorted) {
    if (!name.startsWith("LIPCAM_") || value === "") continue; // empty means not set, as shells have it
    const key = names.get(name);
    if (key === undefined) {
      if (NO_SETTINGS.has(name)) continue;
      const near = nearest(name, [...names.keys()], 2);
      if (near !== undefined) warnings.push(`the variable ${name} is not a setting, did you mean ${near}?`);
      continue;
    }
    const source: Source = { kind: "environment", name };
    for (const [each, text] of spread(key, value, source)) {
      given.set(each, { value: fromText(settingOf(each), text, source, folders.working), source });
    }
  }
  return warnings;
}

function check(given: ReadonlyMap<string, Given>): Config {
  const data: Record<string, unknown> = {};
  for (const [key, { value }] of given) {
    const names = key.split(".");
    const last = names.pop()!;
    let at = data;
    for (const name of names) at = (at[name] ??= {}) as Record<string, unknown>;
    at[last] = value;
  }
  const result = ConfigSchema.safeParse(data);
  if (!result.success) {
    const path = result.error.issues[0]!.path;
    const setting = SETTINGS.find(({ key }) => `${path.join(".")}.`.startsWith(`${key}.`));
    if (setting === undefined) {
      throw new Error(`the schema refused ${path.join(".")}`, { cause: result.error });
    }
    const { value, source } = given.get(setting.key)!;
    throw bad(setting, value, source);
  }
  readRules(result.data.obs.rules, where("obs.rules", given));
  readReactions(result.data.obs.reactions, where("obs.reactions", given));
  const clash = contradiction(result.data);
  if (clash !== undefined) throw new InputFault(`${clash.key} is ${clash.says}`, { code: "bad_setting" });
  return freeze(result.data);
}

function where(key: string, given: ReadonlyMap<string, Given>): string {
  const source = given.get(key)?.source;
  return source?.kind === "file" ? `${key} in ${source.name}` : key;
}

function freeze<T extends object>(value: T): T {
  for (const inner of Object.values(value)) if (typeof inner === "object" && inner !== null) freeze(inner);
  return Object.freeze(value);
}
