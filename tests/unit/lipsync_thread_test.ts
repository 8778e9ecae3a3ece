/** One engine worker for several programmes: each is answered its own, none waits for another, one death is everybody's. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  createEngine,
  EngineStation,
  EngineThread,
  MouthRing,
  type RunningEngine,
  startEngine,
} from "../../src/lipsync/mod.ts";
import { InputFault } from "../../src/errors/mod.ts";
import { SPEECH_FLAG, SpeechRing } from "../../src/speech/mod.ts";
import { delay, Epoch, MonotonicClock } from "../../src/time/mod.ts";
import { writeFakeModel } from "../fakes/viseme_model.ts";

const clock = new MonotonicClock();
const SAMPLES = 1920;

/** One programme as far as the engine sees it. */
class Seat {
  readonly speech = new SpeechRing(SAMPLES, 256);
  readonly mouths = new MouthRing(256);
  readonly epoch = new Epoch();
  readonly troubles: string[] = [];
  engine!: RunningEngine;
  #next = 0;

  constructor(readonly pitch: number, readonly gain = 0.3) {}

  async join(thread: EngineThread, hangMs = 10_000): Promise<this> {
    const { speech, mouths, epoch } = this;
    const onTrouble = (line: string) => void this.troubles.push(line);
    this.engine = await startEngine({ thread, speech, mouths, epoch, hangMs, onTrouble });
    return this;
  }

  /** An utterance of `frames` frames. */
  say(frames: number, gain = this.gain): void {
    for (let at = 0; at < frames; at++) {
      const flags = (at === 0 ? SPEECH_FLAG.first : 0) | (at === frames - 1 ? SPEECH_FLAG.last : 0);
      const samples = Float32Array.from(
        { length: SAMPLES },
        (_, n) => gain * Math.sin((at * SAMPLES + n) / this.pitch) * (0.5 + 0.5 * Math.sin(at)),
      );
      assert(this.speech.write({ epoch: 0, flags, utterance: 0, speechFrame: this.#next++, samples }));
    }
  }

  /** The mouths so far, by frame. */
  take(): Map<number, number[]> {
    const { mouths } = this;
    const seen = new Map<number, number[]>();
    for (let slot = mouths.ring.peek(); slot >= 0; slot = mouths.ring.peek()) {
      seen.set(mouths.speechFrame(slot), [...mouths.mouth(slot)]);
      mouths.ring.release();
    }
    return seen;
  }

  async answered(frames: number): Promise<void> {
    const untilMs = clock.nowMs() + 10_000;
    while (this.mouths.ring.queued < frames && clock.nowMs() < untilMs) await delay(5);
    assertEquals(this.mouths.ring.queued, frames);
  }
}

/** What the seat's speech is answered by an engine that hears nobody else. */
async function alone(folder: string, seat: Seat, frames: number): Promise<Map<number, number[]>> {
  using engine = await createEngine({ kind: "viseme", models: [folder] });
  const one = new Seat(seat.pitch, seat.gain);
  one.say(frames);
  const { speech, mouths, epoch } = one;
  await new EngineStation({ engine, speech, mouths, epoch }).step();
  return one.take();
}

async function withModel(
  use: (folder: string) => Promise<void>,
  poison?: "endless" | "late NaN",
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "lipcam-thread-" });
  try {
    await writeFakeModel(folder, { name: "viseme", ...(poison ? { poison } : {}) });
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("EngineThread: seats that speak at once are each answered what one alone is, to the bit", async () => {
  await withModel(async (folder) => {
    await using thread = new EngineThread({ kind: "viseme", models: [folder] });
    const seats = await Promise.all([20, 31, 47].map((pitch) => new Seat(pitch).join(thread)));
    for (const seat of seats) seat.say(100);
    for (const seat of seats) {
      await seat.answered(100);
      assertEquals(seat.take(), await alone(folder, seat, 100));
      assertEquals(seat.engine.gauges.get("faults"), 0);
    }
    for (const { engine } of seats) await engine[Symbol.asyncDispose]();
    assertEquals(thread.seats, 0);
  });
});

Deno.test("EngineThread: a seat with a few frames is answered before one with hundreds has been", async () => {
  await withModel(async (folder) => {
    await using thread = new EngineThread({ kind: "viseme", models: [folder] });
    const [long, short] = [await new Seat(20).join(thread), await new Seat(31).join(thread)];
    long.say(250);
    short.say(4);
    await short.answered(4);
    assert(long.mouths.ring.queued < 200, `${long.mouths.ring.queued} were answered first`);
    await long.answered(250);
    for (const { engine } of [long, short]) await engine[Symbol.asyncDispose]();
  });
});

Deno.test("EngineThread: a network that answers no number to one seat is that seat's fault alone", async () => {
  await withModel(async (folder) => {
    await using thread = new EngineThread({ kind: "viseme", models: [folder] });
    const [loud, quiet] = [await new Seat(30, 0.99).join(thread), await new Seat(31, 0.001).join(thread)];
    loud.say(20);
    quiet.say(20);
    await Promise.all([loud.answered(20), quiet.answered(20)]);
    assertEquals([loud, quiet].map(({ engine }) => engine.gauges.get("faults")), [1, 0]);
    assertStringIncludes(loud.troubles[0]!, "loudness moves the mouth instead");
    assertEquals(quiet.troubles, []);
    assertEquals(quiet.take(), await alone(folder, quiet, 20));
    for (const { engine } of [loud, quiet]) await engine[Symbol.asyncDispose]();
  }, "late NaN");
});

Deno.test("EngineThread: a seat that leaves is left, the others go on, another may come", async () => {
  await withModel(async (folder) => {
    await using thread = new EngineThread({ kind: "viseme", models: [folder] });
    const [stays, goes] = [await new Seat(20).join(thread), await new Seat(31).join(thread)];
    stays.say(250);
    goes.say(250);
    await goes.engine[Symbol.asyncDispose]();
    assertEquals([goes.engine.state().state, stays.engine.state().state], ["stopped", "ready"]);
    const comes = await new Seat(47).join(thread);
    comes.say(10);
    await comes.answered(10);
    await stays.answered(250);
    assertEquals([...stays.troubles, ...goes.troubles], []);
    for (const { engine } of [stays, comes]) await engine[Symbol.asyncDispose]();
  });
});

Deno.test("EngineThread: a worker that hangs is started again with every seat", async () => {
  await withModel(async (folder) => {
    await using thread = new EngineThread({ kind: "viseme", models: [folder] });
    const [poisoned, other] = [await new Seat(30).join(thread, 400), await new Seat(31).join(thread, 400)];
    poisoned.say(5, 0.99);
    const untilMs = clock.nowMs() + 15_000;
    while (thread.restarts === 0 && clock.nowMs() < untilMs) await delay(10);
    assertEquals(thread.restarts, 1);
    assertEquals([...poisoned.troubles, ...other.troubles].length, 1); // one log, one line
    assert(poisoned.engine.gauges.get("lostBefore") > 0, "what died with it is given up");
    other.say(6, 0.001);
    await other.answered(6);
    for (const { engine } of [poisoned, other]) await engine[Symbol.asyncDispose]();
  }, "endless");
});

Deno.test("EngineThread: a model that is not whole is told to every seat, as bad input", async () => {
  await withModel(async (folder) => {
    await Deno.truncate(`${folder}/viseme/model.onnx`, 1_000);
    await using thread = new EngineThread({ kind: "viseme", models: [folder] });
    for (const pitch of [20, 31]) {
      const error = await new Seat(pitch).join(thread).catch((error) => error);
      assert(error instanceof InputFault && error.code === "bad_model", `${error}`);
    }
    assertEquals(thread.seats, 0);
  });
});
