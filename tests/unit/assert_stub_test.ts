/** Our stand-in for @std/assert: what fails says so in little memory. */
import { assert, assertEquals, assertThrows } from "@std/assert";

Deno.test("assertEquals says where two large arrays differ, in a line and at once", () => {
  const length = 200_000;
  const one = new Uint8Array(length);
  const other = Uint8Array.from({ length }, (_, at) => at % 2);
  for (
    const [actual, expected, said] of [
      [one, other, "it[1] is 0, wanted 1"],
      [{ a: [one] }, { a: [other] }, "it[a][0][1] is 0, wanted 1"],
      [one, one.subarray(1), `it has ${length} elements, wanted ${length - 1}`],
    ] as const
  ) {
    const error = assertThrows(() => assertEquals<unknown>(actual, expected), Error, said);
    assert(error.message.length < 100, error.message.slice(0, 200));
  }
  assertEquals(one, new Uint8Array(length));
});

Deno.test("assertEquals still draws what differs in small values", () => {
  assertThrows(() => assertEquals({ a: 1, b: [1, 2] }, { a: 1, b: [1, 3] }), Error, "3");
});
