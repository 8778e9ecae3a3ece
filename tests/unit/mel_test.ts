import { assert, assertAlmostEquals, assertEquals, assertLess } from "@std/assert";
import { LogMel, MEL_COUNT, MelBank, scaleForWhisper, scaleFromFloor } from "../../src/features/mod.ts";

/** One second of sound and the first 110 columns of its log-mel, by mel, when padded with silence to 30 s. */
const pcm = readFloats("../golden/mel/mel_pcm16k.bin");
const wanted = readFloats("../golden/mel/mel_first110.bin");
const COLUMNS = 110;
const WINDOW_SAMPLES = 480_000;

function readFloats(path: string): Float32Array {
  return new Float32Array(Deno.readFileSync(new URL(path, import.meta.url)).buffer);
}

/** Column after column, in pieces of `piece` samples. */
function logMel(sound: Float32Array, piece = sound.length): Float32Array {
  const mel = new LogMel();
  const values: number[] = [];
  const keep = (column: Float32Array) => values.push(...column);
  for (let from = 0; from < sound.length; from += piece) mel.push(sound.subarray(from, from + piece), keep);
  mel.finish(keep);
  return Float32Array.from(values);
}

function padded(sound: Float32Array): Float32Array {
  const window = new Float32Array(WINDOW_SAMPLES);
  window.set(sound);
  return window;
}

Deno.test("MelBank has the reference's weights", () => {
  const bank = new MelBank(201);
  assertAlmostEquals(bank.weight(0, 1), 0.02486259, 1e-8);
  assertAlmostEquals(bank.weight(40, 43), 0.0147355657, 1e-8);
  assertAlmostEquals(bank.weight(79, 192), 0.0031647117, 1e-8);
  const peak = (mel: number) => {
    const row = Array.from({ length: 201 }, (_, bin) => bank.weight(mel, bin));
    return row.indexOf(Math.max(...row));
  };
  assertEquals([peak(0), peak(40), peak(79)], [1, 43, 192]);
  assertEquals(bank.weight(0, 100), 0);
});

Deno.test("LogMel and scaleForWhisper give the reference's log-mel of a second of sound", () => {
  const mel = logMel(padded(pcm));
  assertEquals(mel.length, 3000 * MEL_COUNT);
  scaleForWhisper(mel);
  let worst = 0;
  for (let row = 0; row < MEL_COUNT; row++) {
    for (let column = 0; column < COLUMNS; column++) {
      const is = mel[column * MEL_COUNT + row]!;
      worst = Math.max(worst, Math.abs(is - wanted[row * COLUMNS + column]!));
    }
  }
  assertLess(worst, 1e-4);
});

Deno.test("LogMel and scaleForWhisper give the reference's numbers for silence and for a tone", () => {
  const silence = logMel(new Float32Array(16_000));
  scaleForWhisper(silence);
  assertEquals(new Set(silence), new Set([-1.5]));
  const tone = logMel(
    padded(Float32Array.from({ length: 16_000 }, (_, n) => 0.5 * Math.sin(2 * Math.PI * 1000 * n / 16_000))),
  );
  scaleForWhisper(tone);
  const sorted = tone.toSorted();
  assertAlmostEquals(sorted.at(-1)!, 1.4396516648, 1e-4);
  assertAlmostEquals(sorted[0]!, -0.5603483352, 1e-4);
  const column = [...tone.subarray(50 * MEL_COUNT, 51 * MEL_COUNT)];
  assertEquals(column.indexOf(Math.max(...column)), 26);
});

Deno.test("LogMel is the definition of the transform, mirrored at both ends", () => {
  const bank = new MelBank(201);
  for (const samples of [160, 199, 200, 201, 359, 360, 361, 640, 999]) {
    const sound = pcm.subarray(4000, 4000 + samples);
    const mel = logMel(sound);
    assertEquals(mel.length, Math.floor(samples / 160) * MEL_COUNT, `${samples} samples`);
    const at = (index: number) => {
      const turn = ((index % (2 * samples - 2)) + 2 * samples - 2) % (2 * samples - 2);
      return sound[turn < samples ? turn : 2 * samples - 2 - turn]!;
    };
    const last = Math.floor(samples / 160) - 1;
    for (const column of new Set([0, last])) {
      const power = new Float32Array(201);
      for (let bin = 0; bin <= 200; bin++) {
        let real = 0;
        let imaginary = 0;
        for (let n = 0; n < 400; n++) {
          const value = at(160 * column - 200 + n) * (0.5 - 0.5 * Math.cos(2 * Math.PI * n / 400));
          real += value * Math.cos(2 * Math.PI * bin * n / 400);
          imaginary -= value * Math.sin(2 * Math.PI * bin * n / 400);
        }
        power[bin] = real * real + imaginary * imaginary;
      }
      const energies = new Float32Array(MEL_COUNT);
      bank.apply(power, energies);
      for (let row = 0; row < MEL_COUNT; row++) {
        const is = mel[column * MEL_COUNT + row]!;
        const should = Math.log10(Math.max(1e-10, energies[row]!));
        assert(Math.abs(is - should) < 1e-4, `${samples} samples, column ${column}, row ${row}`);
      }
    }
  }
});

Deno.test("LogMel gives a column as soon as its right half is heard", () => {
  const mel = new LogMel();
  let columns = 0;
  const count = () => columns++;
  mel.push(pcm.subarray(0, 199), count);
  assertEquals(columns, 0);
  mel.push(pcm.subarray(199, 200), count);
  assertEquals(columns, 1);
  mel.push(pcm.subarray(200, 359), count);
  assertEquals(columns, 1);
  mel.push(pcm.subarray(359, 360), count);
  assertEquals(columns, 2);
});

Deno.test("LogMel.reset forgets the sound before", () => {
  const mel = new LogMel();
  mel.push(pcm.subarray(5000, 5777), () => {});
  mel.reset();
  const values: number[] = [];
  mel.push(pcm, (column) => values.push(...column));
  mel.finish((column) => values.push(...column));
  assertEquals(Float32Array.from(values), logMel(pcm));
});

Deno.test("scaleFromFloor makes silence -1 and never changes what was scaled", () => {
  const values = Float32Array.of(-10, -8, -4, 0);
  scaleFromFloor(values, -8);
  assertEquals(values, Float32Array.of(-1, -1, 0, 1));
});
