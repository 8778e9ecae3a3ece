/** The measures of eval:visemes, against examples worked out by hand. */
import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { Bilabials } from "../../scripts/eval/bilabials.ts";
import { Confusion } from "../../scripts/eval/confusion.ts";
import { Correlation } from "../../scripts/eval/correlation.ts";
import { Frames, largest } from "../../scripts/eval/frames.ts";
import { Score } from "../../scripts/eval/score.ts";
import { UsualMouths } from "../../scripts/eval/usual_mouths.ts";
import { JAW, PRESS, type Viseme, VISEMES } from "../../src/lipsync/mod.ts";

/** Frames of these visemes; press is 1 for a name with "!". */
function frames(names: string): Frames {
  const list = names.split(" ");
  const made = new Frames(list.length);
  list.forEach((name, frame) => {
    made.visemes[frame] = VISEMES.indexOf(name.replace("!", "") as Viseme);
    made.mouth(frame)[PRESS] = name.endsWith("!") ? 1 : 0;
  });
  return made;
}

function bilabials(truth: string, guess: string): Bilabials {
  const counted = new Bilabials();
  counted.add(frames(truth), frames(guess));
  return counted;
}

Deno.test("Confusion: accuracy, F1 and macro-F1 of three classes, one of which never occurs", () => {
  const confusion = new Confusion(3);
  // truth 0: guessed 0, 0, 1; truth 1: guessed 1, 2
  for (const [truth, guess] of [[0, 0], [0, 0], [0, 1], [1, 1], [1, 2]] as const) confusion.add(truth, guess);
  assertAlmostEquals(confusion.accuracy, 3 / 5);
  const [first, second, third] = confusion.f1;
  assertAlmostEquals(first!, 2 * 2 / (3 + 2));
  assertAlmostEquals(second!, 2 * 1 / (2 + 2));
  assertEquals(third, 0);
  assertAlmostEquals(confusion.macroF1, (0.8 + 0.5) / 2);
  assertAlmostEquals(confusion.rows[1]![2]!, 1 / 2);
  assertEquals(confusion.rows[2], [0, 0, 0]);
});

Deno.test("Confusion: merged halves are the whole", () => {
  const [left, right, whole] = [new Confusion(2), new Confusion(2), new Confusion(2)];
  for (const [one, truth, guess] of [[left, 0, 1], [right, 1, 1], [left, 1, 0]] as const) {
    one.add(truth, guess);
    whole.add(truth, guess);
  }
  left.merge(right);
  assertEquals(left.counts, whole.counts);
  assertEquals(left.total, 3);
});

Deno.test("Correlation: of 1 2 3 4 and 2 1 4 3 it is 0.6, the mean difference 1", () => {
  const correlation = new Correlation();
  for (const [x, y] of [[1, 2], [2, 1], [3, 4], [4, 3]] as const) correlation.add(x, y);
  assertAlmostEquals(correlation.value, 0.6);
  assertAlmostEquals(correlation.meanAbsoluteDifference, 1);
});

Deno.test("Correlation: a series that does not vary has none", () => {
  const correlation = new Correlation();
  for (const x of [1, 2, 3]) correlation.add(x, 0.5);
  assertEquals(correlation.value, 0);
});

Deno.test("Correlation: merged halves are the whole", () => {
  const [left, right, whole] = [new Correlation(), new Correlation(), new Correlation()];
  for (const [one, x, y] of [[left, 1, 5], [right, 2, 3], [left, 4, 8], [right, 7, 7]] as const) {
    one.add(x, y);
    whole.add(x, y);
  }
  left.merge(right);
  assertAlmostEquals(left.value, whole.value);
  assertAlmostEquals(left.meanAbsoluteDifference, whole.meanAbsoluteDifference);
});

Deno.test("Bilabials: a closure is found with press in it or within two frames of it, and not beyond", () => {
  const truth = "aa aa aa aa PP PP aa aa aa aa";
  for (
    const [guess, found] of [
      ["aa aa aa aa aa PP! aa aa aa aa", 1],
      ["aa aa PP! aa aa aa aa aa aa aa", 1],
      ["aa PP! aa aa aa aa aa aa aa aa", 0],
      ["aa aa aa aa aa aa aa PP! aa aa", 1],
      ["aa aa aa aa aa aa aa aa PP! aa", 0],
      ["aa aa aa aa PP PP aa aa aa aa", 0],
    ] as const
  ) {
    const counted = bilabials(truth, guess);
    assertEquals([counted.closures, counted.found], [1, found], guess);
  }
});

Deno.test("Bilabials: closures at the very beginning and end count, neighbours are two", () => {
  const counted = bilabials("PP aa aa aa aa PP", "PP! aa aa aa aa aa");
  assertEquals(counted.closures, 2);
  assertAlmostEquals(counted.found, 1 / 2);
});

Deno.test("Bilabials: only open vowel frames can be closed falsely", () => {
  // four vowels, one of them truly pressed (left by its closure); the guess closes two, one of them truly pressed
  const counted = bilabials("aa E! I U SS sil", "aa! E! I U SS! sil!");
  assertAlmostEquals(counted.false, 1 / 3);
});

Deno.test("Frames.fromTable: reads what the test sets hold, refuses what they do not", () => {
  const head = "viseme\tjaw\tspread\tpucker\tpress\tteeth\ttongue";
  const read = Frames.fromTable(`${head}\naa\t1\t0.5\t0\t0\t0\t0\nPP\t0\t0\t0\t0.75\t0\t0\n`);
  assertEquals([...read.visemes], [VISEMES.indexOf("aa"), VISEMES.indexOf("PP")]);
  assertEquals([read.mouth(0)[JAW], read.mouth(1)[PRESS]], [1, 0.75]);
  assertThrows(() => Frames.fromTable("viseme\tjaw\naa\t1\n"), RangeError, "wanted");
  assertThrows(() => Frames.fromTable(`${head}\nah\t1\t0\t0\t0\t0\t0\n`), RangeError, "frame 0");
});

Deno.test("largest: the first of the largest values", () => {
  assertEquals(largest(Float32Array.of(0.1, 0.7, 0.7, 0.2)), 1);
});

Deno.test("Score: adds up over utterances, and says nothing of what was not there", () => {
  const whole = new Score();
  const parts = [["aa PP", "aa! PP!"], ["sil sil", "sil aa"]] as const;
  for (const [truth, guess] of parts) {
    const one = new Score();
    one.add(frames(truth), frames(guess));
    whole.merge(one);
  }
  const { accuracy, bilabials, bilabialsFound, bilabialsFalse } = whole.figures;
  assertEquals([accuracy, bilabials, bilabialsFound, bilabialsFalse], [0.75, 1, 1, 1]);
  const { aa, TH } = whole.details.f1;
  assertEquals([aa, TH], [0.6667, null]); // aa was one frame of four, guessed twice, right once
  const silent = new Score();
  silent.add(frames("sil"), frames("sil"));
  assertEquals([silent.figures.bilabialsFound, silent.figures.bilabialsFalse], [null, null]);
  assertThrows(() => silent.add(frames("sil sil"), frames("sil")), RangeError, "answered 1 frames, wanted 2");
});

Deno.test("UsualMouths: the viseme whose mean mouth is nearest, never one that was not heard", () => {
  const usual = new UsualMouths();
  usual.add(frames("PP! aa PP aa"));
  assertEquals(usual.nearest(frames("sil!").mouth(0)), VISEMES.indexOf("PP"));
  assertEquals(usual.nearest(frames("sil").mouth(0)), VISEMES.indexOf("aa"));
});
