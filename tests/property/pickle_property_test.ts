/** The pickle reader on damaged and random files: whatever comes, values or an InputFault, soon. */
import { assert } from "@std/assert";
import fc from "fast-check";
import { InputFault } from "../../src/errors/mod.ts";
import { NdArray, type PickleValue, readPickle, readTorchFile } from "../../src/pickle/mod.ts";

const GOLDEN = decodeURIComponent(new URL("../golden/pickle/", import.meta.url).pathname);
const REGRESS = decodeURIComponent(new URL("../regress/", import.meta.url).pathname);
const files = (folder: string, is: (name: string) => boolean) =>
  [...Deno.readDirSync(folder)].map(({ name }) => name).filter(is).toSorted()
    .map((name) => ({ name, bytes: Deno.readFileSync(folder + name) }));
const PICKLES = files(GOLDEN, (name) => name.endsWith(".pkl"));
const TORCH = [
  ...files(GOLDEN, (name) => name.endsWith(".pt")),
  ...files(REGRESS, (name) => name.startsWith("pickle_zip")),
];
const RUNS = 400;
/** Of one file; a slow machine needs 5. */
const MS_MAX = 1000;

/** Reads, decodes every number that is in it, and answers whether that ended in values. */
function tryToRead(read: () => PickleValue): boolean {
  const beganMs = performance.now();
  try {
    decodeAll(read(), new Set());
    return true;
  } catch (error) {
    if (!(error instanceof InputFault) || error.code !== "bad_pickle") throw error;
    assert(error.message.length < 400 && !/[^\x20-\x7e]/.test(error.message), error.message);
    return false;
  } finally {
    assert(performance.now() - beganMs < MS_MAX, "took too long");
  }
}

function decodeAll(value: PickleValue, seen: Set<unknown>): void {
  if (seen.has(value)) return;
  seen.add(value);
  if (value instanceof NdArray) assert(value.numbers().length === value.length);
  else if (value instanceof Map) { for (const pair of value) for (const one of pair) decodeAll(one, seen); }
  else if (Array.isArray(value)) { for (const one of value) decodeAll(one, seen); }
}

const damage = (most: number) =>
  fc.array(fc.record({ at: fc.nat(), byte: fc.integer({ min: 0, max: 255 }) }), {
    minLength: 1,
    maxLength: most,
  });

function damaged(bytes: Uint8Array, hits: readonly { at: number; byte: number }[]): Uint8Array {
  const copy = bytes.slice();
  for (const { at, byte } of hits) copy[at % copy.length] = byte;
  return copy;
}

Deno.test("readPickle: a damaged pickle ends in values or an InputFault", () => {
  let good = 0;
  fc.assert(
    fc.property(fc.constantFrom(...PICKLES), damage(8), ({ bytes }, hits) => {
      if (tryToRead(() => readPickle(damaged(bytes, hits), "damaged.pkl"))) good++;
    }),
    { numRuns: RUNS },
  );
  assert(good < RUNS, "damage must be noticed sometimes, or nothing was damaged");
});

Deno.test("readTorchFile: a damaged file ends in values or an InputFault", () => {
  fc.assert(
    fc.property(fc.constantFrom(...TORCH), damage(8), ({ bytes }, hits) => {
      tryToRead(() => readTorchFile(damaged(bytes, hits), "damaged.pt"));
    }),
    { numRuns: RUNS },
  );
});

Deno.test("readPickle: a pickle cut off anywhere is an InputFault", () => {
  fc.assert(
    fc.property(fc.constantFrom(...PICKLES), fc.nat(), ({ bytes }, cut) => {
      assert(!tryToRead(() => readPickle(bytes.subarray(0, cut % bytes.length), "cut.pkl")));
    }),
    { numRuns: RUNS },
  );
});

Deno.test("readTorchFile: a file cut off anywhere is an InputFault", () => {
  fc.assert(
    fc.property(fc.constantFrom(...TORCH), fc.nat(), ({ bytes }, cut) => {
      assert(!tryToRead(() => readTorchFile(bytes.subarray(0, cut % bytes.length), "cut.pt")));
    }),
    { numRuns: RUNS },
  );
});

Deno.test("readPickle and readTorchFile: random bytes and random opcodes end in values or an InputFault", () => {
  const codes = fc.constantFrom(
    ...Array.from("N\x88\x89KMJ]()}taeuds\x85\x86\x87lqhr\x94\x8c\x93Rb0122222QCB."),
  );
  const opcodes = fc.array(fc.oneof(codes, codes, fc.string({ maxLength: 2 })), { maxLength: 120 })
    .map((parts) => Uint8Array.from(parts.join(""), (c) => c.charCodeAt(0) & 255));
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), opcodes), (bytes) => {
      tryToRead(() => readPickle(bytes, "random.pkl"));
      tryToRead(() => readTorchFile(bytes, "random.pt"));
    }),
    { numRuns: RUNS },
  );
});

Deno.test("readPickle: the work grows with the file, also where it is made to be slow", () => {
  const text = (bytes: Uint8Array[]) => new Uint8Array(bytes.flatMap((one) => [...one]));
  const repeat = (count: number, ...codes: number[]) =>
    Uint8Array.from({ length: count * codes.length }, (_, at) => codes[at % codes.length]!);
  const slow = [
    // Empty lists, dicts and tuples, and values that are taken twice, until the limits end it.
    repeat(400_000, 0x5d),
    repeat(400_000, 0x7d),
    text([Uint8Array.of(0x5d), repeat(200_000, 0x32, 0x30)]),
    // One list that grows by one mark after another.
    text([Uint8Array.of(0x5d), repeat(100_000, 0x28, 0x4e, 0x65)]),
    // Every value kept.
    text([Uint8Array.of(0x4e), repeat(400_000, 0x94)]),
  ];
  for (const bytes of slow) tryToRead(() => readPickle(bytes, "slow.pkl"));
});
