/** Wav2Lip's spectrum and windows, against values computed with NumPy from the definition. */
import { assert, assertAlmostEquals, assertEquals, assertLess, assertThrows } from "@std/assert";
import fc from "fast-check";
import { MelBank, Wav2LipFeatures, Wav2LipMel } from "../../src/features/mod.ts";

function read(name: string): Float32Array {
  return new Float32Array(Deno.readFileSync(new URL(`../golden/wav2lip/${name}`, import.meta.url)).buffer);
}
/** A second of a gliding tone in fading noise, and its spectrum by mel. */
const pcm = read("pcm16k.f32");
const wanted = read("mel.f32");
const COLUMNS = 1 + Math.floor(pcm.length / 200);

function columnsOf(sound: Float32Array, pieces: readonly number[]): number[] {
  const mel = new Wav2LipMel();
  const values: number[] = [];
  const keep = (column: Float32Array) => void values.push(...column);
  let at = 0;
  for (const piece of pieces) mel.push(sound.subarray(at, at += piece), keep);
  mel.push(sound.subarray(at), keep);
  mel.finish(keep);
  return values;
}

Deno.test("MelBank: Wav2Lip's filters are those of the reference", () => {
  const bank = new MelBank(401, 55, 7600);
  const row = Array.from({ length: 401 }, (_, bin) => bank.weight(0, bin));
  assertEquals(row.indexOf(Math.max(...row)), 5);
  assertAlmostEquals(row[5]!, 0.0208124499, 1e-8);
});

Deno.test("Wav2LipMel: the reference's values, mirrored ends included", () => {
  const columns = columnsOf(pcm, []);
  assertEquals(columns.length, COLUMNS * 80);
  let worst = 0;
  for (let column = 0; column < COLUMNS; column++) {
    for (let mel = 0; mel < 80; mel++) {
      worst = Math.max(worst, Math.abs(columns[column * 80 + mel]! - wanted[mel * COLUMNS + column]!));
    }
  }
  assertLess(worst, 5e-5);
});

Deno.test("Wav2LipMel: pieces of any length give the same", () => {
  const whole = columnsOf(pcm.subarray(0, 5000), []);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 900 }), { maxLength: 8 }), (pieces) => {
      assertEquals(columnsOf(pcm.subarray(0, 5000), pieces), whole);
    }),
    { numRuns: 30 },
  );
});

Deno.test("Wav2LipFeatures: frame i begins at column int(3.2 i), the tail takes the last sixteen", () => {
  const features = new Wav2LipFeatures();
  features.start();
  features.push(pcm);
  features.finish();
  assertEquals(features.knownFrames, 26);
  const values = new Float32Array(80 * 16);
  for (let frame = 0; frame < features.knownFrames; frame++) {
    features.copyFrame(frame, values, 0);
    const first = Math.min(Math.trunc(frame * 80 / 25), COLUMNS - 16);
    for (const [mel, column] of [[0, 0], [40, 7], [79, 15]] as const) {
      assert(
        Math.abs(values[mel * 16 + column]! - wanted[mel * COLUMNS + first + column]!) < 2e-4,
        `frame ${frame}`,
      );
    }
  }
  assertThrows(() => features.copyFrame(26, values, 0), RangeError);
});

Deno.test("Wav2LipFeatures: a frame is known when its right context is there, and is the same then", () => {
  const whole = new Wav2LipFeatures();
  whole.start();
  whole.push(pcm);
  const live = new Wav2LipFeatures();
  live.start();
  const [a, b] = [new Float32Array(1280), new Float32Array(1280)];
  for (let at = 0, frame = 0; at < pcm.length; at += 160) {
    live.push(pcm.subarray(at, at + 160));
    for (; frame < live.knownFrames; frame++) {
      const neededMs = frame * 40 + live.rightContextMs;
      assert((at + 160) / 16 >= neededMs - 12.5, `frame ${frame} at ${(at + 160) / 16} ms`);
      live.copyFrame(frame, a, 0);
      whole.copyFrame(frame, b, 0);
      assertEquals(a, b);
    }
    assert(live.knownFrames * 40 + live.rightContextMs + 40 > (at + 160) / 16, "it came late");
  }
});

Deno.test("Wav2LipFeatures: a very short utterance begins with silence", () => {
  const features = new Wav2LipFeatures();
  features.start();
  features.push(pcm.subarray(0, 700));
  features.finish();
  const values = new Float32Array(1280);
  features.copyFrame(0, values, 0);
  assertEquals(values[0], -4);
  assert(values[15]! > -4);
});
