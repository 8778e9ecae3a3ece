import { assert, assertEquals } from "@std/assert";
import { Gauges } from "../../src/metrics/mod.ts";
import { Freezer, STAGE_GAUGES, type StageGauge, type UnitComposer } from "../../src/stage/mod.ts";
import { Epoch } from "../../src/time/mod.ts";
import { UNIT_FLAG, UnitRing, type UnitSlot } from "../../src/unit/mod.ts";

const SHAPE = { width: 64, height: 64, slots: 8, samplesPerFrame: 1920 };

/** A stage that is speaking: every unit has a picture and samples of its own. Or `ends`: then it dies away from before. */
class Speaking implements UnitComposer {
  composed = 0;
  revised = 0;
  ends = false;
  constructor(readonly gauges: Gauges<StageGauge>) {}
  compose(slot: UnitSlot, unit: number): void {
    this.composed++;
    this.gauges.set("phase", this.ends ? 0 : 1);
    slot.mediaSample = unit * SHAPE.samplesPerFrame;
    slot.flags = UNIT_FLAG.speech;
    slot.speechFrame = slot.newestSpeechFrame = this.composed - 1;
    slot.utterance = 3;
    slot.picture.fill(this.composed * 10);
    slot.samples.fill(0.5);
    if (this.ends) slot.flags = 0;
  }
  revise(): void {
    this.revised++;
  }
}

function open() {
  const units = new UnitRing(SHAPE);
  const gauges = new Gauges(STAGE_GAUGES);
  const stage = new Speaking(gauges);
  const epoch = new Epoch();
  const is = { frozen: false };
  const freezer = new Freezer({ stage, units, epoch, gauges, periodMs: 40, isFrozen: () => is.frozen });
  const tick = (): UnitSlot => {
    const unit = units.published;
    const slot = units.begin();
    freezer.compose(slot, unit);
    freezer.revise(slot, unit);
    units.publish();
    return slot;
  };
  return { stage, epoch, gauges, is, tick, units };
}

Deno.test("Freezer passes the stage's units on while it is not wanted", () => {
  const { stage, tick } = open();
  for (let unit = 0; unit < 3; unit++) {
    const slot = tick();
    assertEquals([slot.picture[0], slot.samples[0], slot.speechFrame], [(unit + 1) * 10, 0.5, unit]);
  }
  assertEquals([stage.composed, stage.revised], [3, 3]);
});

Deno.test("Freezer holds picture and speech from the next unit on, and the sound dies away within 5 ms", () => {
  const { stage, is, tick, gauges, epoch } = open();
  tick();
  tick();
  is.frozen = true;
  const first = tick();
  assertEquals(stage.composed, 2);
  assert(first.picture.every((value) => value === 20));
  assert(first.samples[0]! > 0.45 && first.samples[0]! < 0.5, "no click");
  assert(first.samples.subarray(240).every((sample) => sample === 0));
  assertEquals([first.speechFrame, first.newestSpeechFrame, first.utterance], [-1, 1, 3]);
  assertEquals(first.flags, UNIT_FLAG.paused | UNIT_FLAG.held);
  assertEquals([first.mediaSample, gauges.get("phase")], [2 * 1920, 3]);
  epoch.bump();
  const second = tick();
  assert(second.samples.every((sample) => sample === 0));
  assert(second.picture.every((value) => value === 20));
  assertEquals([second.epoch, stage.revised], [epoch.current, 2]);
  assertEquals([second.flags, second.utterance], [UNIT_FLAG.interrupted | UNIT_FLAG.held, -1], "it is over");
  const third = tick();
  assertEquals([third.flags, third.utterance], [UNIT_FLAG.held, -1]);
});

Deno.test("Freezer goes on where it stopped: a ramp of sound, a picture that dissolves", () => {
  const { stage, is, tick } = open();
  tick();
  is.frozen = true;
  tick();
  is.frozen = false;
  const next = tick();
  assertEquals([stage.composed, next.speechFrame], [2, 1]);
  assert(next.samples[0]! < 0.01 && next.samples[240] === 0.5);
  const levels = [next.picture[0]!];
  for (let unit = 0; unit < 11; unit++) levels.push(tick().picture[0]!);
  assert(levels[0]! < 12, `begins at the held picture: ${levels}`);
  assertEquals(levels.at(-1), stage.composed * 10);
});

Deno.test("Freezer begins silent where what it held was cut off, starved or at its end", () => {
  const { stage, is, tick } = open();
  tick();
  is.frozen = true;
  tick();
  is.frozen = false;
  stage.ends = true; // its decay from the last sample before the hold would be a click now
  assert(tick().samples.every((sample) => sample === 0));
});

Deno.test("Freezer: what is held behind its last frame is no utterance; one that may not be interrupted stays one", () => {
  const ended = open();
  ended.tick();
  ended.gauges.set("phase", 0); // the stage went idle behind its last frame
  ended.is.frozen = true;
  assertEquals([ended.tick().utterance, ended.tick().flags], [-1, UNIT_FLAG.held]);

  const kept = open();
  kept.tick().flags |= UNIT_FLAG.protected;
  kept.is.frozen = true;
  kept.tick();
  kept.epoch.bump();
  const slot = kept.tick();
  assertEquals([slot.utterance, slot.flags], [3, UNIT_FLAG.paused | UNIT_FLAG.protected | UNIT_FLAG.held]);
});

Deno.test("Freezer: a stage that takes over while held begins on a ramp", () => {
  const { is, tick, units, gauges, epoch } = open();
  tick();
  is.frozen = true;
  tick();
  const other = new Speaking(gauges);
  const second = new Freezer({ stage: other, units, epoch, gauges, periodMs: 40, isFrozen: () => is.frozen });
  const next = (): UnitSlot => {
    const slot = units.begin();
    second.compose(slot, units.published);
    units.publish();
    return slot;
  };
  next();
  is.frozen = false;
  const slot = next();
  assert(slot.samples[0]! < 0.01 && slot.samples[240] === 0.5, `begins at ${slot.samples[0]}`);
});

Deno.test("Freezer cannot hold what has not begun: the first unit is the stage's", () => {
  const { stage, is, tick } = open();
  is.frozen = true;
  tick();
  assertEquals(stage.composed, 1);
  tick();
  assertEquals(stage.composed, 1);
});
