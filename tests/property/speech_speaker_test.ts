/** What holds for every order of saying, hearing and interrupting, whatever the voice's delays. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { CapacityFault } from "../../src/errors/mod.ts";
import {
  type Outcome,
  Speaker,
  SPEECH_FLAG,
  SpeechRing,
  type SynthesizeOptions,
  type Tts,
} from "../../src/speech/mod.ts";
import { Epoch } from "../../src/time/mod.ts";

const SPF = 800;

/** A voice whose sound tells which text it is; it answers after so many turns of the event loop, or fails. */
class Buzzer implements Tts {
  readonly name = "buzzer";
  #calls = 0;
  constructor(readonly turns: readonly number[]) {}
  voices() {
    return Promise.resolve([]);
  }
  async synthesize(text: string, options: SynthesizeOptions) {
    const turns = this.turns[this.#calls++ % this.turns.length]!;
    for (let n = 0; n < turns; n++) await new Promise((resolve) => queueMicrotask(() => resolve(undefined)));
    options.signal?.throwIfAborted();
    if (text.includes("fails")) throw new Error("no voice");
    let hash = 7;
    for (const letter of text) hash = (hash * 31 + letter.codePointAt(0)!) % 1009;
    const samples = Float32Array.from(
      { length: 500 + hash * 3 },
      (_, k) => 0.2 + 0.1 * Math.sin(k * hash / 1e4),
    );
    return { samples, words: [{ text, startChar: 0, startSample: 0, endSample: samples.length }] };
  }
  async [Symbol.asyncDispose]() {}
}

type Action =
  | {
    readonly kind: "say";
    readonly sentences: number;
    readonly isProtected: boolean;
    readonly fails: boolean;
  }
  | { readonly kind: "hear"; readonly frames: number }
  | { readonly kind: "interrupt" };

const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("say" as const),
      sentences: fc.integer({ min: 1, max: 3 }),
      isProtected: fc.boolean(),
      fails: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("hear" as const), frames: fc.integer({ min: 0, max: 20 }) }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: "interrupt" as const }) },
);

interface Taken {
  readonly utterance: number;
  readonly flags: number;
  readonly isStale: boolean;
  readonly samples: readonly number[];
}

async function perform(actions: readonly Action[], turns: readonly number[], slots: number) {
  const epoch = new Epoch();
  const rings = [new SpeechRing(SPF, slots), new SpeechRing(SPF, 8)];
  const ends: number[] = [];
  const starts: number[] = [];
  await using speaker = new Speaker({
    rings,
    epoch,
    tts: new Buzzer(turns),
    samplesPerFrame: SPF,
    crossfadeMs: 20,
    capacity: 4,
    onEvent: (event) => {
      if (event.kind === "utterance_start") starts.push(event.utterance);
      if (event.kind === "utterance_end") ends.push(event.utterance);
    },
  });
  const taken: Taken[] = [];
  const texts = new Map<number, string>();
  const outcomes: Promise<Outcome>[] = [];
  let isIdle = false;

  const hear = async (): Promise<void> => {
    for (let turn = 0; turn < 400 && rings[0]!.ring.queued === 0; turn++) {
      await new Promise((resolve) => queueMicrotask(() => resolve(undefined)));
    }
    const [slot, other] = rings.map(({ ring }) => ring.peek()) as [number, number];
    if (slot < 0) return;
    const ring = rings[0]!;
    assertEquals(ring.speechFrame(slot), taken.length); // no hole, nothing twice
    assertEquals(rings[1]!.speechFrame(other), taken.length);
    assertEquals(rings[1]!.samples(other), ring.samples(slot));
    const flags = ring.flags(slot);
    const isStale = epoch.isStale(ring.epoch(slot), (flags & SPEECH_FLAG.protected) !== 0);
    taken.push({ utterance: ring.utterance(slot), flags, isStale, samples: [...ring.samples(slot)] });
    for (const { ring } of rings) ring.release();
    if (!isStale) speaker.heard(taken.length - 1);
  };

  for (const [n, step] of actions.entries()) {
    if (step.kind === "interrupt") speaker.interrupt();
    else if (step.kind === "hear") { for (let k = 0; k < step.frames; k++) await hear(); }
    else {
      const text = Array.from({ length: step.sentences }, (_, k) => `This is number ${n} and part ${k}.`);
      if (step.fails) text.push("And here it fails.");
      try {
        const said = speaker.say(text.join(" "), { interruptible: !step.isProtected });
        texts.set(said.id, text.join(" "));
        outcomes.push(said.outcome);
      } catch (error) {
        if (!(error instanceof CapacityFault)) throw error;
      }
    }
  }
  speaker.idle.then(() => isIdle = true);
  for (let turn = 0; turn < 20_000 && !isIdle; turn++) {
    await hear();
    if (turn % 50 === 49) await new Promise((resolve) => queueMicrotask(() => resolve(undefined)));
  }
  assert(isIdle, "it came to rest");
  return { taken, texts, outcomes: await Promise.all(outcomes), starts, ends };
}

Deno.test("Speaker loses and doubles no frame, ends every utterance once and marks its first and last frame", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(action, { maxLength: 25 }),
      fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 5 }),
      fc.constantFrom(8, 64),
      async (actions, turns, slots) => {
        const { taken, outcomes, starts, ends } = await perform(actions, turns, slots);
        assertEquals([...ends].sort((a, b) => a - b), outcomes.map((_, n) => n + 1));
        assertEquals(new Set(starts).size, starts.length);
        for (const [n, outcome] of outcomes.entries()) {
          const frames = taken.filter(({ utterance }) => utterance === n + 1);
          const fresh = frames.filter(({ isStale }) => !isStale);
          assertEquals(Math.round(outcome.playedMs * 48 / SPF), fresh.length);
          for (const [k, { flags }] of frames.entries()) {
            assertEquals((flags & SPEECH_FLAG.first) !== 0, k === 0);
            if (outcome.state === "interrupted") continue;
            assertEquals((flags & SPEECH_FLAG.last) !== 0, k === frames.length - 1);
          }
        }
      },
    ),
    { numRuns: 150 },
  );
});

Deno.test("Speaker gives frames that depend on the order of say() alone", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(action.filter((step) => step.kind === "say"), { minLength: 1, maxLength: 4 }),
      fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 5 }),
      async (actions, turns) => {
        const wanted = await perform(actions, [0], 64);
        const got = await perform(actions, turns, 8);
        assertEquals(got.taken, wanted.taken);
        assertEquals(got.outcomes, wanted.outcomes);
      },
    ),
    { numRuns: 60 },
  );
});
