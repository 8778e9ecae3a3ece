/**
 * The few names that a pickle may use, and what is made of each: nothing of it runs anything.
 *
 * A pickle asks for a function by module and name and calls it with arguments; here a name leads to a Maker of ours, or
 * to a Refusal that says the name. Pure.
 */
import { latin1Bytes } from "./text.ts";
import { quoted, Refusal, WANTED } from "./refusal.ts";

/** How many bytes may still be copied: a short pickle could ask for the same long string over and over. */
export class CopyAllowance {
  #left: number;

  constructor(bytes: number) {
    this.#left = bytes;
  }

  take(bytes: number): void {
    this.#left -= bytes;
    if (this.#left < 0) {
      throw new Refusal("more bytes are made of strings than it holds, wanted what Python writes");
    }
  }
}

type Make = (args: readonly unknown[], copies: CopyAllowance) => unknown;

/** What lies on the stack for a name. */
export class Maker {
  readonly name: string;
  readonly make: Make;

  /** `make` throws a Refusal for arguments that it does not know. */
  constructor(name: string, make: Make) {
    this.name = name;
    this.make = make;
  }
}

/** A thing that a pickle makes first and says the rest of later. */
export interface Unfinished {
  finish(state: unknown, copies: CopyAllowance): void;
}

export type KnownNames = ReadonlyMap<string, Maker>;

export function knownNames(makers: readonly Maker[]): KnownNames {
  return new Map(makers.map((maker) => [maker.name, maker]));
}

export function makerOf(known: KnownNames, module: string, name: string): Maker {
  const whole = `${module}.${name}`;
  const maker = known.get(whole);
  if (!maker) throw new Refusal(`pickle names ${quoted(whole)}, which is not read, ${WANTED}`);
  return maker;
}

/** For makers: arguments that are not what Python writes. */
export function badArguments(name: string): Refusal {
  return new Refusal(`${name} with arguments that are not read, wanted what Python writes`);
}

/** How bytes are written before protocol 3, and ordered dicts. */
export const PLAIN_MAKERS: readonly Maker[] = [
  new Maker("_codecs.encode", ([text, code], copies) => {
    if (typeof text !== "string" || (code !== "latin1" && code !== "latin-1")) {
      throw badArguments("_codecs.encode");
    }
    copies.take(text.length);
    return latin1Bytes(text);
  }),
  ...["builtins.bytes", "__builtin__.bytes"].map((name) =>
    new Maker(name, (args) => {
      if (args.length > 0) throw badArguments(name);
      return new Uint8Array(0);
    })
  ),
  new Maker("collections.OrderedDict", (args) => {
    if (args.length > 0) throw badArguments("collections.OrderedDict");
    return new Map();
  }),
];
