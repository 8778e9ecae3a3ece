import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertGreater,
  assertLess,
  assertThrows,
} from "@std/assert";
import { HOP_SAMPLES, RealFft, type SpeechBandFeatures, SpeechBands } from "../../src/features/mod.ts";
import { RealFft32 } from "../../src/features/fft32.ts";

Deno.test("RealFft.power equals the definition of the transform", () => {
  for (const size of [4, 10, 32, 40, 128, 250, 400]) {
    const input = Float32Array.from({ length: size }, (_, n) => Math.sin(n * n * 0.7) + 0.3 * Math.cos(n));
    const power = new Float32Array(size / 2 + 1);
    new RealFft(size).power(input, power);
    for (let k = 0; k <= size / 2; k++) {
      let real = 0;
      let imaginary = 0;
      for (let n = 0; n < size; n++) {
        real += input[n]! * Math.cos(2 * Math.PI * k * n / size);
        imaginary -= input[n]! * Math.sin(2 * Math.PI * k * n / size);
      }
      const exact = real * real + imaginary * imaginary;
      assertAlmostEquals(power[k]!, exact, 1e-5 * (1 + exact), `bin ${k} of ${size}`);
    }
  }
});

Deno.test("RealFft32.power is the definition's to 32 bits, at every mixture of fours and fives", () => {
  for (const size of [4, 16, 20, 64, 80, 100, 256, 400, 500]) {
    const input = Float32Array.from(
      { length: size },
      (_, n) => Math.sin(n * n * 0.7) + 0.3 * Math.cos(n * 1.9),
    );
    const power = new Float32Array(size / 2 + 1);
    new RealFft32(size).power(input, power);
    for (let k = 0; k <= size / 2; k++) {
      let [real, imaginary] = [0, 0];
      input.forEach((value, n) => {
        real += value * Math.cos(2 * Math.PI * k * n / size);
        imaginary += value * Math.sin(2 * Math.PI * k * n / size);
      });
      assert(Math.abs(power[k]! - (real ** 2 + imaginary ** 2)) < 1e-5 * size, `size ${size}, bin ${k}`);
    }
  }
});

Deno.test("RealFft32 refuses a size that it cannot take apart", () => {
  for (const size of [0, 1, 5, 25, 8, 401, 12, NaN, 40.5]) {
    assertThrows(() => new RealFft32(size), RangeError, `${size} samples`);
  }
});

Deno.test("RealFft refuses a size that it cannot take apart", () => {
  for (const size of [2, 7, 60, 131_072]) assertThrows(() => new RealFft(size), RangeError, `${size}`);
});

function sine(hz: number, seconds: number, amplitude = 0.5): Float32Array {
  return Float32Array.from(
    { length: seconds * 16_000 },
    (_, n) => amplitude * Math.sin(2 * Math.PI * hz * n / 16_000),
  );
}

function lastFeatures(pcm: Float32Array): SpeechBandFeatures {
  let last: SpeechBandFeatures | undefined;
  new SpeechBands().push(pcm, (features) => last = { ...features });
  return last!;
}

Deno.test("SpeechBands measures a sine at its loudness in its band", () => {
  const features = lastFeatures(sine(700, 0.2));
  assertAlmostEquals(features.totalDb, -9.03, 0.1); // 0.5 / sqrt(2)
  assertAlmostEquals(features.lowDb, -9.03, 0.1);
  assertLess(features.frontDb, -60);
  assertAlmostEquals(features.centroidHz, 700, 10);
  assertAlmostEquals(features.zeroCrossings, 2 * 700 / 16_000, 0.005);
});

Deno.test("SpeechBands puts a hiss into the noise band and silence at -100 dB", () => {
  const hiss = lastFeatures(sine(5500, 0.1));
  assertGreater(hiss.noiseDb, hiss.frontDb + 40);
  assertEquals(lastFeatures(new Float32Array(1600)).totalDb, -100);
});

Deno.test("SpeechBands gives the same features whatever the pieces", () => {
  const pcm = sine(300, 0.3).map((value, n) => value * Math.sin(n / 500));
  const run = (piece: number) => {
    const bands = new SpeechBands();
    const seen: number[] = [];
    for (let from = 0; from < pcm.length; from += piece) {
      bands.push(pcm.subarray(from, from + piece), (features) => seen.push(features.totalDb));
    }
    return seen;
  };
  assertEquals(run(533), run(pcm.length));
  assertEquals(run(1).length, Math.floor(pcm.length / HOP_SAMPLES));
});
