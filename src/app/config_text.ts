/**
 * What a text on the command line or in the environment stands for, and the one line that refuses a bad value.
 *
 * In: a setting, a text or a value, and where it stands. Out: a value of the setting's kind, or an InputFault that
 * names where, what was given and what is wanted.
 */
import { delimiter, isAbsolute, resolve } from "node:path";
import { InputFault } from "../errors/mod.ts";
import type { Setting } from "./config.ts";

export interface Source {
  readonly kind: "flag" | "environment" | "file" | "default";
  /** "--fps", "LIPCAM_FPS", the file's path, "default". */
  readonly name: string;
}

/** "size" is width and height in one word. */
export function spread(key: string, value: string | boolean, source: Source): [string, string | boolean][] {
  if (key !== "size") return [[key, value]];
  const [, width, height] = /^(\d+)x(\d+)$/i.exec(String(value)) ?? [];
  const isSide = (text: string | undefined) =>
    text !== undefined && +text >= 64 && +text <= 4096 && +text % 2 === 0;
  if (!isSide(width) || !isSide(height)) {
    throw new InputFault(
      `${source.name} is ${
        shown(value)
      }, wanted WIDTHxHEIGHT, both even and from 64 to 4096, such as 1280x720`,
      { code: "bad_size" },
    );
  }
  return [["width", width!], ["height", height!]];
}

/** The value that a flag or a variable's text stands for. */
export function fromText(setting: Setting, value: string | boolean, source: Source, folder: string): unknown {
  if (typeof value === "boolean" || setting.kind === "text") return located(setting, value, folder);
  const refuse = () => bad(setting, value, source);
  switch (setting.kind) {
    case "number": {
      if (!/^[-+]?\d+(\.\d+)?$/.test(value.trim())) throw refuse();
      return Number(value);
    }
    case "switch": {
      const known = {
        true: true,
        false: false,
        1: true,
        0: false,
        yes: true,
        no: false,
        on: true,
        off: false,
      };
      const found = (known as Record<string, boolean>)[value.trim().toLowerCase()];
      if (found === undefined) throw refuse();
      return found;
    }
    case "list": {
      if (!value.trimStart().startsWith("[")) {
        return located(setting, value.split(delimiter).filter(Boolean), folder);
      }
      try {
        return located(setting, JSON.parse(value), folder);
      } catch {
        throw refuse(); // the line names the text and what is wanted; JSON's own complaint says less
      }
    }
  }
}

/** Paths made absolute from the folder they were written for; everything else as it is. */
export function located(setting: Setting, value: unknown, folder: string): unknown {
  if (!setting.isPath) return value;
  const words = setting.words === undefined ? undefined : new RegExp(setting.words);
  const isPlain = (path: string) => path === "" || isAbsolute(path) || words?.test(path) === true;
  const absolute = (path: unknown) =>
    typeof path === "string" && !isPlain(path) ? resolve(folder, path) : path;
  return Array.isArray(value) ? value.map(absolute) : absolute(value);
}

export function bad(setting: Setting, value: unknown, source: Source): InputFault {
  const where = source.kind === "file" ? `${setting.key} in ${source.name}` : source.name;
  const code = setting.key === "fps"
    ? "bad_fps"
    : setting.key === "width" || setting.key === "height"
    ? "bad_size"
    : "bad_setting";
  return new InputFault(`${where} is ${shown(value)}, wanted ${setting.wanted}`, { code });
}

/** What was given, short enough for a line and without control characters. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= 80 ? text : `${text.slice(0, 77)}...`;
}
