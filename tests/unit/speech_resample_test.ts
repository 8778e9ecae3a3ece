/** The resampler against known answers: level, phase, images, aliases and length of sines. */
import { assertEquals, assertLess, assertThrows } from "@std/assert";
import { Resampler } from "../../src/speech/mod.ts";

function sine(frequencyHz: number, rateHz: number, count: number): Float32Array {
  return Float32Array.from(
    { length: count },
    (_, k) => 0.5 * Math.sin(2 * Math.PI * frequencyHz * k / rateHz),
  );
}

function convert(input: Float32Array, fromHz: number, toHz: number): Float32Array {
  const resampler = new Resampler(fromHz, toHz);
  const output = new Float32Array(resampler.outputLengthMax(input.length) * 2);
  const written = resampler.process(input, output);
  return output.slice(0, written + resampler.flush(output.subarray(written)));
}

/** Level of what differs, in dB under full scale, away from the ends. */
function differenceDb(got: Float32Array, wanted: Float32Array): number {
  let sum = 0;
  let count = 0;
  for (let k = 400; k < got.length - 400; k++, count++) sum += (got[k]! - (wanted[k] ?? 0)) ** 2;
  return 10 * Math.log10(2 * sum / count + 1e-20);
}

const RATES = [
  [48_000, 16_000],
  [16_000, 48_000],
  [22_050, 48_000],
  [44_100, 48_000],
  [8_000, 48_000],
  [
    192_000,
    48_000,
  ],
  [11_025, 48_000],
  [48_000, 44_100],
  [37_123, 48_000],
] as const;

for (const [fromHz, toHz] of RATES) {
  Deno.test(`Resampler ${fromHz} to ${toHz} keeps a sine's level and phase within -70 dB`, () => {
    for (const share of [0.02, 0.1, 0.25, 0.4]) {
      const frequencyHz = share * Math.min(fromHz, toHz);
      const got = convert(sine(frequencyHz, fromHz, fromHz / 4 | 0), fromHz, toHz);
      assertLess(differenceDb(got, sine(frequencyHz, toHz, got.length)), -70);
    }
  });

  Deno.test(`Resampler ${fromHz} to ${toHz} gives exactly round(n * to / from) samples`, () => {
    for (const count of [0, 1, 2, 63, 1000, 4801]) {
      assertEquals(convert(new Float32Array(count), fromHz, toHz).length, Math.round(count * toHz / fromHz));
    }
  });
}

Deno.test("Resampler leaves less than -70 dB of what the lower rate cannot carry", () => {
  for (const frequencyHz of [8_100, 9_000, 12_000, 15_900, 20_000, 23_900]) {
    const got = convert(sine(frequencyHz, 48_000, 24_000), 48_000, 16_000);
    assertLess(differenceDb(got, new Float32Array(got.length)), -70);
  }
});

Deno.test("Resampler with equal rates is the identity", () => {
  const input = sine(1000, 48_000, 3000);
  assertEquals(convert(input, 48_000, 48_000), input);
});

Deno.test("Resampler forgets everything on reset", () => {
  const resampler = new Resampler(48_000, 16_000);
  const input = sine(440, 48_000, 5000);
  const once = new Float32Array(2000);
  const again = new Float32Array(2000);
  resampler.process(input, once);
  resampler.reset();
  resampler.process(input, again);
  assertEquals(again, once);
});

Deno.test("Resampler refuses rates outside 8..192 kHz and broken ones", () => {
  for (const rateHz of [0, 7999, 192_001, 44_100.5, NaN]) {
    assertThrows(() => new Resampler(rateHz, 48_000), RangeError);
    assertThrows(() => new Resampler(48_000, rateHz), RangeError);
  }
});
