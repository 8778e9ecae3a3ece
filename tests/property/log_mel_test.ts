/** LogMel under pieces of any size: the same columns to the last bit. */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { LogMel } from "../../src/features/mod.ts";

const sound = Float32Array.from(
  { length: 4000 },
  (_, n) => 0.4 * Math.sin(n * n / 900) + 0.1 * Math.sin(n / 3),
);

function columnsOf(length: number, pieces: readonly number[]): number[][] {
  const mel = new LogMel();
  const columns: number[][] = [];
  const keep = (column: Float32Array) => columns.push([...column]);
  let from = 0;
  for (const piece of [...pieces, length]) {
    const to = Math.min(length, from + piece);
    mel.push(sound.subarray(from, to), keep);
    from = to;
  }
  mel.finish(keep);
  return columns;
}

Deno.test("LogMel gives the same columns whatever the pieces", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: sound.length }),
      fc.array(fc.integer({ min: 0, max: 700 }), { maxLength: 20 }),
      (length, pieces) => {
        const columns = columnsOf(length, pieces);
        assertEquals(columns, columnsOf(length, []));
        assertEquals(columns.length, Math.floor(length / 160));
      },
    ),
    { numRuns: 60, seed: 3 },
  );
});
