/**
 * The opcodes of pickle protocols 0 to 5: what each does to the stack, and the names of those that are not read.
 *
 * In: a work place with the bytes, the stack and the known names. Out: the stack changed, or a Refusal. Pure but for that.
 * Sources of fact: CPython's pickletools, which lists every opcode with its arguments.
 */
import type { ByteReader } from "./byte_reader.ts";
import { type CopyAllowance, type KnownNames, Maker, makerOf, type Unfinished } from "./known_names.ts";
import { quoted, Refusal, WANTED } from "./refusal.ts";
import type { Stack } from "./stack.ts";
import * as text from "./text.ts";

export interface Work {
  readonly from: ByteReader;
  readonly stack: Stack;
  readonly known: KnownNames;
  readonly copies: CopyAllowance;
  /** What a persistent id stands for; without it such ids are refused. */
  readonly persistent: ((id: unknown) => unknown) | undefined;
}

const PROTOCOL_MAX = 5;

export const OPCODES: ReadonlyMap<number, (work: Work) => void> = byCode({
  // Values.
  "N": ({ stack }) => stack.push(null),
  "\x88": ({ stack }) => stack.push(true),
  "\x89": ({ stack }) => stack.push(false),
  "I": ({ stack, from }) => stack.push(whole(from.line())),
  "L": ({ stack, from }) => stack.push(text.wholeText(from.line())),
  "F": ({ stack, from }) => stack.push(text.floatText(from.line())),
  "J": ({ stack, from }) => stack.push(from.i32()),
  "K": ({ stack, from }) => stack.push(from.u8()),
  "M": ({ stack, from }) => stack.push(from.u16()),
  "G": ({ stack, from }) => stack.push(from.f64()),
  "\x8a": ({ stack, from }) => stack.push(text.wholeBytes(from.take(from.u8()))),
  "\x8b": ({ stack, from }) => stack.push(text.wholeBytes(from.take(from.u32()))),
  "V": ({ stack, from }) => stack.push(text.escapedUnicode(from.line())),
  "X": ({ stack, from }) => stack.push(text.utf8Text(from.take(from.u32()))),
  "\x8c": ({ stack, from }) => stack.push(text.utf8Text(from.take(from.u8()))),
  "\x8d": ({ stack, from }) => stack.push(text.utf8Text(from.take(from.u64()))),
  "S": ({ stack, from }) => stack.push(text.quotedString(from.line())),
  "T": ({ stack, from }) => stack.push(text.latin1Text(from.take(from.u32()))),
  "U": ({ stack, from }) => stack.push(text.latin1Text(from.take(from.u8()))),
  "B": ({ stack, from }) => stack.push(from.take(from.u32())),
  "C": ({ stack, from }) => stack.push(from.take(from.u8())),
  "\x8e": ({ stack, from }) => stack.push(from.take(from.u64())),
  "\x96": ({ stack, from }) => stack.push(from.take(from.u64())),
  // Lists, tuples, dicts. A tuple is a frozen array.
  "(": ({ stack }) => stack.mark(),
  "]": ({ stack }) => stack.push([]),
  "l": ({ stack }) => stack.push(stack.popToMark()),
  "a": ({ stack }) => {
    const item = stack.pop();
    listOf(stack.top).push(item);
  },
  "e": ({ stack }) => {
    const items = stack.popToMark();
    const list = listOf(stack.top);
    for (const item of items) list.push(item);
  },
  ")": ({ stack }) => stack.push(Object.freeze([])),
  "t": ({ stack }) => stack.push(Object.freeze(stack.popToMark())),
  "\x85": ({ stack }) => tuple(stack, 1),
  "\x86": ({ stack }) => tuple(stack, 2),
  "\x87": ({ stack }) => tuple(stack, 3),
  "}": ({ stack }) => stack.push(new Map()),
  "d": ({ stack }) => stack.push(paired(new Map(), stack.popToMark())),
  "s": ({ stack }) => {
    const value = stack.pop();
    const key = stack.pop();
    mapOf(stack.top).set(key, value);
  },
  "u": ({ stack }) => {
    const items = stack.popToMark();
    paired(mapOf(stack.top), items);
  },
  // The stack and the memo.
  "0": ({ stack }) => void (stack.isMarkOnTop ? stack.popToMark() : stack.pop()),
  "1": ({ stack }) => void stack.popToMark(),
  "2": ({ stack }) => stack.push(stack.top),
  "p": ({ stack, from }) => stack.keep(count(from.line())),
  "q": ({ stack, from }) => stack.keep(from.u8()),
  "r": ({ stack, from }) => stack.keep(from.u32()),
  "\x94": ({ stack }) => stack.keep(),
  "g": ({ stack, from }) => stack.push(stack.kept(count(from.line()))),
  "h": ({ stack, from }) => stack.push(stack.kept(from.u8())),
  "j": ({ stack, from }) => stack.push(stack.kept(from.u32())),
  // Names and what is made by them.
  "c": ({ stack, from, known }) => {
    const module = text.utf8Text(from.line());
    stack.push(makerOf(known, module, text.utf8Text(from.line())));
  },
  "\x93": ({ stack, known }) => {
    const name = stack.pop();
    const module = stack.pop();
    if (typeof name !== "string" || typeof module !== "string") {
      throw new Refusal("a name that is no text, wanted a whole pickle");
    }
    stack.push(makerOf(known, module, name));
  },
  "R": ({ stack, copies }) => {
    const args = stack.pop();
    const maker = stack.pop();
    if (!(maker instanceof Maker) || !Array.isArray(args)) {
      throw new Refusal(`pickle calls what is no known name, ${WANTED}`);
    }
    stack.push(maker.make(args, copies));
  },
  "b": ({ stack, copies }) => {
    const state = stack.pop();
    const target = stack.top;
    if (isUnfinished(target)) target.finish(state, copies);
    // An ordered dict's own fields say nothing of its entries.
    else if (!(target instanceof Map)) {
      throw new Refusal(`pickle sets the state of what has none, ${WANTED}`);
    }
  },
  "Q": ({ stack, persistent }) => {
    if (!persistent) throw notRead("BINPERSID");
    stack.push(persistent(stack.pop()));
  },
  // About the file.
  "\x80": ({ from }) => {
    const protocol = from.u8();
    if (protocol > PROTOCOL_MAX) {
      throw new Refusal(`pickle protocol ${protocol}, wanted 0 to ${PROTOCOL_MAX}`);
    }
  },
  "\x95": ({ from }) => {
    const bytes = from.u64();
    if (bytes > from.left) {
      throw new Refusal(`a frame of ${bytes} bytes where ${from.left} are left, wanted a whole file`);
    }
  },
});

/** What is in the language of pickles and not read here. */
const NOT_READ = new Map(Object.entries({
  ...{ "P": "PERSID", "i": "INST", "o": "OBJ", "\x81": "NEWOBJ", "\x92": "NEWOBJ_EX", "\x82": "EXT1" },
  ...{ "\x83": "EXT2", "\x84": "EXT4", "\x8f": "EMPTY_SET", "\x90": "ADDITEMS", "\x91": "FROZENSET" },
  ...{ "\x97": "NEXT_BUFFER", "\x98": "READONLY_BUFFER" },
}));

/** For a code that OPCODES does not have, met just before `at`. */
export function unknownOpcode(code: number, at: number): Refusal {
  const name = NOT_READ.get(String.fromCharCode(code));
  if (name) return notRead(name);
  return new Refusal(
    `byte ${code} at ${at - 1} is no pickle opcode, wanted a pickle of protocol 0 to ${PROTOCOL_MAX}`,
  );
}

function notRead(name: string): Refusal {
  return new Refusal(`pickle uses ${name}, which is not read, ${WANTED}`);
}

function byCode(actions: Readonly<Record<string, (work: Work) => void>>) {
  return new Map(Object.entries(actions).map(([letter, action]) => [letter.charCodeAt(0), action]));
}

/** Protocol 0 and 1 write False and True as 00 and 01. */
function whole(line: Uint8Array): number | bigint | boolean {
  const isTwo = line.length === 2 && line[0] === 48;
  if (isTwo && (line[1] === 48 || line[1] === 49)) return line[1] === 49;
  return text.wholeText(line);
}

/** A number in the memo. */
function count(line: Uint8Array): number {
  const value = text.wholeText(line);
  if (typeof value !== "number" || value < 0) {
    throw new Refusal(`a place ${quoted(String(value))} in the memo, wanted a number from 0`);
  }
  return value;
}

function tuple(stack: Stack, length: number): void {
  const items: unknown[] = [];
  for (let at = 0; at < length; at++) items.unshift(stack.pop());
  stack.push(Object.freeze(items));
}

function listOf(target: unknown): unknown[] {
  if (Array.isArray(target) && !Object.isFrozen(target)) return target;
  throw new Refusal("appends to what is no list, wanted a whole pickle");
}

function mapOf(target: unknown): Map<unknown, unknown> {
  if (target instanceof Map) return target;
  throw new Refusal("sets an entry of what is no dict, wanted a whole pickle");
}

function paired(map: Map<unknown, unknown>, items: readonly unknown[]): Map<unknown, unknown> {
  if (items.length % 2 !== 0) throw new Refusal("a dict with a key and no value, wanted a whole pickle");
  for (let at = 0; at < items.length; at += 2) map.set(items[at], items[at + 1]);
  return map;
}

function isUnfinished(target: unknown): target is Unfinished {
  return typeof target === "object" && target !== null && "finish" in target;
}
