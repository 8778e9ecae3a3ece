import { assert, assertAlmostEquals, assertEquals, assertGreater, assertLess } from "@std/assert";
import { MouthRing } from "../../src/lipsync/mod.ts";
import { Gauges } from "../../src/metrics/mod.ts";
import { SPEECH_FLAG, SpeechRing } from "../../src/speech/mod.ts";
import { Stage, STAGE_GAUGES } from "../../src/stage/mod.ts";
import { UNIT_FLAG, UnitRing, type UnitSlot } from "../../src/unit/mod.ts";
import { Epoch, frameRate } from "../../src/time/mod.ts";
import { jawOf, PLAIN_SIZE, PlainFace } from "../fakes/face.ts";

const RATE = frameRate(25);

function openStage(
  options: {
    syncThresholdMs?: number;
    crossfadeMs?: number;
    preBufferMs?: number;
    lostBefore?: () => number;
  } = {},
) {
  const speech = new SpeechRing(RATE.samplesPerFrame, 64);
  const mouths = new MouthRing(64);
  const epoch = new Epoch();
  const gauges = new Gauges(STAGE_GAUGES);
  const units = new UnitRing({ ...PLAIN_SIZE, slots: 4, samplesPerFrame: RATE.samplesPerFrame });
  const stage = new Stage({
    rate: RATE,
    face: new PlainFace(),
    speech,
    mouths,
    epoch,
    gauges,
    crossfadeMs: options.crossfadeMs ?? 160,
    syncThresholdMs: options.syncThresholdMs ?? 100,
    preBufferMs: options.preBufferMs ?? 0,
    mouthsLostBefore: options.lostBefore ?? (() => 0),
  });
  let speechFrame = 0;
  return {
    gauges,
    epoch,
    /** Queues `count` frames of constant level with jaw 1; mouths only for the first `mouthCount`. */
    say(
      count: number,
      given: { level?: number; mouthCount?: number; flags?: number; isOpen?: boolean } = {},
    ) {
      const { level = 0.5, mouthCount = count, flags = 0, isOpen = false } = given;
      for (let i = 0; i < count; i++) {
        const edge = (i === 0 ? SPEECH_FLAG.first : 0) | (i === count - 1 && !isOpen ? SPEECH_FLAG.last : 0);
        const samples = new Float32Array(RATE.samplesPerFrame).fill(level);
        const at = speechFrame + i;
        assert(
          speech.write({ epoch: epoch.current, flags: flags | edge, utterance: 7, speechFrame: at, samples }),
        );
        if (i < mouthCount) this.mouth(at, (flags & SPEECH_FLAG.protected) !== 0);
      }
      speechFrame += count;
    },
    mouth(at: number, isProtected = false) {
      const mouth = Float32Array.of(1, 0, 0, 0, 0, 0);
      assert(mouths.write(epoch.current, isProtected, at, mouth));
    },
    tick(beforeHandover = () => {}): UnitSlot {
      const slot = units.begin();
      stage.compose(slot, units.published);
      beforeHandover();
      stage.revise(slot, units.published);
      units.publish();
      return slot;
    },
  };
}

Deno.test("Stage shows idle and silence when nothing is said", () => {
  const stage = openStage();
  const unit = stage.tick();
  assertEquals(unit.flags, 0);
  assertEquals(jawOf(unit.frame), 0);
  assert(unit.samples.every((sample) => sample === 0));
  assertEquals(unit.speechFrame, -1);
});

Deno.test("Stage counts media time by whole units", () => {
  const stage = openStage();
  for (let n = 0; n < 5; n++) assertEquals(stage.tick().mediaSample, n * 1920);
});

Deno.test("Stage crossfades into speech by smoothstep and out of it again", () => {
  const stage = openStage();
  stage.say(6);
  const jaws = Array.from({ length: 12 }, () => jawOf(stage.tick().frame));
  for (const [n, opacity] of [0.15625, 0.5, 0.84375, 1, 1, 1, 0.84375, 0.5, 0.15625, 0, 0, 0].entries()) {
    assertAlmostEquals(jaws[n]!, opacity, 0.005);
  }
});

Deno.test("Stage starts sound with the first speaking frame", () => {
  const stage = openStage();
  stage.say(3, { mouthCount: 0 });
  const waiting = stage.tick();
  assertEquals(waiting.flags & UNIT_FLAG.speech, 0);
  assert(waiting.samples.every((sample) => sample === 0));
  stage.mouth(0);
  const first = stage.tick();
  assertEquals(first.flags & UNIT_FLAG.speech, UNIT_FLAG.speech);
  assertEquals(first.speechFrame, 0);
  assertEquals(first.samples[1000], 0.5);
});

Deno.test("Stage repeats a late mouth, then pauses beyond syncThresholdMs and resumes without losing a sample", () => {
  const stage = openStage({ syncThresholdMs: 100 });
  stage.say(8, { mouthCount: 2 });
  const frames = [];
  for (let n = 0; n < 6; n++) frames.push(stage.tick().speechFrame);
  assertEquals(frames, [0, 1, 2, 3, -1, -1]); // two repeats are 80 ms, a third would be 120
  assertEquals(stage.gauges.get("repeatedFrames"), 2);
  assertEquals(stage.gauges.get("latePauses"), 1);
  assertEquals(stage.gauges.get("skewMsMax"), 80);
  for (let at = 2; at < 8; at++) stage.mouth(at);
  const resumed = stage.tick();
  assertEquals(resumed.speechFrame, 4);
  assertLess(resumed.samples[0]!, 0.01);
  assertEquals(resumed.samples[240], 0.5);
});

Deno.test("Stage fades within 5 ms where samples run out in the middle of an utterance", () => {
  const stage = openStage();
  stage.say(2, { isOpen: true });
  stage.tick();
  stage.tick();
  const starved = stage.tick();
  assertGreater(starved.samples[0]!, 0.49);
  assertEquals(starved.samples[240], 0);
  assertEquals(starved.flags & UNIT_FLAG.paused, UNIT_FLAG.paused);
  assertEquals(stage.gauges.get("starvedPauses"), 1);
});

Deno.test("Stage closes the mouth in the first unit after an interrupt and lets the sound die within 5 ms", () => {
  const stage = openStage();
  stage.say(20);
  for (let n = 0; n < 6; n++) stage.tick();
  stage.epoch.bump();
  const cut = stage.tick();
  assertEquals(jawOf(cut.frame), 0);
  assertGreater(cut.samples[0]!, 0.49);
  assert(cut.samples.subarray(240).every((sample) => sample === 0));
  assertEquals(cut.flags & UNIT_FLAG.interrupted, UNIT_FLAG.interrupted);
  assertEquals(stage.gauges.get("interrupts"), 1);
  assert(stage.tick().samples.every((sample) => sample === 0));
});

Deno.test("Stage speaks a protected utterance through an interrupt and drops what was queued behind it", () => {
  const stage = openStage();
  stage.say(4, { flags: SPEECH_FLAG.protected });
  stage.say(4);
  stage.tick();
  stage.epoch.bump();
  const frames = Array.from({ length: 5 }, () => stage.tick().speechFrame);
  assertEquals(frames, [1, 2, 3, -1, -1]);
  stage.say(2);
  assertEquals(stage.tick().speechFrame, 8);
});

Deno.test("Stage goes from one utterance to the next without a frame between", () => {
  const stage = openStage();
  stage.say(2);
  stage.say(2);
  assertEquals(Array.from({ length: 5 }, () => stage.tick().speechFrame), [0, 1, 2, 3, -1]);
});

Deno.test("Stage starts when preBufferMs is queued or the utterance is shorter, and wants more after running dry", () => {
  const stage = openStage({ preBufferMs: 120 });
  stage.say(2, { isOpen: true });
  assertEquals(stage.tick().speechFrame, -1);
  stage.say(1, { isOpen: true });
  assertEquals(Array.from({ length: 4 }, () => stage.tick().speechFrame), [0, 1, 2, -1]);
  stage.say(3, { isOpen: true });
  assertEquals(stage.tick().speechFrame, -1); // 240 ms are wanted now
  stage.say(1);
  assertEquals(Array.from({ length: 4 }, () => stage.tick().speechFrame), [3, 4, 5, 6]);
});

Deno.test("Stage revises a composed unit when the interrupt comes before it is handed over", () => {
  const stage = openStage();
  stage.say(20);
  for (let n = 0; n < 6; n++) stage.tick();
  const cut = stage.tick(() => stage.epoch.bump());
  assertEquals([jawOf(cut.frame), cut.speechFrame, cut.flags], [0, -1, UNIT_FLAG.interrupted]);
  assertGreater(cut.samples[0]!, 0.49);
  assert(cut.samples.subarray(240).every((sample) => sample === 0));
  const after = stage.tick();
  assert(after.samples.every((sample) => sample === 0));
  assertEquals(stage.gauges.get("interrupts"), 1);
});

Deno.test("Stage leaves a composed unit of a protected utterance as it is", () => {
  const stage = openStage();
  stage.say(4, { flags: SPEECH_FLAG.protected });
  assertEquals(stage.tick(() => stage.epoch.bump()).speechFrame, 0);
  assertEquals(stage.tick().speechFrame, 1);
});

Deno.test("Stage speaks on with the last mouth where the engine died over some, and where none is left", () => {
  let lostBefore = 0;
  const stage = openStage({ lostBefore: () => lostBefore });
  stage.say(12, { mouthCount: 4 });
  for (let n = 0; n < 8; n++) stage.tick();
  assertEquals(stage.gauges.get("latePauses"), 1);
  lostBefore = 8; // the engine's thread died and was started again
  assertEquals([stage.tick().speechFrame, stage.tick().speechFrame], [6, 7]);
  assertEquals(stage.tick().speechFrame, -1); // frame 8's mouth may still come
  lostBefore = Infinity;
  assertEquals([8, 9, 10, 11].map(() => stage.tick().speechFrame), [8, 9, 10, 11]);
});

Deno.test("Stage does not wait for a mouth that the engine has passed over", () => {
  const stage = openStage();
  stage.say(6, { mouthCount: 2 });
  stage.mouth(4);
  stage.mouth(5);
  assertEquals(Array.from({ length: 7 }, () => stage.tick().speechFrame), [0, 1, 2, 3, 4, 5, -1]);
  assertEquals(stage.gauges.get("repeatedFrames"), 2);
});
