/** The resampler does not care how its input is cut. */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Resampler } from "../../src/speech/mod.ts";

Deno.test("Resampler gives the same samples for every way of cutting the input", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(8_000, 16_000, 22_050, 44_100, 48_000, 96_000),
      fc.constantFrom(16_000, 44_100, 48_000),
      fc.array(fc.integer({ min: 0, max: 3000 }), { maxLength: 8 }),
      (fromHz, toHz, cuts) => {
        const count = cuts.reduce((sum, cut) => sum + cut, 0);
        const input = Float32Array.from({ length: count }, (_, k) => Math.sin(k * k * 1e-4));
        const whole = new Resampler(fromHz, toHz);
        const wanted = new Float32Array(whole.outputLengthMax(count) * 2);
        let wantedLength = whole.process(input, wanted);
        wantedLength += whole.flush(wanted.subarray(wantedLength));
        const cut = new Resampler(fromHz, toHz);
        const got = new Float32Array(wanted.length);
        let gotLength = 0;
        let from = 0;
        for (const length of cuts) {
          const piece = new Float32Array(cut.outputLengthMax(length));
          const written = cut.process(input.subarray(from, from + length), piece);
          got.set(piece.subarray(0, written), gotLength);
          gotLength += written;
          from += length;
        }
        gotLength += cut.flush(got.subarray(gotLength));
        assertEquals(gotLength, wantedLength);
        assertEquals(got, wanted);
      },
    ),
    { numRuns: 60 },
  );
});
