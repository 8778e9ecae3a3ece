import { assert, assertEquals, assertGreater, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import {
  type EmitMouth,
  EngineStation,
  type LipsyncEngine,
  LoudnessEngine,
  MOUTH_LENGTH,
  MouthRing,
  startEngine,
} from "../../src/lipsync/mod.ts";
import { SPEECH_FLAG, SpeechRing } from "../../src/speech/mod.ts";
import { delay, Epoch } from "../../src/time/mod.ts";

const { first, last, protected: kept } = SPEECH_FLAG;

/** Answers every frame at once with its mean in `jaw`, and lets a test misbehave. */
class ScriptedEngine implements LipsyncEngine {
  readonly name = "scripted";
  readonly rightContextMs = 0;
  readonly lengths: number[] = [];
  starts = 0;
  constructor(readonly onPush: (emit: EmitMouth, frame: number) => void | Promise<void> = answer) {}
  start(): void {
    this.starts++;
  }
  push(pcm: Float32Array, emit: EmitMouth): void | Promise<void> {
    this.lengths.push(pcm.length);
    return this.onPush(emit, this.lengths.length - 1);
  }
  finish(): void {}
  [Symbol.dispose](): void {}
}

function answer(emit: EmitMouth): void {
  emit(new Float32Array(MOUTH_LENGTH).fill(0.5));
}

function setUp(engine: LipsyncEngine, { samplesPerFrame = 1920, speechSlots = 256, mouthSlots = 256 } = {}) {
  const speech = new SpeechRing(samplesPerFrame, speechSlots);
  const mouths = new MouthRing(mouthSlots);
  const epoch = new Epoch();
  const messages: string[] = [];
  const station = new EngineStation({
    engine,
    speech,
    mouths,
    epoch,
    onFault: (message) => messages.push(message),
  });
  let next = 0;
  const samples = new Float32Array(samplesPerFrame);
  const feed = (flags: number, utterance = 0, at = epoch.current) => {
    for (let n = 0; n < samples.length; n++) samples[n] = 0.3 * Math.sin((next * samples.length + n) / 20);
    assert(speech.write({ epoch: at, flags, utterance, speechFrame: next, samples }));
    return next++;
  };
  const drain = () => {
    const frames: number[] = [];
    for (let slot = mouths.ring.peek(); slot >= 0; slot = mouths.ring.peek()) {
      frames.push(mouths.speechFrame(slot));
      mouths.ring.release();
    }
    return frames;
  };
  return { station, speech, mouths, epoch, messages, feed, drain };
}

Deno.test("EngineStation answers every frame once, in order, by the end of its utterance", () => {
  const { station, feed, drain } = setUp(new LoudnessEngine());
  for (let frame = 0; frame < 10; frame++) feed((frame === 0 ? first : 0) | (frame === 9 ? last : 0));
  assertEquals(station.step(), 10);
  assertEquals(drain(), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assertEquals(station.gauges.get("framesIn"), 10);
  assertEquals(station.gauges.get("mouthsOut"), 10);
});

Deno.test("EngineStation gives the engine 533 and 534 samples a frame at 30 fps", () => {
  const engine = new ScriptedEngine();
  const { station, feed } = setUp(engine, { samplesPerFrame: 1600 });
  for (let frame = 0; frame < 6; frame++) feed((frame === 0 ? first : 0) | (frame === 5 ? last : 0));
  station.step();
  assertEquals(engine.lengths, [533, 533, 534, 533, 533, 534]);
});

Deno.test("EngineStation waits while the ring of mouths is full and loses nothing", () => {
  const { station, feed, drain } = setUp(new LoudnessEngine(), { mouthSlots: 4 });
  for (let frame = 0; frame < 20; frame++) feed((frame === 0 ? first : 0) | (frame === 19 ? last : 0));
  const seen: number[] = [];
  for (let turn = 0; turn < 20; turn++) {
    station.step();
    seen.push(...drain());
  }
  assertEquals(seen, Array.from({ length: 20 }, (_, frame) => frame));
});

Deno.test("EngineStation drops what an interrupt made stale and keeps what is protected", () => {
  const { station, epoch, feed, drain } = setUp(new LoudnessEngine());
  feed(first, 0);
  feed(0, 0);
  station.step();
  feed(0, 0);
  epoch.bump();
  feed(first, 1);
  feed(last, 1);
  station.step();
  assertEquals(drain(), [3, 4]);
  feed(first | kept, 2);
  epoch.bump();
  feed(last | kept, 2, epoch.current - 1);
  station.step();
  assertEquals(drain(), [5, 6]);
});

for (
  const [what, misbehave, reason] of [
    ["throws", () => {
      throw new Error("out of\nmemory");
    }, "out of memory"],
    ["rejects", () => Promise.reject(new Error("no device")), "no device"],
    ["answers NaN", (emit: EmitMouth) => {
      emit(new Float32Array(MOUTH_LENGTH).fill(NaN));
    }, "no number"],
    ["answers twice", (emit: EmitMouth) => {
      answer(emit);
      answer(emit);
      answer(emit);
    }, "more frames than it heard"],
    ["says nothing", () => {}, "unanswered"],
  ] as const
) {
  Deno.test(`EngineStation lets loudness finish the utterance when the engine ${what}`, async () => {
    let isBad = true;
    const engine = new ScriptedEngine((emit, frame) => isBad && frame === 3 ? misbehave(emit) : answer(emit));
    const { station, feed, drain, messages } = setUp(engine);
    for (let frame = 0; frame < 8; frame++) feed((frame === 0 ? first : 0) | (frame === 7 ? last : 0));
    await station.step();
    await station.step();
    assertEquals(drain(), [0, 1, 2, 3, 4, 5, 6, 7]);
    assertEquals(station.gauges.get("faults"), 1);
    assertEquals(messages.length, 1);
    assertStringIncludes(messages[0]!, reason);
    isBad = false;
    const pushes = engine.lengths.length;
    feed(first | last, 1);
    await station.step();
    assertEquals(drain(), [8]);
    assertEquals(engine.lengths.length, pushes + 1, "the next utterance is the engine's again");
  });
}

Deno.test("EngineStation asks an engine that always throws at start only once an utterance", () => {
  const engine = new ScriptedEngine();
  engine.start = () => {
    throw new Error("broken");
  };
  const { station, feed, drain } = setUp(engine);
  feed(first);
  feed(last);
  station.step();
  assertEquals(drain(), [0, 1]);
  assertEquals(station.gauges.get("faults"), 1);
});

const eventOf = fc.record({
  flags: fc.nat(7),
  utterance: fc.nat(3),
  bumpBefore: fc.boolean(),
  isStep: fc.boolean(),
  isDrained: fc.boolean(),
});

for (const kind of ["sync", "async"] as const) {
  Deno.test(`EngineStation owes each frame that is not stale exactly one mouth, in order (${kind} engine)`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(eventOf, { maxLength: 60 }), async (events) => {
        const engine = kind === "sync" ? new LoudnessEngine() : new ScriptedEngine(async (emit) => {
          await Promise.resolve();
          answer(emit);
        });
        const { station, speech, mouths, epoch, feed, messages } = setUp(engine, { mouthSlots: 8 });
        const fed: { frame: number; epoch: number; isProtected: boolean }[] = [];
        const seen: number[] = [];
        const take = () => {
          for (let slot = mouths.ring.peek(); slot >= 0; slot = mouths.ring.peek()) {
            const frame = mouths.speechFrame(slot);
            assertEquals(mouths.epoch(slot), fed[frame]!.epoch);
            assertEquals(mouths.isProtected(slot), fed[frame]!.isProtected);
            seen.push(frame);
            mouths.ring.release();
          }
        };
        for (const event of events) {
          if (event.bumpBefore) epoch.bump();
          const isProtected = (event.flags & kept) !== 0;
          fed.push({ frame: feed(event.flags, event.utterance), epoch: epoch.current, isProtected });
          if (event.isStep) await station.step();
          if (event.isDrained) take();
        }
        feed(first | last, 9); // ends whatever was left open
        fed.push({ frame: fed.length, epoch: epoch.current, isProtected: false });
        for (let turn = 0; speech.ring.queued > 0 || station.waitingMouths > 0; turn++) {
          assert(turn < 100, "the station stands still");
          await station.step();
          take();
        }
        take();
        assertEquals(seen, seen.toSorted((a, b) => a - b));
        assertEquals(new Set(seen).size, seen.length);
        const owed = fed.filter((entry) => !epoch.isStale(entry.epoch, entry.isProtected));
        for (const { frame } of owed) assert(seen.includes(frame), `frame ${frame} has no mouth`);
        assertEquals(messages, []);
      }),
      { numRuns: kind === "sync" ? 60 : 40, seed: 7 },
    );
  });
}

Deno.test("startEngine answers speech from its worker and ends when disposed", async () => {
  const speech = new SpeechRing(1920, 64);
  const mouths = new MouthRing(64);
  const epoch = new Epoch();
  const engine = await startEngine({ speech, mouths, epoch });
  assertEquals(engine.state().state, "ready");
  assertEquals(engine.state().name, "loudness");
  assertGreater(engine.state().rightContextMs, 0);
  const samples = Float32Array.from({ length: 1920 }, (_, n) => 0.3 * Math.sin(n / 12));
  for (let frame = 0; frame < 10; frame++) {
    const flags = (frame === 0 ? first : 0) | (frame === 9 ? last : 0);
    speech.write({ epoch: 0, flags, utterance: 0, speechFrame: frame, samples });
  }
  for (let turn = 0; mouths.ring.queued < 10 && turn < 500; turn++) await delay(10);
  assertEquals(mouths.ring.queued, 10);
  await engine[Symbol.asyncDispose]();
  assertEquals(engine.state().state, "stopped");
});
