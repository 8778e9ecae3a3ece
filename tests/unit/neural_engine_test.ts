/** The video engine without a process: what it answers, in which order, for which place of the film. */
import { assert, assertEquals } from "@std/assert";
import { BatchCost } from "../../src/lipsync/neural/engine/batch_cost.ts";
import { NeuralEngine } from "../../src/lipsync/neural/engine/neural_engine.ts";
import type { Rung } from "../../src/lipsync/neural/engine/rung.ts";
import { emptyPlace, type PatchResult } from "../../src/lipsync/mod.ts";
import { SimulatedClock } from "../../src/time/mod.ts";
import { CountingNetwork, countingRung, IDLE_FILM, SONG_FILM, WAVE_FILM } from "../fakes/rung.ts";

interface Answer extends Omit<PatchResult, "patch"> {
  /** Frame of speech, clip and frame of film that the patch was made of; absent for rest. */
  readonly made?: readonly [number, number, number];
}

function engineOf(rung: Rung, options: { fps?: number; isUnhurried?: boolean } = {}) {
  const answers: Answer[] = [];
  const cost = new BatchCost(rung.network.batchMax);
  cost.add(1, 20);
  cost.add(2, 25);
  const engine = new NeuralEngine({
    rung,
    cost,
    fps: options.fps ?? 25,
    leadMsMax: 400,
    clock: new SimulatedClock(),
    emit: ({ patch, ...rest }) =>
      answers.push(patch ? { ...rest, made: [patch.rgb[0]!, patch.rgb[1]!, patch.rgb[2]!] } : rest),
    ...(options.isUnhurried ? { isUnhurried: true } : {}),
  });
  return { engine, answers };
}

/** `frames` programme frames of a tone, of which the first `quiet` are silent. */
function hear(
  engine: NeuralEngine,
  firstFrame: number,
  frames: number,
  quiet = 0,
  actionAt = -1,
  action = -1,
): void {
  for (let at = 0; at < frames; at++) {
    const pcm = new Float32Array(640).map((_, n) => at < quiet ? 0 : 0.3 * Math.sin(n * 0.3));
    const about = at === 0 ? { firstFrame, epoch: 0, isProtected: false } : undefined;
    engine.hear(pcm, at === frames - 1, about, at === actionAt ? action : -1);
  }
}

async function settle(engine: NeuralEngine): Promise<void> {
  for (let n = 0; n < 1000 && await engine.step(); n++);
}

Deno.test("NeuralEngine: renders no further ahead than leadMsMax and goes on as the stage does", async () => {
  const { engine, answers } = engineOf(countingRung());
  hear(engine, 100, 60);
  await settle(engine);
  assertEquals(answers.map(({ speechFrame }) => speechFrame), Array.from({ length: 10 }, (_, n) => 100 + n));
  const place = emptyPlace();
  for (let shown = 101; shown <= 160; shown++) {
    engine.follow({ ...place, nextSpeechFrame: shown, isStarted: true });
    await settle(engine);
  }
  assertEquals(answers.map(({ speechFrame }) => speechFrame), Array.from({ length: 60 }, (_, n) => 100 + n));
  assert(answers.every(({ made }, n) => made![0] === n), "every patch is of its own speech");
});

Deno.test("NeuralEngine: the first answer is rendered alone", async () => {
  const network = new CountingNetwork(8);
  const { engine } = engineOf(countingRung(network));
  hear(engine, 0, 60);
  await settle(engine);
  assertEquals(network.batches[0], 1);
});

Deno.test("NeuralEngine: patches are of the place where the stage will be", async () => {
  const { engine, answers } = engineOf(countingRung());
  const walk = { action: -1, actionStep: 0, idleStep: 40, speakingStep: 0, isSpeaking: true };
  hear(engine, 0, 60);
  engine.follow({ nextSpeechFrame: 5, avatar: 3, isStarted: true, walk });
  await settle(engine);
  const [first] = answers;
  // Frame 5 is shown at step 41; what comes in time is a later one.
  assertEquals(first!.step, 41 + first!.speechFrame - 5);
  assertEquals(first!.made![2], first!.step);
  assertEquals(first!.avatar, 3);
});

Deno.test("NeuralEngine: silence costs no inference and keeps its place", async () => {
  const network = new CountingNetwork();
  const { engine, answers } = engineOf(countingRung(network));
  hear(engine, 0, 8, 8);
  engine.follow(emptyPlace());
  await settle(engine);
  assertEquals(answers.length, 8);
  assert(answers.every(({ made }) => made === undefined));
  assertEquals(network.batches, []);
  const steps = answers.map(({ step }) => step);
  assertEquals(steps, steps.map((_, n) => steps[0]! + n));
});

Deno.test("NeuralEngine: where the silence before the first sound is too short, that sound's patch is made first", async () => {
  const made: string[] = [];
  const rung = countingRung(new CountingNetwork(4, () => void made.push("run")));
  const { engine, answers } = engineOf(rung);
  hear(engine, 0, 40, 3); // 120 ms, of which 80 ms are told apart from the sound after it
  await settle(engine);
  assertEquals(answers[0]!.speechFrame, 0);
  assertEquals(answers.map(({ speechFrame }) => speechFrame), answers.map((_, n) => n));
  assert(answers.some(({ made }) => made === undefined), "some are rest");
});

Deno.test("NeuralEngine: an interrupt drops what waits, a protected utterance goes on", async () => {
  const { engine, answers } = engineOf(countingRung());
  hear(engine, 0, 60);
  await settle(engine);
  const before = answers.length;
  engine.interrupt(1);
  await settle(engine);
  assertEquals(answers.length, before);
  engine.hear(new Float32Array(640).fill(0.5), false, { firstFrame: 60, epoch: 0, isProtected: true });
  for (let n = 0; n < 8; n++) engine.hear(new Float32Array(640).fill(0.5), n === 7);
  await settle(engine);
  assertEquals(answers.length, before + 9);
});

Deno.test("NeuralEngine: an action begins with its frame, and on a clip with a sound of its own nothing is rendered", async () => {
  const clips = [IDLE_FILM, WAVE_FILM, SONG_FILM];
  const { engine, answers } = engineOf(countingRung(new CountingNetwork(), clips), { isUnhurried: true });
  hear(engine, 0, 40, 0, 20, 1);
  await settle(engine);
  const waves = answers.filter(({ clip }) => clip === 1);
  assertEquals(waves.map(({ speechFrame, step }) => [speechFrame, step]), waves.map((_, n) => [20 + n, n]));
  assertEquals(waves.length, 10);
  assertEquals(waves[3]!.made!.slice(1), [1, 3]);
  const song = engineOf(countingRung(new CountingNetwork(), clips), { isUnhurried: true });
  hear(song.engine, 0, 30, 0, 5, 2);
  await settle(song.engine);
  assert(song.answers.filter(({ clip }) => clip === 2).every(({ made }) => made === undefined));
  assert(song.answers.filter(({ clip }) => clip === 0).every(({ made }) => made !== undefined));
});

for (const fps of [20, 24, 30, 50]) {
  Deno.test(`NeuralEngine: at ${fps} fps every programme frame gets the nearest engine frame`, async () => {
    const { engine, answers } = engineOf(countingRung(), { fps, isUnhurried: true });
    const frames = fps;
    for (let at = 0; at < frames; at++) {
      const pcm = new Float32Array(Math.floor((at + 1) * 16_000 / fps) - Math.floor(at * 16_000 / fps)).fill(
        0.4,
      );
      const about = at === 0 ? { about: { firstFrame: 0, epoch: 0, isProtected: false } } : {};
      engine.hear(pcm, at === frames - 1, about.about);
    }
    await settle(engine);
    assertEquals(answers.map(({ speechFrame }) => speechFrame), Array.from({ length: frames }, (_, n) => n));
    for (const { speechFrame, made } of answers) {
      const apartMs = Math.abs((speechFrame + 0.5) * 1000 / fps - (made![0] + 0.5) * 40);
      assert(apartMs <= 20 + 1e-9, `frame ${speechFrame} shows ${made![0]}, ${apartMs} ms away`);
    }
  });
}

Deno.test("NeuralEngine: frames of an utterance whose beginning it did not hear are dropped", async () => {
  const { engine, answers } = engineOf(countingRung());
  for (let n = 0; n < 10; n++) engine.hear(new Float32Array(640).fill(0.5), n === 9);
  await settle(engine);
  assertEquals(answers, []);
});

Deno.test("NeuralEngine: a following utterance is rendered while the one before it is still heard", async () => {
  const { engine, answers } = engineOf(countingRung());
  hear(engine, 0, 20);
  hear(engine, 20, 20);
  for (let shown = 0; shown <= 15; shown++) {
    engine.follow({ ...emptyPlace(), nextSpeechFrame: shown, isStarted: shown > 0 });
    await settle(engine);
  }
  assertEquals(answers.at(-1)!.speechFrame, 24);
});
