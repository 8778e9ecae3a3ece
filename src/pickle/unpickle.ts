/**
 * Runs through one pickle and answers what it holds.
 *
 * In: bytes, and the names that may be in them. Out: values; a Refusal for everything else. Any thread. Work grows with
 * the bytes and nothing else: each opcode costs at least one, calls are few and what they copy is counted.
 */
import type { ByteReader } from "./byte_reader.ts";
import { CopyAllowance, type KnownNames, knownNames, PLAIN_MAKERS } from "./known_names.ts";
import { NUMPY_MAKERS } from "./numpy_makers.ts";
import { OPCODES, unknownOpcode } from "./opcodes.ts";
import { Refusal, WANTED } from "./refusal.ts";
import { Stack } from "./stack.ts";
import { type PickleValue, provenValue } from "./value.ts";

const STOP = ".".charCodeAt(0);
/** An avatar of half an hour has half as many. */
const OPCODES_MAX = 4_000_000;

export const NAMES: KnownNames = knownNames([...PLAIN_MAKERS, ...NUMPY_MAKERS]);

/** Reads from where `from` stands to the pickle's end. */
export function unpickle(
  from: ByteReader,
  known: KnownNames = NAMES,
  persistent?: (id: unknown) => unknown,
): PickleValue {
  return provenValue(unprovenValue(from, known, persistent));
}

/** What `unpickle` reads, before it is known to be made of values. */
export function unprovenValue(
  from: ByteReader,
  known: KnownNames,
  persistent?: (id: unknown) => unknown,
): unknown {
  if (from.left === 0) throw new Refusal("an empty file, wanted a pickle");
  const stack = new Stack();
  const work = { from, stack, known, persistent, copies: new CopyAllowance(from.bytes.length) };
  for (let done = 0; done < OPCODES_MAX; done++) {
    const code = from.u8();
    if (code === STOP) return stack.pop();
    const act = OPCODES.get(code);
    if (!act) throw unknownOpcode(code, from.at);
    act(work);
  }
  throw new Refusal(`more than ${OPCODES_MAX} opcodes, ${WANTED}`);
}
