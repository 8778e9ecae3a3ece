import { assert, assertEquals, assertLess, assertRejects, assertStringIncludes } from "@std/assert";
import { InputFault } from "../../src/errors/mod.ts";
import {
  createEngine,
  EngineStation,
  JAW,
  type LipsyncEngine,
  MOUTH_LENGTH,
  MouthRing,
  openModel,
  PRESS,
  startEngine,
  TEETH,
  VisemeEngine,
  VisemeNetwork,
  VisemeTrack,
} from "../../src/lipsync/mod.ts";
import { SPEECH_FLAG, SpeechRing } from "../../src/speech/mod.ts";
import { delay, Epoch, FRAME_RATES_HZ } from "../../src/time/mod.ts";
import { type FakeModelOptions, writeFakeModel } from "../fakes/viseme_model.ts";

const { first, last } = SPEECH_FLAG;
const sound = Float32Array.from(
  { length: 24_000 },
  (_, n) => 0.3 * Math.sin(n * n / 9_000) * Math.sin(n / 1_100) + 0.1 * Math.sin(n / 2),
);

async function withModels<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await Deno.makeTempDir();
  try {
    return await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function openEngine(options: FakeModelOptions = {}): Promise<VisemeEngine> {
  return withModels(async (folder) =>
    await VisemeEngine.open(await writeFakeModel(folder, options), [folder])
  );
}

/** Where video frame `frame` ends, in 16 kHz samples: as FrameCutter cuts. */
function endOf(frame: number, fps: number): number {
  return Math.floor((frame + 1) * 16_000 / fps);
}

async function mouthsOf(engine: LipsyncEngine, pcm: Float32Array, fps: number): Promise<Float32Array[]> {
  const mouths: Float32Array[] = [];
  const emit = (mouth: Float32Array) => {
    mouths.push(mouth.slice());
  };
  engine.start();
  let start = 0;
  for (let frame = 0; endOf(frame, fps) <= pcm.length; frame++) {
    await engine.push(pcm.subarray(start, endOf(frame, fps)), emit);
    start = endOf(frame, fps);
  }
  await engine.finish(emit);
  return mouths;
}

for (const fps of FRAME_RATES_HZ) {
  Deno.test(`VisemeEngine at ${fps} fps: each 20 ms goes to the frame over its middle, closures by their strongest`, async () => {
    const frames: Float32Array[] = [];
    await withModels(async (folder) => {
      using network = await VisemeNetwork.open(await openModel(await writeFakeModel(folder), [folder]));
      const track = new VisemeTrack(network);
      const keep = ({ mouth }: { readonly mouth: Float32Array }) => frames.push(mouth.slice());
      track.start();
      await track.push(sound, keep);
      await track.finish(keep);
    });
    using engine = await openEngine();
    const mouths = await mouthsOf(engine, sound, fps);
    assertEquals(mouths.length, Math.floor(sound.length * fps / 16_000));
    let before = frames[0]!;
    for (const [at, mouth] of mouths.slice(0, -8).entries()) {
      const under = frames.filter((_, frame) => {
        const middle = frame * 320 + 160;
        return middle >= (at === 0 ? 0 : endOf(at - 1, fps)) && middle < endOf(at, fps);
      });
      const heard = under.length > 0 ? under : [before];
      before = heard.at(-1)!;
      for (let index = 0; index < MOUTH_LENGTH; index++) {
        const values = heard.map((one) => one[index]!);
        const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
        const wanted = index === PRESS || index === TEETH ? Math.max(...values) : mean;
        assertLess(Math.abs(mouth[index]! - wanted), 1e-4, `frame ${at}, parameter ${index}`);
      }
    }
  });
}

Deno.test("VisemeEngine fades to exactly closed on the last frame of an utterance", async () => {
  using engine = await openEngine();
  for (const length of [640, 1_280, 23_680]) {
    const mouths = await mouthsOf(engine, sound.subarray(0, length), 25);
    assertEquals(mouths.length, length / 640);
    assertEquals(mouths.at(-1), new Float32Array(MOUTH_LENGTH));
  }
});

Deno.test("VisemeEngine.rightContextMs is enough speech after a frame, at every rate", async () => {
  using engine = await openEngine();
  assertEquals(engine.rightContextMs, 72.5);
  for (const fps of FRAME_RATES_HZ) {
    engine.start();
    let answered = 0;
    let start = 0;
    for (let frame = 0; endOf(frame, fps) <= 16_000; frame++) {
      await engine.push(sound.subarray(start, endOf(frame, fps)), () => answered++);
      start = endOf(frame, fps);
      for (let owed = 0; endOf(owed, fps) + 72.5 * 16 <= start; owed++) {
        assert(answered > owed, `${fps} fps: frame ${owed} not answered at sample ${start}`);
      }
    }
  }
});

Deno.test("VisemeEngine.start forgets the utterance before", async () => {
  using engine = await openEngine();
  const wanted = await mouthsOf(engine, sound, 30);
  engine.start();
  await engine.push(sound.subarray(3_000, 9_000), () => {}); // without finish: an interrupt
  assertEquals(await mouthsOf(engine, sound, 30), wanted);
});

Deno.test("createEngine names an engine or a model that is not there", async () => {
  await withModels(async (folder) => {
    const error = await assertRejects(() => createEngine({ kind: "viseme", models: [folder] }), InputFault);
    assertEquals(error.code, "bad_model");
    assertStringIncludes(error.message, 'model "viseme" does not exist');
  });
  const kind = "telepathy" as "viseme";
  const error = await assertRejects(() => createEngine({ kind }), InputFault);
  assertEquals(error.code, "bad_engine");
  assertStringIncludes(error.message, "wanted one of viseme, viseme-fast, loudness");
});

function setUp(engine: LipsyncEngine) {
  const speech = new SpeechRing(1920, 256);
  const mouths = new MouthRing(256);
  const messages: string[] = [];
  const onFault = (message: string) => messages.push(message);
  const station = new EngineStation({ engine, speech, mouths, epoch: new Epoch(), onFault });
  let next = 0;
  const samples = new Float32Array(1920);
  const feed = (flags: number, gain: number, utterance = 0) => {
    for (let n = 0; n < samples.length; n++) samples[n] = gain * Math.sin((next * samples.length + n) / 20);
    assert(speech.write({ epoch: 0, flags, utterance, speechFrame: next, samples }));
    return next++;
  };
  const drain = () => {
    const seen: { readonly frame: number; readonly mouth: Float32Array }[] = [];
    for (let slot = mouths.ring.peek(); slot >= 0; slot = mouths.ring.peek()) {
      seen.push({ frame: mouths.speechFrame(slot), mouth: mouths.mouth(slot).slice() });
      mouths.ring.release();
    }
    return seen;
  };
  return { station, messages, feed, drain };
}

Deno.test("EngineStation with a network that turns to NaN: loudness answers within the frame, the next utterance is the network's", async () => {
  using engine = await openEngine({ poison: "NaN" });
  const { station, messages, feed, drain } = setUp(engine);
  for (let frame = 0; frame < 10; frame++) feed(frame === 0 ? first : 0, 0.001);
  await station.step();
  assertEquals(messages, []);
  const quiet = drain();
  feed(0, 0.4);
  feed(0, 0.4);
  await station.step();
  assertEquals(messages, [
    'the fake engine failed (model "fake" answered NaN, wanted a number from 0 to 1); loudness moves the mouth instead',
  ]);
  assertEquals(station.gauges.get("faults"), 1);
  const loud = drain();
  // 12 frames came, the last one waits in the cutter; loudness owes its 46 ms of context.
  assertEquals([...quiet, ...loud].map(({ frame }) => frame), [0, 1, 2, 3, 4, 5, 6, 7, 8]);
  for (let frame = 0; frame < 10; frame++) feed(frame === 9 ? last : 0, 0.4);
  await station.step();
  const rest = drain();
  assertEquals(rest.map(({ frame }) => frame), [9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21]);
  assert(rest.some(({ mouth }) => mouth[JAW]! > 0.1), "loudness moves the jaw");
  feed(first | last, 0.001, 1);
  await station.step();
  assertEquals(drain().map(({ frame }) => frame), [22]);
  assertEquals(messages.length, 1);
});

Deno.test("EngineStation with a network that answers far over 1 lets loudness speak", async () => {
  using engine = await openEngine({ poison: "wide" });
  const { station, messages, feed, drain } = setUp(engine);
  for (let frame = 0; frame < 6; frame++) feed((frame === 0 ? first : 0) | (frame === 5 ? last : 0), 0.3);
  await station.step();
  const seen = drain();
  assertEquals(seen.map(({ frame }) => frame), [0, 1, 2, 3, 4, 5]);
  for (const { mouth } of seen) for (const value of mouth) assert(value >= 0 && value <= 1);
  assertEquals(messages.length, 1);
});

Deno.test("EngineStation does not wait for ever for an engine that hangs", async () => {
  using engine = await openEngine();
  const hanging: LipsyncEngine = {
    ...{ name: "hanging", rightContextMs: 0, hangMs: 30 },
    start() {},
    push: () => new Promise(() => {}),
    finish: () => engine.finish(() => {}),
    [Symbol.dispose]() {},
  };
  const { station, messages, feed, drain } = setUp(hanging);
  for (let frame = 0; frame < 6; frame++) feed((frame === 0 ? first : 0) | (frame === 5 ? last : 0), 0.3);
  await station.step();
  assertEquals(drain().map(({ frame }) => frame), [0, 1, 2, 3, 4, 5]);
  assertEquals(messages, [
    "the hanging engine failed (an answer took longer than 30 ms); loudness moves the mouth instead",
  ]);
});

Deno.test("startEngine with a model that is not whole rejects with its name, as bad input", async () => {
  await withModels(async (folder) => {
    await writeFakeModel(folder, { name: "viseme" });
    await Deno.truncate(`${folder}/viseme/model.onnx`, 1_000);
    const start = () =>
      startEngine({
        engine: { kind: "viseme", models: [folder] },
        speech: new SpeechRing(1920, 64),
        mouths: new MouthRing(64),
        epoch: new Epoch(),
      });
    const error = await assertRejects(start, InputFault);
    assertEquals([error.code, error.exitCode], ["bad_model", 2]);
    assertStringIncludes(error.message, "model.onnx has 1000 bytes");
  });
});

Deno.test("startEngine answers speech from its worker with a network", async () => {
  await withModels(async (folder) => {
    await writeFakeModel(folder, { name: "viseme" });
    const speech = new SpeechRing(1920, 64);
    const mouths = new MouthRing(64);
    await using engine = await startEngine({
      engine: { kind: "viseme", models: [folder] },
      speech,
      mouths,
      epoch: new Epoch(),
    });
    assertEquals([engine.state().name, engine.state().rightContextMs], ["viseme", 72.5]);
    const samples = Float32Array.from({ length: 1920 }, (_, n) => 0.3 * Math.sin(n / 12));
    for (let frame = 0; frame < 10; frame++) {
      const flags = (frame === 0 ? first : 0) | (frame === 9 ? last : 0);
      speech.write({ epoch: 0, flags, utterance: 0, speechFrame: frame, samples });
    }
    for (let turn = 0; mouths.ring.queued < 10 && turn < 500; turn++) await delay(10);
    assertEquals(mouths.ring.queued, 10);
    assertEquals(engine.gauges.get("faults"), 0);
  });
});

Deno.test("startEngine starts a worker again that hangs inside the runtime, and gives its mouths up", async () => {
  await withModels(async (folder) => {
    await writeFakeModel(folder, { name: "viseme", poison: "endless" });
    const speech = new SpeechRing(1920, 64);
    const mouths = new MouthRing(64);
    const troubles: string[] = [];
    await using engine = await startEngine({
      engine: { kind: "viseme", models: [folder] },
      ...{ speech, mouths, epoch: new Epoch(), hangMs: 400, onTrouble: (message) => troubles.push(message) },
    });
    const say = (frame: number, flags: number, gain: number) => {
      const samples = Float32Array.from({ length: 1920 }, (_, n) => gain * Math.sin(n / 30));
      speech.write({ epoch: 0, flags, utterance: frame < 10 ? 0 : 1, speechFrame: frame, samples });
    };
    for (let frame = 0; frame < 10; frame++) say(frame, frame === 0 ? first : frame === 9 ? last : 0, 0.95);
    for (let turn = 0; engine.state().restarts === 0 && turn < 1000; turn++) await delay(10);
    assertEquals(engine.state().restarts, 1);
    assertStringIncludes(troubles[0]!, "it took nothing for 400 ms");
    assert(engine.gauges.get("lostBefore") > 0, "mouths that died are given up");
    for (let frame = 10; frame < 14; frame++) {
      say(frame, frame === 10 ? first : frame === 13 ? last : 0, 0.001);
    }
    const newest = () => {
      let frame = -1;
      for (let slot = mouths.ring.peek(); slot >= 0; slot = mouths.ring.peek()) {
        frame = mouths.speechFrame(slot);
        mouths.ring.release();
      }
      return frame;
    };
    let seen = -1;
    for (let turn = 0; seen < 13 && turn < 1000; turn++) {
      await delay(10);
      seen = Math.max(seen, newest());
    }
    assertEquals(seen, 13);
  });
});
