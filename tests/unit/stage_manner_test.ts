import { assertAlmostEquals, assertEquals, assertGreater, assertLess } from "@std/assert";
import { ACTION_MS, ACTIONS, EXPRESSIONS } from "../../src/avatar/mod.ts";
import { MouthRing } from "../../src/lipsync/mod.ts";
import { Gauges } from "../../src/metrics/mod.ts";
import { SPEECH_FLAG, SpeechRing, STAGE_CUES, stageCueCode as code } from "../../src/speech/mod.ts";
import { CueRing, MannerTrack, Stage, STAGE_GAUGES } from "../../src/stage/mod.ts";
import { Epoch, frameRate } from "../../src/time/mod.ts";
import { UnitRing } from "../../src/unit/mod.ts";
import { PLAIN_SIZE, PlainFace } from "../fakes/face.ts";

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

/** A stage with twenty frames of speech queued, a cue on one of them; answers what runs at each unit. */
function cuedStage(cuedFrame: number, name: string) {
  const rate = frameRate(25);
  const { samplesPerFrame } = rate;
  const speech = new SpeechRing(samplesPerFrame, 64);
  const mouths = new MouthRing(64);
  const epoch = new Epoch();
  const gauges = new Gauges(STAGE_GAUGES);
  const cues = new CueRing();
  const units = new UnitRing({ ...PLAIN_SIZE, slots: 4, samplesPerFrame });
  const times = { crossfadeMs: 160, syncThresholdMs: 100 };
  const stage = new Stage({ rate, face: new PlainFace(), speech, mouths, epoch, gauges, cues, ...times });
  const samples = new Float32Array(samplesPerFrame).fill(0.1);
  for (let speechFrame = 0; speechFrame < 20; speechFrame++) {
    const flags = speechFrame === 0 ? SPEECH_FLAG.first : speechFrame === 19 ? SPEECH_FLAG.last : 0;
    const cued = speechFrame === cuedFrame ? { cues: [code(name)] } : {};
    speech.write({ epoch: 0, flags, utterance: 1, speechFrame, samples, ...cued });
    mouths.write(0, false, speechFrame, new Float32Array(6), 0.5);
  }
  return {
    epoch,
    cues,
    unit() {
      const slot = units.begin();
      stage.compose(slot, units.published);
      units.publish();
      return { speechFrame: slot.speechFrame, action: ACTIONS[gauges.get("action")] };
    },
  };
}

Deno.test("Stage does a cue in the very unit whose samples it stands before", () => {
  const stage = cuedStage(7, "nod");
  const shown = Array.from({ length: 12 }, () => stage.unit());
  assertEquals(shown.find(({ action }) => action === "nod")?.speechFrame, 7);
});

Deno.test("Stage drops the cues of speech that was interrupted before it was heard", () => {
  const stage = cuedStage(7, "nod");
  for (let unit = 0; unit < 5; unit++) stage.unit();
  stage.epoch.bump();
  for (let unit = 0; unit < 20; unit++) assertEquals(stage.unit().action, undefined);
});

Deno.test("Stage does what is asked for from outside in its next unit, also in silence", () => {
  const stage = cuedStage(-1, "nod");
  stage.epoch.bump();
  stage.unit();
  stage.cues.push(code("wink"));
  assertEquals(stage.unit(), { speechFrame: -1, action: "wink" });
});
