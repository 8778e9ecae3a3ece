import { assertAlmostEquals, assertEquals, assertGreater, assertLess } from "@std/assert";
import { ACTION_MS, ACTIONS, EXPRESSIONS } from "../../src/avatar/mod.ts";
import { STAGE_CUES, stageCueCode as code } from "../../src/speech/mod.ts";
import { CueRing, MannerTrack } from "../../src/stage/mod.ts";

const sum = (weights: Float32Array) => weights.reduce((total, weight) => total + weight, 0);

Deno.test("MannerTrack blends from one expression to another in small steps whose weights always sum to one", () => {
  const track = new MannerTrack(40);
  track.cue(code("happy"));
  let last = 0;
  for (let unit = 0; unit < 12; unit++) {
    track.advance(0);
    const happy = track.manner.expressions[EXPRESSIONS.indexOf("happy")]!;
    assertLess(happy - last, 0.2);
    assertAlmostEquals(sum(track.manner.expressions), 1, 1e-6);
    last = happy;
    if (unit === 5) track.cue(code("sad")); // in the middle of the first blend
    if (unit > 5) assertLess(happy, 0.95);
  }
  for (let unit = 0; unit < 12; unit++) track.advance(0);
  assertEquals([...track.manner.expressions], EXPRESSIONS.map((name) => name === "sad" ? 1 : 0));
  assertEquals(EXPRESSIONS[track.expression], "sad");
});

Deno.test("MannerTrack plays actions one after another, each for its own time, and drops what is too many", () => {
  const track = new MannerTrack(40);
  for (const name of ["nod", "wink", "nod", "nod", "shake", "shake"]) track.cue(code(name));
  const played: string[] = [];
  let units = 0;
  for (let last = -1; units < 400; units++) {
    track.advance(0);
    const { action, actionMs } = track.manner;
    if (action >= 0) assertLess(actionMs, ACTION_MS[action]!);
    if (action >= 0 && actionMs === 0) played.push(ACTIONS[action]!);
    last = action;
    if (last < 0) break;
  }
  assertEquals(played, ["nod", "wink", "nod", "nod"]);
  assertAlmostEquals(units * 40, 3 * ACTION_MS[0]! + ACTION_MS[3]!, 200);
});

Deno.test("MannerTrack follows an accent within a tenth of a second and lets go of it slowly", () => {
  const track = new MannerTrack(40);
  for (let unit = 0; unit < 3; unit++) track.advance(1);
  assertGreater(track.manner.stress, 0.6);
  const peak = track.manner.stress;
  for (let unit = 0; unit < 3; unit++) track.advance(0);
  assertGreater(track.manner.stress, peak / 2);
  for (let unit = 0; unit < 60; unit++) track.advance(0);
  assertLess(track.manner.stress, 0.01);
});

Deno.test("STAGE_CUES are the expressions and actions that faces know, in their order", () => {
  assertEquals([...STAGE_CUES], [...EXPRESSIONS, ...ACTIONS]);
});

Deno.test("MannerTrack takes no notice of cues that are none", () => {
  const track = new MannerTrack(40, EXPRESSIONS.indexOf("thinking"));
  for (const nothing of [0, -1, STAGE_CUES.length + 1, NaN]) track.cue(nothing);
  track.advance(0);
  assertEquals(EXPRESSIONS[track.expression], "thinking");
  assertEquals(track.manner.action, -1);
});

Deno.test("CueRing hands cues over in order, also seen from another side, and refuses more than it holds", () => {
  const ring = new CueRing();
  const other = new CueRing(ring.buffer);
  let pushed = 0;
  while (ring.push(pushed + 1)) pushed++;
  assertEquals(pushed, 32);
  for (let index = 0; index < pushed; index++) assertEquals(other.take(), index + 1);
  assertEquals(other.take(), 0);
  assertEquals(ring.push(7), true);
  assertEquals(other.take(), 7);
});
