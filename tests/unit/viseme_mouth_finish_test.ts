import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import {
  JAW,
  MOUTH_LENGTH,
  MouthFinish,
  PRESS,
  PUCKER,
  SPREAD,
  TEETH,
  type Viseme,
  VISEME_COUNT,
  VISEMES,
} from "../../src/lipsync/mod.ts";

/** Probabilities with one viseme at `probability` and the rest shared out. */
function heard(viseme: Viseme, probability = 0.9): Float32Array {
  const visemes = new Float32Array(VISEME_COUNT).fill((1 - probability) / (VISEME_COUNT - 1));
  visemes[VISEMES.indexOf(viseme)] = probability;
  return visemes;
}

const lips = (jaw: number, spread: number, pucker: number, press: number, teeth: number, tongue: number) =>
  Float32Array.of(jaw, spread, pucker, press, teeth, tongue);

/** The mouth after so many equal frames. */
function after(finish: MouthFinish, visemes: Float32Array, raw: Float32Array, frames = 10): Float32Array {
  const mouth = new Float32Array(MOUTH_LENGTH);
  for (let frame = 0; frame < frames; frame++) finish.shape(visemes, raw, mouth);
  return mouth;
}

Deno.test("MouthFinish closes to exactly zero in silence, without a quiver", () => {
  const finish = new MouthFinish();
  after(finish, heard("aa"), lips(0.8, 0.2, 0, 0, 0, 0));
  const quiet = heard("sil", 0.95);
  const closed = after(finish, quiet, lips(0.12, 0.1, 0.05, 0.15, 0.02, 0.04), 7);
  assertEquals(closed, new Float32Array(MOUTH_LENGTH));
  for (const jaw of [0.05, 0.12, 0.02, 0.15]) {
    assertEquals(after(finish, quiet, lips(jaw, 0.1, 0, 0.1, 0, 0), 1), new Float32Array(MOUTH_LENGTH));
  }
});

Deno.test("MouthFinish lets the first sound through within two frames", () => {
  const finish = new MouthFinish();
  finish.start();
  const mouth = after(finish, heard("aa"), lips(0.8, 0.2, 0, 0, 0, 0), 2);
  assertGreater(mouth[JAW]!, 0.7);
});

Deno.test("MouthFinish presses fully for a bilabial that the classifier hears, whatever the regression says, and shuts the jaw", () => {
  for (const said of [0.1, 0.6, 1]) {
    const mouth = after(new MouthFinish(), heard("PP", 0.5), lips(0.3, 0.1, 0.1, said, 0, 0));
    assertEquals([mouth[PRESS], mouth[JAW]], [1, 0]);
  }
  const half = after(new MouthFinish(), heard("PP", 0.32), lips(0.3, 0, 0, 0.5, 0, 0));
  assertLess(Math.abs(half[PRESS]! - 0.5), 0.01);
  assertLess(Math.abs(half[JAW]! - 0.15), 0.01);
});

Deno.test("MouthFinish leaves vowels as they are, with no press left in them", () => {
  const finish = new MouthFinish();
  const shapes: readonly [Viseme, Float32Array][] = [
    ["aa", lips(0.85, 0.2, 0, 0.15, 0.1, 0.1)],
    ["I", lips(0.25, 0.75, 0, 0.2, 0.05, 0.1)],
    ["U", lips(0.2, 0, 0.95, 0.2, 0.1, 0.05)],
  ];
  for (const [viseme, raw] of shapes) {
    const mouth = after(finish, heard(viseme, 0.7), raw);
    for (const at of [JAW, SPREAD, PUCKER]) assertLess(Math.abs(mouth[at]! - raw[at]!), 0.01, viseme);
    assertEquals([mouth[PRESS], mouth[TEETH]], [0, 0]);
  }
});

Deno.test("MouthFinish sets the teeth on the lip for f and leaves the jaw narrow", () => {
  const mouth = after(new MouthFinish(), heard("FF", 0.5), lips(0.5, 0.1, 0, 0.1, 0.4, 0));
  assertGreater(mouth[TEETH]!, 0.95);
  assertLess(mouth[JAW]!, 0.25);
});

Deno.test("MouthFinish answers 0..1 whatever it hears, the same after start", () => {
  let seed = 5;
  const chance = () => (seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
  const inputs = Array.from({ length: 200 }, () => {
    const visemes = Float32Array.from({ length: VISEME_COUNT }, () => chance() ** 6);
    const sum = visemes.reduce((total, value) => total + value, 0);
    return {
      visemes: visemes.map((value) => value / sum),
      raw: Float32Array.from({ length: MOUTH_LENGTH }, chance),
    };
  });
  const finish = new MouthFinish();
  const run = () => inputs.map(({ visemes, raw }) => after(finish, visemes, raw, 1));
  const first = run();
  for (const mouth of first) for (const value of mouth) assert(value >= 0 && value <= 1);
  finish.start();
  assertEquals(run(), first);
});
