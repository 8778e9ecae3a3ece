/** The pickle reader against real pickles (tests/golden/pickle) and against what hostile ones try (tests/regress). */
import { assert, assertAlmostEquals, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { InputFault } from "../../src/errors/mod.ts";
import { NdArray, type PickleValue, readPickle, readTorchFile } from "../../src/pickle/mod.ts";

const TESTS = decodeURIComponent(new URL("..", import.meta.url).pathname);
const golden = (name: string) => Deno.readFileSync(`${TESTS}golden/pickle/${name}`);
const regress = (name: string) => Deno.readFileSync(`${TESTS}regress/${name}`);

/** A pickle out of text and numbers. */
function bytesOf(...parts: (string | number | Uint8Array)[]): Uint8Array {
  return Uint8Array.from(
    parts.flatMap((part) =>
      typeof part === "number"
        ? [part]
        : typeof part === "string"
        ? Array.from(part, (c) => c.charCodeAt(0))
        : [...part]
    ),
  );
}

function entry(value: PickleValue, key: string): PickleValue {
  assert(value instanceof Map);
  assert(value.has(key), key);
  return value.get(key)!;
}

function array(value: PickleValue, key: string): NdArray {
  const found = entry(value, key);
  assert(found instanceof NdArray, key);
  return found;
}

/** The one line that a file is refused with. */
function refusal(read: () => unknown): string {
  const fault = assertThrows(read, InputFault);
  assertEquals(fault.code, "bad_pickle");
  assert(!/[\n\r]/.test(fault.message));
  return fault.message;
}

for (const protocol of [0, 1, 2, 3, 4, 5]) {
  Deno.test(`readPickle: plain values of protocol ${protocol} as Python wrote them`, () => {
    const value = readPickle(golden(`plain_${protocol}.pkl`), "plain.pkl");
    assertEquals(entry(value, "none"), null);
    assertEquals(entry(value, "truth"), [true, false]);
    assertEquals(entry(value, "ints"), [
      ...[0, 1, -1, 255, 256, 65535, 65536, 2 ** 31 - 1, -(2 ** 31), 2 ** 40, -(2 ** 53) + 1],
      ...[2n ** 63n, -(2n ** 100n)],
    ]);
    assertEquals(entry(value, "floats"), [0, -0, 1.5, -2.25e-300, 1e300, Infinity, -Infinity, NaN]);
    assertEquals(entry(value, "texts"), [
      "",
      "plain",
      "new\nline \\ and \t tab",
      "\u00fcber \u20ac \u{1f600}",
      "x".repeat(300),
    ]);
    const all = Uint8Array.from({ length: 512 }, (_, at) => at % 256);
    assertEquals(entry(value, "bytes"), [new Uint8Array(0), Uint8Array.of(0, 255, 10, 92), all]);
    assertEquals(entry(value, "tuples"), [[], [1], [1, 2], [1, 2, 3], [1, 2, 3, 4]]);
    const inner = new Map<PickleValue, PickleValue>([[1, new Map([[2, [3]]])]]);
    assertEquals(entry(value, "nested"), [[[[]]], new Map(), inner]);
    const shared = entry(value, "shared") as PickleValue[];
    assertEquals(shared, [[1, 2], [1, 2]]);
    assert(shared[0] === shared[1]);
    assertEquals(entry(value, "ordered"), new Map([["a", 1], ["b", 2]]));
  });
}

for (const numpy of ["numpy1", "numpy2"]) {
  for (const protocol of [0, 1, 2, 3, 4, 5]) {
    Deno.test(`readPickle: arrays and numbers of ${numpy}, protocol ${protocol}`, () => {
      const value = readPickle(golden(`${numpy}_${protocol}.pkl`), "numpy.pkl");
      for (
        const name of "int8 uint8 int16 uint16 int32 uint32 int64 uint64 float16 float32 float64".split(" ")
      ) {
        const found = array(value, name);
        assertEquals([found.typeName, [...found.shape], [...found.numbers()]], [name, [2, 3], [
          0,
          1,
          2,
          3,
          4,
          5,
        ]]);
        assertEquals([...found.floats()], [0, 1, 2, 3, 4, 5]);
        assertEquals(entry(value, `${name} scalar`), 4);
      }
      assertEquals([...array(value, "bool").numbers()], [0, 1, 1, 1, 1, 1]);
      assertEquals(entry(value, "bool scalar"), true);
      assertEquals([...array(value, "big").numbers()], [0, 1, 2, 3, 4, 5]);
      assertEquals([...array(value, "fortran").numbers()], [0, 1, 2, 3, 4, 5]);
      assertEquals([...array(value, "slice").numbers()], [1, 2, 3, 13, 14, 15]);
      assertEquals([[...array(value, "empty").shape], array(value, "empty").numbers().length], [[0, 4], 0]);
      assertEquals([[...array(value, "single").shape], [...array(value, "single").numbers()]], [[], [7.5]]);
      assertEquals(entry(value, "large scalar"), 2n ** 62n);
      assertEquals(entry(value, "boxes"), [[10, 20, 30, 40], [1, 2, 3, 4], [0, 0, 0, 0]]);
    });
  }
  Deno.test(`readPickle: arrays of objects and of records of ${numpy} are refused`, () => {
    assertStringIncludes(
      refusal(() => readPickle(golden(`${numpy}_object.pkl`), "o.pkl")),
      "o.pkl: numpy arrays of type O8",
    );
    assertStringIncludes(
      refusal(() => readPickle(golden(`${numpy}_record.pkl`), "r.pkl")),
      "r.pkl: numpy arrays of type V8",
    );
  });
}

for (const name of ["tensors.pt", "tensors_old.pt"]) {
  Deno.test(`readTorchFile: ${name} with every type, strides, offsets and shared storages`, () => {
    const value = readTorchFile(golden(name), name);
    for (const [kind, found] of entry(value, "types") as ReadonlyMap<string, NdArray>) {
      assertEquals(found.typeName, kind);
      assertEquals([...found.numbers()], kind === "bool" ? [0, 1, 1, 1, 1, 1] : [0, 1, 2, 3, 4, 5]);
    }
    const turned = Array.from({ length: 24 }, (_, at) => at % 4 * 6 + Math.floor(at / 4));
    assertEquals([...array(value, "whole").numbers()], Array.from({ length: 24 }, (_, at) => at));
    assertEquals([[...array(value, "turned").shape], [...array(value, "turned").numbers()]], [
      [6, 4],
      turned,
    ]);
    assertEquals([...array(value, "part").numbers()], [8, 9, 10, 14, 15, 16]);
    assertEquals([...array(value, "every other").numbers()], [0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22]);
    assertEquals([...array(value, "single").numbers()], [2.5]);
    assertEquals(array(value, "empty").length, 0);
    const latents = entry(value, "latents") as NdArray[];
    assertEquals(latents.length, 6);
    latents.forEach((one, at) => {
      assertEquals([one.typeName, [...one.shape]], ["float16", [1, 8, 2, 2]]);
      const frame = Math.min(at, 5 - at);
      const wanted = Float16Array.from(
        { length: 32 },
        (_, index) => Math.fround(Math.fround(index - 10 * frame) / 7),
      );
      assertEquals([...one.floats()], [...wanted]);
    });
    assertAlmostEquals(latents[0]!.floats()[31]!, 31 / 7, 0.003);
  });
}

Deno.test("readPickle: a name that is not read is refused by its name", () => {
  assertEquals(
    refusal(() => readPickle(regress("pickle_os_system.pkl"), "coords.pkl")),
    "coords.pkl: pickle names os.system, which is not read, wanted lists, numbers, numpy arrays and torch tensors",
  );
  assertStringIncludes(
    refusal(() => readTorchFile(golden("parameter.pt"), "latents.pt")),
    "latents.pt: pickle names torch._utils._rebuild_parameter, which is not read",
  );
  // Escape codes of a terminal, and a name that fills the screen.
  const evil = bytesOf("c\x1b[2J", "os\n", "x".repeat(500), "\n.");
  const line = refusal(() => readPickle(evil, "coords.pkl"));
  assert(!line.includes("\x1b") && line.length < 250, line);
});

/** Each file of tests/regress with what it tries, and a part of the line that answers. */
const CRASHES: readonly (readonly [string, string])[] = [
  ["pickle_os_system.pkl", "names os.system"],
  ["pickle_builtins_eval.pkl", "names builtins.eval"],
  ["pickle_getattr_dotted.pkl", "names numpy.ndarray.tofile"],
  ["pickle_inst.pkl", "uses INST"],
  ["pickle_newobj.pkl", "uses NEWOBJ"],
  ["pickle_deep_lists.pkl", "deep"],
  ["pickle_deep_tuples.pkl", "deep"],
  ["pickle_marks.pkl", "lists begun"],
  ["pickle_laughs.pkl", "values"],
  ["pickle_itself.pkl", "holds itself"],
  ["pickle_dtype_of_laughs.pkl", "numpy arrays of type nothing"],
  ["pickle_long_string_again.pkl", "more bytes are made of strings"],
  ["pickle_huge_long4.pkl", "a whole number of 4096 bytes"],
  ["pickle_lying_long4.pkl", "ends after"],
  ["pickle_long_digits.pkl", "wanted digits"],
  ["pickle_lying_bytes8.pkl", "wanted what the file can hold"],
  ["pickle_binget_nothing.pkl", "takes value 7 again"],
  ["pickle_far_put.pkl", "takes value 1 again"],
  ["pickle_no_end.pkl", "ends after"],
  ["pickle_pops_nothing.pkl", "takes a value where there is none"],
  ["pickle_type_left.pkl", "a type where a value was to come"],
  ["pickle_lying_array.pkl", "wanted as many as it needs"],
  ["pickle_empty_array_state.pkl", "never filled"],
  ["pickle_protocol_9.pkl", "protocol 9"],
];
for (const [name, says] of CRASHES) {
  Deno.test(`readPickle: ${name} is refused at once`, () => {
    assertStringIncludes(refusal(() => readPickle(regress(name), name)), says);
  });
}

const TORCH_CRASHES: readonly (readonly [string, string])[] = [
  ["pickle_zip_lying_sizes.pt", "bytes by its list"],
  ["pickle_zip_traversal.pt", "an entry named ../../etc/data.pkl"],
  ["pickle_zip_compressed.pt", "is compressed (method 8)"],
  ["pickle_zip_storage_short.pt", "has 8 bytes for 100 of float32"],
  ["pickle_zip_storage_missing.pt", "which is not in the file"],
  ["pickle_zip_expanded.pt", "wanted as many as it needs"],
  ["pickle_zip_no_end.pt", "ends without a list of its entries"],
  ["pickle_zip_many_entries.pt", "at most 100000 are read"],
];
for (const [name, says] of TORCH_CRASHES) {
  Deno.test(`readTorchFile: ${name} is refused at once`, () => {
    assertStringIncludes(refusal(() => readTorchFile(regress(name), name)), says);
  });
}

for (const name of ["zip64", "zip_big", "zip_torch2"]) {
  Deno.test(`readTorchFile: ${name} is read: wide sizes, the highest byte first, torch 2's entries and padding`, () => {
    const value = readTorchFile(regress(`pickle_${name}_good.pt`), name);
    assert(value instanceof NdArray);
    assertEquals([...value.numbers()], [1, 2]);
  });
}

Deno.test("readPickle: strings as Python 2 writes them", () => {
  assertEquals(readPickle(bytesOf("S'a\\x01\\n\\\\\\''\n.")), "a\x01\n\\'");
  assertEquals(readPickle(bytesOf("U", 2, 255, 65, ".")), "\xffA");
});

Deno.test("readPickle: what comes behind the pickle's end is not looked at", () => {
  assertEquals(readPickle(bytesOf("K", 5, ".", "cos\nsystem\n")), 5);
});
