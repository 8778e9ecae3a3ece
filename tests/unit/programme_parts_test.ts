import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { EventHub } from "../../src/programme/event_hub.ts";
import { runPlayhead } from "../../src/programme/playhead.ts";
import { ProgrammeMemory } from "../../src/programme/programme_memory.ts";
import { RateMeter } from "../../src/programme/rate_meter.ts";
import { roundEach } from "../../src/programme/round.ts";
import { Subtitles } from "../../src/programme/subtitles.ts";
import type { SpeechEvent } from "../../src/speech/mod.ts";
import { delay, MonotonicClock } from "../../src/time/mod.ts";
import { PLAIN_SIZE } from "../fakes/face.ts";

const SHAPE = {
  fps: 25,
  size: PLAIN_SIZE,
  hasAlpha: false,
  lowWaterMs: 20,
  highWaterMs: 160,
  soundLatencyMs: 100,
};

function word(text: string, utterance = 1): SpeechEvent {
  return { kind: "word", utterance, metadata: null, text, startSample: 0, endSample: 1 };
}

Deno.test("runPlayhead reports a speech frame when its samples have left the speaker, not before", async () => {
  const memory = new ProgrammeMemory(SHAPE);
  const { units, soundGauges } = memory;
  const clock = new MonotonicClock();
  const heard: [number, number][] = [];
  const ending = new AbortController();
  let newest = -1;
  const publish = (speechFrame: number) => {
    const slot = units.begin();
    slot.mediaSample = units.published * 1920;
    slot.speechFrame = speechFrame;
    slot.newestSpeechFrame = newest = Math.max(newest, speechFrame);
    units.publish();
  };
  const playhead = runPlayhead({
    clock,
    units,
    gauges: soundGauges,
    onHeard: (speechFrame) => heard.push([speechFrame, clock.nowMs()]),
    signal: ending.signal,
  });
  // Sample 0 leaves the speaker 150 ms from now: frame 7, under unit 0, is over 40 ms later.
  const startMs = clock.nowMs();
  soundGauges.set("heardSample", 0);
  soundGauges.set("heardAtMs", startMs + 150);
  publish(7);
  publish(-1);
  publish(8);
  while (heard.length < 2) await delay(10);
  ending.abort();
  units.wake();
  await playhead;
  assertEquals(heard.map(([speechFrame]) => speechFrame), [7, 8]);
  assert(heard[0]![1] >= startMs + 190, `frame 7 heard after ${heard[0]![1] - startMs} ms`);
  assert(heard[1]![1] >= startMs + 270, `frame 8 heard after ${heard[1]![1] - startMs} ms`);
});

Deno.test("ProgrammeMemory seen through its message is the same memory", () => {
  const memory = new ProgrammeMemory(SHAPE);
  const other = ProgrammeMemory.from(memory.message());
  other.epoch.bump();
  other.stageGauges.set("units", 5);
  other.speech.write({
    epoch: 1,
    flags: 0,
    utterance: 1,
    speechFrame: 9,
    samples: new Float32Array(1920).fill(0.5),
  });
  assertEquals(memory.epoch.current, 1);
  assertEquals(memory.stageGauges.get("units"), 5);
  assertEquals(memory.speech.samples(memory.speech.ring.peek())[1919], 0.5);
  assertEquals(memory.stop.isRaised, false);
  other.raiseStop();
  assertEquals(memory.stop.isRaised, true);
});

Deno.test("Subtitles hold the segment and the word being heard, and nothing after the end", () => {
  const subtitles = new Subtitles();
  assertEquals(subtitles.speaking, undefined);
  subtitles.hear({ kind: "utterance_start", utterance: 1, metadata: { id: 7 } });
  subtitles.hear({
    kind: "segment",
    utterance: 1,
    metadata: null,
    text: "Hello there.",
    startSample: 0,
    endSample: 9,
  });
  subtitles.hear(word("there"));
  assertEquals(subtitles.speaking, {
    utterance: 1,
    text: "Hello there.",
    word: "there",
    metadata: { id: 7 },
  });
  subtitles.hear({ kind: "utterance_end", utterance: 1, metadata: null, state: "completed", playedMs: 10 });
  assertEquals(subtitles.speaking, undefined);
});

Deno.test("EventHub gives every listener every event in order and drops the oldest of one that stalls", async () => {
  const hub = new EventHub();
  const ending = new AbortController();
  const reading = hub.listen(ending.signal).getReader();
  const stalled = hub.listen(ending.signal).getReader();
  for (let n = 0; n < 300; n++) {
    hub.publish(word(String(n)));
    const { value } = await reading.read();
    assertEquals(value, word(String(n)));
  }
  assertEquals((await stalled.read()).value, word("44"));
  const pending = reading.read();
  ending.abort();
  assertEquals((await pending).done, true);
});

Deno.test("RateMeter measures over about a second", () => {
  const meter = new RateMeter();
  assertEquals(meter.measure(0, 1000), 0);
  assertEquals(meter.measure(10, 1400), 0);
  assertAlmostEquals(meter.measure(25, 2000), 25);
  assertAlmostEquals(meter.measure(30, 2200), 25);
});

Deno.test("roundEach keeps three decimals of every gauge of the state", () => {
  const gauges = { computeMs: 0.123456789, frames: 1500, skewMs: -2.0004, restMs: 0 };
  assertEquals(roundEach(gauges, 3), { computeMs: 0.123, frames: 1500, skewMs: -2, restMs: 0 });
});
