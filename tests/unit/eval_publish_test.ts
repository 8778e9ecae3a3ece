/** What eval:visemes writes into documents and manifests, and what it reads of its own sets. */
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { join } from "node:path";
import { EnergyMouth } from "../../scripts/eval/energy_mouth.ts";
import { Frames } from "../../scripts/eval/frames.ts";
import { MfccMouth } from "../../scripts/eval/mfcc_mouth.ts";
import { withMetrics, withTables } from "../../scripts/eval/publish.ts";
import { published, summary } from "../../scripts/eval/report.ts";
import { Results } from "../../scripts/eval/results.ts";
import { Score } from "../../scripts/eval/score.ts";
import { readSet, type TestPart } from "../../scripts/eval/testset.ts";
import { InputFault } from "../../src/errors/mod.ts";
import { JAW, VISEMES } from "../../src/lipsync/mod.ts";

const PART: TestPart = { set: "c", part: "p", language: "en", voice: "Ann", utterances: [], leftOut: 3 };
const AA = VISEMES.indexOf("aa");
const SIL = VISEMES.indexOf("sil");

function results(): Results {
  const made = new Results();
  made.begin(PART);
  const truth = new Frames(4);
  truth.visemes.set([AA, AA, SIL, SIL]);
  for (
    const [engine, visemes] of [["viseme", [AA, AA, AA, SIL]], ["pocketsphinx", [
      SIL,
      SIL,
      SIL,
      SIL,
    ]]] as const
  ) {
    const guess = new Frames(4);
    guess.visemes.set(visemes);
    const score = new Score();
    score.add(truth, guess);
    made.add(PART, engine, score);
  }
  return made;
}

Deno.test("published: says accuracy and macro-F1 of each engine and how much was left out", () => {
  const text = published(results(), "viseme", ["pocketsphinx"]);
  assertStringIncludes(text, "3 recordings left out");
  // 3 of 4 right; F1 of aa 2*2/(2+3), of sil 2*1/(2+1)
  assertEquals(/\| viseme +\| 0\.75 +\| 0\.73 /.test(text), true, text);
  assertEquals(/\| Ann +\| 0\.0 +\| 0\.75 +\| 0\.73 .*\| 0\.33 +\|/.test(text), true, text);
  assertEquals(/sil was taken for, % +\| 50 /.test(text), true, text);
  assertStringIncludes(summary(results()), "viseme");
});

Deno.test("withTables: replaces what is between the marks and nothing else; refuses a document without them", () => {
  const begin = "<!-- measured: begin, written by deno task eval:visemes --write-metrics -->";
  const end = "<!-- measured: end -->";
  const once = withTables(`before\n${begin}\nold\n${end}\nafter`, "new");
  assertEquals(once, `before\n${begin}\n\nnew\n\n${end}\nafter`);
  assertEquals(withTables(once, "new"), once);
  assertThrows(() => withTables("no marks", "new"), InputFault, "lost its marks");
});

Deno.test("withMetrics: sets the metrics of a manifest and keeps the rest", () => {
  const written = JSON.parse(withMetrics('{"name":"viseme","metrics":{},"seed":1}', results(), "viseme"));
  assertEquals([written.name, written.seed], ["viseme", 1]);
  assertEquals(written.metrics.sets.c.accuracy, 0.75);
  assertEquals(written.metrics.sets.c.languages.en.macroF1, 0.7333);
});

Deno.test("readSet: a set that is not there is a fault that says how to make it", () => {
  assertThrows(() => readSet("/nowhere", "c"), InputFault, "build.py --sets c");
});

Deno.test("readSet: a broken manifest is one line", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(join(folder, "c"));
    await Deno.writeTextFile(join(folder, "c", "p.json"), '{"set": "c"}');
    const { message } = assertThrows(() => readSet(folder, "c"), InputFault, "p.json cannot be read");
    assertEquals(message.includes("\n"), false);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** A second of silence, one of a low buzz, one of hiss. */
function sounds(): Float32Array {
  let seed = 1;
  return Float32Array.from({ length: 48_000 }, (_, n) => {
    if (n < 16_000) return 0;
    if (n < 32_000) return 0.5 * (n % 100 / 50 - 1) * (n % 100 < 50 ? 1 : 0.2);
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return 0.1 * (seed / 2 ** 31 - 1) * (n % 2 === 0 ? 1 : -1);
  });
}

Deno.test("EnergyMouth: shut in silence, open in a buzz, and as many frames as were asked for", () => {
  const { energy } = new EnergyMouth().guess(sounds(), 150);
  assertEquals(energy!.length, 150);
  assertEquals([energy!.visemes[20], energy!.mouth(20)[JAW]], [SIL, 0]);
  assertEquals(energy!.mouth(75)[JAW]! > 0.7, true);
});

Deno.test("MfccMouth: knows again what it learnt", () => {
  const labels = new Frames(150);
  for (let frame = 0; frame < 150; frame++) {
    labels.visemes[frame] = frame < 50 ? SIL : frame < 100 ? AA : VISEMES.indexOf("SS");
    labels.mouth(frame)[JAW] = frame >= 50 && frame < 100 ? 1 : 0;
  }
  const mouth = new MfccMouth();
  mouth.learn(sounds(), labels);
  mouth.settle();
  const { mfcc } = mouth.guess(sounds(), 150);
  for (const frame of [25, 75, 125]) {
    assertEquals(mfcc!.visemes[frame], labels.visemes[frame], `frame ${frame}`);
    assertEquals(mfcc!.mouth(frame)[JAW]! > 0.9, frame === 75);
  }
});
