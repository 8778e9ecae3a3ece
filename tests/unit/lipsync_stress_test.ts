import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import { StressMeter } from "../../src/lipsync/mod.ts";

interface Syllable {
  readonly hz: number;
  readonly gain: number;
}

const SYLLABLE_SAMPLES = 4_000;

/** Syllables of a buzzing voice, a quarter of a second each, with soft edges. */
function voice(...syllables: Syllable[]): Float32Array {
  const pcm = new Float32Array(syllables.length * SYLLABLE_SAMPLES);
  let phase = 0;
  for (let n = 0; n < pcm.length; n++) {
    const { hz, gain } = syllables[Math.floor(n / SYLLABLE_SAMPLES)]!;
    const place = n % SYLLABLE_SAMPLES / SYLLABLE_SAMPLES;
    phase += 2 * Math.PI * hz / 16_000;
    for (let k = 1; k <= 12; k++) {
      pcm[n]! += gain * Math.sin(Math.PI * place) ** 0.5 * Math.sin(k * phase) / k;
    }
  }
  return pcm;
}

function stressOf(pcm: Float32Array, fps = 25): number[] {
  const meter = new StressMeter();
  const values: number[] = [];
  for (let frame = 0, start = 0;; frame++) {
    const end = Math.floor((frame + 1) * 16_000 / fps);
    if (end > pcm.length) return values;
    values.push(meter.hear(pcm.subarray(start, end)));
    start = end;
  }
}

/** The highest stress in each syllable. */
function peaks(values: readonly number[], fps = 25): number[] {
  const frames = SYLLABLE_SAMPLES / 16_000 * fps;
  const count = Math.round(values.length / frames);
  return Array.from(
    { length: count },
    (_, at) => Math.max(...values.slice(Math.round(at * frames), Math.round((at + 1) * frames))),
  );
}

const plain = { hz: 120, gain: 0.1 };

Deno.test("StressMeter finds the louder and higher syllable", () => {
  const sentence = voice(...[plain, plain, plain, plain, { hz: 150, gain: 0.22 }, plain, plain, plain]);
  const found = peaks(stressOf(sentence));
  assertEquals(found.indexOf(Math.max(...found)), 4);
  assertGreater(found[4]!, 0.6);
  for (const at of [2, 3, 6, 7]) assertLess(found[at]!, 0.3, `syllable ${at}: ${found}`);
});

Deno.test("StressMeter hears pitch alone and loudness alone, each for less", () => {
  const rest = [plain, plain, plain, plain];
  const both = peaks(stressOf(voice(...rest, { hz: 155, gain: 0.2 })))[4]!;
  const higher = peaks(stressOf(voice(...rest, { hz: 155, gain: 0.1 })))[4]!;
  const louder = peaks(stressOf(voice(...rest, { hz: 120, gain: 0.2 })))[4]!;
  assertGreater(both, higher + 0.1);
  assertGreater(both, louder + 0.1);
  assertGreater(Math.min(higher, louder), 0.25);
});

Deno.test("StressMeter says the same for a quiet microphone", () => {
  const syllables = [plain, plain, { hz: 150, gain: 0.25 }, plain, plain];
  const loud = stressOf(voice(...syllables));
  const quiet = stressOf(voice(...syllables).map((value) => value / 5));
  loud.forEach((value, at) => assertLess(Math.abs(value - quiet[at]!), 0.02));
});

Deno.test("StressMeter says much the same at every frame rate", () => {
  const sentence = voice(plain, plain, plain, { hz: 150, gain: 0.22 }, plain, plain);
  const at25 = peaks(stressOf(sentence, 25), 25);
  for (const fps of [20, 30, 60]) {
    const found = peaks(stressOf(sentence, fps), fps);
    assertEquals(found.indexOf(Math.max(...found)), 3);
    assertLess(Math.abs(found[3]! - at25[3]!), 0.15, `${fps} fps`);
  }
});

Deno.test("StressMeter is zero in silence, under a hum of noise and little in a hiss", () => {
  for (const value of stressOf(new Float32Array(32_000))) assertEquals(value, 0);
  let seed = 1;
  const noise = (gain: number) =>
    new Float32Array(32_000).map(() => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
      return (seed / 2 ** 31 - 0.5) * gain;
    });
  for (const value of stressOf(noise(0.002))) assertEquals(value, 0);
  for (const value of stressOf(noise(0.5))) assertLess(value, 0.3);
  const after = stressOf(
    Float32Array.of(...voice(plain, { hz: 180, gain: 0.4 }), ...new Float32Array(32_000)),
  );
  assertEquals(after.at(-1), 0);
});

Deno.test("StressMeter.reset forgets the voice before", () => {
  const meter = new StressMeter();
  meter.hear(voice({ hz: 300, gain: 0.5 }));
  meter.reset();
  const sentence = voice(plain, plain, { hz: 150, gain: 0.2 });
  const again: number[] = [];
  for (let from = 0; from < sentence.length - 639; from += 640) {
    again.push(meter.hear(sentence.subarray(from, from + 640)));
  }
  assertEquals(again, stressOf(sentence));
  for (const value of again) assert(value >= 0 && value <= 1);
});
