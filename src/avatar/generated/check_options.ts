/**
 * Checks a character's options against what its style says of itself, so that a mistyped name is a clear fault and
 * nothing unknown reaches the library. In: names and values from avatar.json. Out: options, or InputFault.
 */
import { nearest } from "../../text/mod.ts";
import { badAvatar } from "../folder.ts";
import type { AnyStyle, StyleOptions } from "./character.ts";
import type { GeneratedManifest } from "./manifest.ts";

const COLOUR = /^([0-9a-f]{6}|transparent)$/i;
/** Names for a message, at most. */
const NAMED_MAX = 12;

interface Property {
  readonly type?: string;
  readonly items?: { readonly enum?: readonly string[]; readonly pattern?: string };
}

/** `what` begins the message. Throws InputFault `bad_avatar`. */
export function checkOptions(
  style: AnyStyle,
  options: GeneratedManifest["options"],
  what: string,
): StyleOptions {
  const properties = new Map(Object.entries((style.schema?.properties ?? {}) as Record<string, Property>));
  for (const [name, value] of Object.entries(options)) {
    const property = properties.get(name);
    if (!property) {
      throw badAvatar(`${what}: option "${name}" is not known, wanted ${oneOf(name, properties.keys())}`);
    }
    if (typeof value === "number") {
      if (property.type !== "integer") {
        throw badAvatar(`${what}: option "${name}" is ${value}, wanted a list of names`);
      }
      continue;
    }
    if (property.type !== "array") {
      throw badAvatar(`${what}: option "${name}" is a list, wanted a probability of 0 to 100`);
    }
    const known = property.items?.enum;
    for (const item of value) {
      if (known ? known.includes(item) : COLOUR.test(item)) continue;
      const wanted = known ? oneOf(item, known) : "a colour like 8899aa";
      throw badAvatar(`${what}: option "${name}" has "${item}", wanted ${wanted}`);
    }
  }
  return options;
}

/** The nearest name, or the first few. */
export function oneOf(typed: string, known: Iterable<string>): string {
  const names = [...known];
  const near = nearest(typed, names);
  if (near !== undefined) return `"${near}"`;
  const more = names.length > NAMED_MAX ? " and others" : "";
  return `one of ${names.slice(0, NAMED_MAX).join(", ")}${more}`;
}
