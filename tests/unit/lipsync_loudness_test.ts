import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import { JAW, LoudnessEngine, MOUTH_LENGTH, PRESS, PUCKER, SPREAD, TEETH } from "../../src/lipsync/mod.ts";

const RATE_HZ = 16_000;
/** "Mama, papa. We see five shoes. You too." by espeak-ng, voice en-us. */
const speech = readWav(new URL("../golden/lipsync/mama_papa.wav", import.meta.url));

function readWav(url: URL): Float32Array {
  const samples = new Int16Array(Deno.readFileSync(url).slice(44).buffer);
  return Float32Array.from(samples, (value) => value / 32_768);
}

/** All mouths of `pcm` in frames of 25 fps, or cut at `bounds`. */
function mouthsOf(pcm: Float32Array, frameSamples: (frame: number) => number = () => 640): Float32Array[] {
  using engine = new LoudnessEngine();
  const mouths: Float32Array[] = [];
  engine.start();
  let frame = 0;
  for (let from = 0; from < pcm.length;) {
    const to = Math.min(pcm.length, from + frameSamples(frame++));
    engine.push(pcm.subarray(from, to), (mouth) => {
      mouths.push(mouth.slice());
    });
    from = to;
  }
  engine.finish((mouth) => {
    mouths.push(mouth.slice());
  });
  assertEquals(mouths.length, frame);
  return mouths;
}

function at(mouths: Float32Array[], ms: number): Float32Array {
  return mouths[Math.floor(ms / 40)]!;
}

Deno.test("LoudnessEngine opens the jaw with the voice", () => {
  const jaws = mouthsOf(speech).map((mouth) => mouth[JAW]!);
  const levels = jaws.map((_, frame) => {
    const part = speech.subarray(frame * 640, (frame + 1) * 640);
    const energy = part.reduce((sum, value) => sum + value * value, 0) / part.length;
    return Math.max(-50, 10 * Math.log10(energy + 1e-10));
  });
  assertGreater(correlation(jaws, levels), 0.6);
});

Deno.test("LoudnessEngine closes the lips for the m in mama and the p in papa", () => {
  const mouths = mouthsOf(speech);
  assertGreater(at(mouths, 160)[JAW]!, 0.6, "first a of mama");
  assertGreater(at(mouths, 320)[JAW]!, 0.6, "second a of mama");
  const m = at(mouths, 240);
  assertGreater(m[PRESS]!, 0.5);
  assertLess(m[JAW]!, 0.5);
  const p = at(mouths, 800);
  assertGreater(p[PRESS]!, 0.5);
  assertLess(p[JAW]!, 0.3);
  assertGreater(at(mouths, 680)[JAW]!, 0.6, "first a of papa");
  assertLess(at(mouths, 680)[PRESS]!, 0.1);
});

Deno.test("LoudnessEngine spreads for ee and shows teeth for f", () => {
  const mouths = mouthsOf(speech);
  const ee = at(mouths, 1480);
  assertGreater(ee[SPREAD]!, 0.5);
  assertGreater(ee[SPREAD]!, ee[PUCKER]! + 0.4);
  assertGreater(at(mouths, 1600)[TEETH]!, 0.2, "f of five");
  assertLess(at(mouths, 160)[SPREAD]!, 0.2, "aa is not spread");
});

Deno.test("LoudnessEngine puckers for a low round tone and not for a bright one", () => {
  const vowel = (formants: readonly number[]) => {
    const pcm = new Float32Array(RATE_HZ / 2);
    for (let harmonic = 1; harmonic * 120 < 5000; harmonic++) {
      const hz = harmonic * 120;
      const gain = formants.reduce((sum, f) => sum + 1 / (1 + ((hz - f) / 70) ** 2), 0);
      for (let n = 0; n < pcm.length; n++) pcm[n]! += 0.1 * gain * Math.sin(2 * Math.PI * hz * n / RATE_HZ);
    }
    return pcm;
  };
  const round = at(mouthsOf(vowel([350, 650])), 320);
  const bright = at(mouthsOf(vowel([320, 2300])), 320);
  assertGreater(round[PUCKER]!, 0.3);
  assertLess(bright[PUCKER]!, 0.1);
  assertGreater(bright[SPREAD]!, round[SPREAD]!);
});

Deno.test("LoudnessEngine is exactly closed in silence, under noise, and on the last frame", () => {
  const closed = new Float32Array(MOUTH_LENGTH);
  for (const mouth of mouthsOf(new Float32Array(RATE_HZ))) assertEquals(mouth, closed);
  let seed = 1;
  const noise = new Float32Array(RATE_HZ * 2).map(() => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return (seed / 2 ** 31 - 0.5) * 0.003;
  });
  for (const mouth of mouthsOf(noise)) assertEquals(mouth, closed);
  const mouths = mouthsOf(speech.subarray(0, 3200)); // cut off inside the vowel of "ma"
  assertEquals(mouths.at(-1), closed);
  const all = mouthsOf(speech);
  assertEquals(at(all, 1160), closed, "pause between the sentences");
  for (const mouth of all) for (const value of mouth) assert(value >= 0 && value <= 1, `${value}`);
});

Deno.test("LoudnessEngine.start forgets the utterance before", () => {
  using engine = new LoudnessEngine();
  const run = () => {
    const mouths: Float32Array[] = [];
    engine.start();
    for (let from = 0; from < 16_000; from += 640) {
      engine.push(speech.subarray(from, from + 640), (mouth) => {
        mouths.push(mouth.slice());
      });
    }
    return mouths; // without finish: an interrupt
  };
  const first = run();
  assertEquals(run(), first);
});

Deno.test("LoudnessEngine hears the same in frames of 533 and 534 samples", () => {
  const at25 = mouthsOf(speech);
  const at30 = mouthsOf(speech, (frame) => frame % 3 === 2 ? 534 : 533);
  const sum = (mouths: Float32Array[], seconds: number) =>
    mouths.reduce((total, mouth) => total + mouth[JAW]! * seconds, 0);
  assert(Math.abs(sum(at25, 1 / 25) - sum(at30, 1 / 30)) < 0.04, "the jaw is open for as long");
});

function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [ma, mb] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let index = 0; index < a.length; index++) {
    ab += (a[index]! - ma) * (b[index]! - mb);
    aa += (a[index]! - ma) ** 2;
    bb += (b[index]! - mb) ** 2;
  }
  return ab / Math.sqrt(aa * bb);
}
