/** Raw samples of other programs: however the bytes are cut, the same sound; nonsense in them never leaves the range. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type PcmShape, rawPcm } from "../../src/speech/mod.ts";

async function* cut(bytes: Uint8Array, sizes: readonly number[]) {
  for (let at = 0, index = 0; at < bytes.length; index++) {
    const size = sizes[index % sizes.length]!;
    yield bytes.slice(at, at + size);
    at += size;
  }
}

async function decoded(bytes: Uint8Array, sizes: readonly number[], shape: PcmShape): Promise<number[]> {
  const samples: number[] = [];
  for await (const piece of rawPcm(cut(bytes, sizes), shape)) samples.push(...piece);
  return samples;
}

const formats = fc.constantFrom("s16le", "f32le");
const rates = fc.constantFrom(8000, 16_000, 24_000, 44_100, 48_000, 96_000, 192_000);

Deno.test("rawPcm: any bytes in any pieces are the same finite sound within full scale, of the right length", async () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 8 });
  const bytes = fc.uint8Array({ minLength: 0, maxLength: 6000 });
  await fc.assert(
    fc.asyncProperty(bytes, sizes, formats, rates, async (data, pieces, format, rateHz) => {
      const shape: PcmShape = { format, rateHz };
      const samples = await decoded(data, pieces, shape);
      assertEquals(samples, await decoded(data, [data.length + 1], shape));
      // A filter may ring over by a little where the input is a square.
      assert(samples.every((sample) => Number.isFinite(sample) && Math.abs(sample) < 2));
      const wanted = Math.floor(data.length / (format === "s16le" ? 2 : 4)) * 48_000 / rateHz;
      assert(Math.abs(samples.length - wanted) <= 2, `${samples.length} samples, wanted ${wanted}`);
    }),
    { numRuns: 150 },
  );
});

Deno.test("rawPcm: what is no number is silence, what is too loud is cut", async () => {
  const values = new Float32Array([NaN, Infinity, -Infinity, 5, -5, 0.25]);
  const samples = await decoded(new Uint8Array(values.buffer), [3], { format: "f32le", rateHz: 48_000 });
  assertEquals(samples, [0, 0, 0, 1, -1, 0.25]);
  const whole = new Int16Array([-32_768, 32_767, 0, 16_384]);
  const read = await decoded(new Uint8Array(whole.buffer), [1], { format: "s16le", rateHz: 48_000 });
  assertEquals(read, [-1, Math.fround(32_767 / 32_768), 0, 0.5]);
});
