/** Several programmes at one network: who is served when, what goes into a run together, and a seat that goes wrong. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { BatchCost } from "../../src/lipsync/neural/engine/batch_cost.ts";
import { NeuralEngine } from "../../src/lipsync/neural/engine/neural_engine.ts";
import { Renderer } from "../../src/lipsync/neural/engine/renderer.ts";
import { Rung } from "../../src/lipsync/neural/engine/rung.ts";
import { SeatRound } from "../../src/lipsync/neural/engine/seat_round.ts";
import { byUrgency, paceFrames, shareRun } from "../../src/lipsync/neural/engine/share_run.ts";
import {
  FROM_ENGINE,
  numberFrame,
  numberOf,
  resultFrame,
  resultOf,
  TO_ENGINE,
} from "../../src/lipsync/neural/process/messages.ts";
import { PipeReader, seated } from "../../src/lipsync/neural/process/pipe.ts";
import { emptyPlace, type PatchResult } from "../../src/lipsync/mod.ts";
import { SimulatedClock } from "../../src/time/mod.ts";
import { CountingNetwork, countingRung } from "../fakes/rung.ts";

const PERIOD_MS = 40;
const RESULT: PatchResult = {
  ...{ speechFrame: 0, epoch: 0, isProtected: false, family: "musetalk" },
  ...{ clip: 0, step: 0, avatar: 0 },
};

function costOf(fixedMs: number, frameMs: number): BatchCost {
  const cost = new BatchCost(8);
  for (const count of [1, 2, 4, 8]) cost.add(count, fixedMs + frameMs * count);
  return cost;
}

Deno.test("shareRun: the most urgent is served whole, whatever that costs", () => {
  assertEquals(shareRun([{ count: 1, slackMs: 0 }], 8, costOf(500, 10)), [1]);
  assertEquals(shareRun([{ count: 4, slackMs: 120 }, { count: 4, slackMs: 400 }], 8, costOf(80, 10)), [4, 0]);
});

Deno.test("shareRun: others join as far as the run is over before any of them runs dry", () => {
  const cost = costOf(10, 10);
  assertEquals(shareRun([{ count: 2, slackMs: 300 }, { count: 4, slackMs: 320 }], 8, cost), [2, 4]);
  assertEquals(shareRun([{ count: 2, slackMs: 300 }, { count: 7, slackMs: 320 }], 8, cost), [2, 6]);
  // 1.3 times 60 ms for five frames fits into 80 ms, six do not.
  assertEquals(shareRun([{ count: 2, slackMs: 80 }, { count: 4, slackMs: 400 }], 8, cost), [2, 3]);
  assertEquals(shareRun([{ count: 8, slackMs: 300 }, { count: 4, slackMs: 400 }], 8, cost), [8, 0]);
});

Deno.test("shareRun: one that would run dry in waiting joins with a frame, one that would not waits", () => {
  const cost = costOf(20, 10);
  assertEquals(shareRun([{ count: 1, slackMs: 0 }, { count: 3, slackMs: 20 }], 8, cost), [1, 1]);
  assertEquals(shareRun([{ count: 1, slackMs: -80 }, { count: 3, slackMs: 300 }], 8, cost), [1, 0]);
});

Deno.test("paceFrames: single frames where they keep up or somebody is alone, else as many as keep pace, within a batch", () => {
  assertEquals(paceFrames(costOf(60, 30), 1, 8, PERIOD_MS), 1);
  assertEquals(paceFrames(costOf(10, 5), 3, 8, PERIOD_MS), 1);
  assertEquals(paceFrames(costOf(25, 5), 4, 8, PERIOD_MS), 2); // 45 ms for 40 ms of each, 65 ms for 80
  assertEquals(paceFrames(costOf(60, 30), 3, 8, PERIOD_MS), 2); // no batch is larger than 8
  assertEquals(paceFrames(costOf(60, 30), 12, 8, PERIOD_MS), 1);
});

Deno.test("shareRun: where all are late, others join the run with what keeps pace", () => {
  const cost = costOf(25, 5);
  const wants = [{ count: 2, slackMs: 0 }, { count: 2, slackMs: 80 }, { count: 1, slackMs: 80 }];
  assertEquals(shareRun(wants, 8, cost, 2), [2, 2, 1]);
  assertEquals(shareRun(wants, 8, cost, 1), [2, 0, 0]);
});

Deno.test("byUrgency: the earliest deadline first, of those that are late who was served longest ago", () => {
  const seats = [
    { slackMs: 200, served: 1 },
    { slackMs: -400, served: 9 },
    { slackMs: -10, served: 3 },
    { slackMs: 40, served: 8 },
  ];
  assertEquals(seats.toSorted(byUrgency).map(({ served }) => served), [3, 9, 8, 1]);
});

/** One programme whose stage starts with its first answer and shows a frame every 40 ms. */
class Watched {
  served = 0;
  readonly engine: NeuralEngine;
  /** When each frame was answered; its patch's frame of speech. */
  readonly answers: { readonly frame: number; readonly atMs: number; readonly made: number | undefined }[] =
    [];
  #startMs = Infinity;
  #saidMs = Infinity;
  #frames = 0;

  constructor(readonly house: Watching, rung: Rung) {
    const { cost, clock, renderer, seats } = house;
    this.engine = new NeuralEngine({
      ...{ rung, cost, clock, renderer, fps: 25, leadMsMax: 400 },
      load: () => seats.filter(({ engine }) => engine.isSpeaking).length,
      emit: ({ speechFrame, patch }) => {
        this.answers.push({ frame: speechFrame, atMs: clock.nowMs(), made: patch?.rgb[0] });
        this.#startMs = Math.min(this.#startMs, clock.nowMs());
      },
    });
  }

  get slackMs(): number {
    return this.engine.slackMs;
  }

  say(frames: number): void {
    this.#saidMs = this.house.clock.nowMs();
    this.#frames = frames;
    for (let at = 0; at < frames; at++) {
      const about = at === 0 ? { firstFrame: 0, epoch: 0, isProtected: false } : undefined;
      this.engine.hear(new Float32Array(640).fill(0.3), at === frames - 1, about);
    }
  }

  get #shown(): number {
    const ms = this.house.clock.nowMs() - this.#startMs;
    return ms < 0 || !Number.isFinite(ms) ? 0 : Math.min(this.#frames, Math.floor(ms / PERIOD_MS) + 1);
  }

  get isOver(): boolean {
    return this.#shown >= this.#frames;
  }

  look(): void {
    if (this.#startMs === Infinity) return;
    this.engine.follow({ ...emptyPlace(), nextSpeechFrame: this.#shown, isStarted: true });
  }

  get firstAnswerMs(): number {
    return this.answers[0]!.atMs - this.#saidMs;
  }

  /** Frames that were there when the stage wanted them. */
  get inTime(): number {
    return this.answers.filter(({ frame, atMs }) => atMs <= this.#startMs + frame * PERIOD_MS).length;
  }
}

class Watching {
  readonly clock = new SimulatedClock();
  readonly seats: Watched[] = [];
  readonly faults: unknown[] = [];
  readonly network: CountingNetwork;
  readonly renderer: Renderer;
  readonly #round: SeatRound<Watched>;

  constructor(readonly cost: BatchCost) {
    this.network = new CountingNetwork(
      8,
      (count) => this.clock.waitUntil(this.clock.nowMs() + this.cost.of(count)),
    );
    this.renderer = new Renderer(this.network, cost, this.clock);
    this.#round = new SeatRound({
      ...{ renderer: this.renderer, cost, batchMax: 8, periodMs: PERIOD_MS },
      onFault: (seat, error) => {
        this.faults.push(error);
        this.seats.splice(this.seats.indexOf(seat), 1);
      },
    });
  }

  seat(rung = countingRung(this.network)): Watched {
    const seat = new Watched(this, rung);
    this.seats.push(seat);
    return seat;
  }

  async run(untilMs: number, until = () => this.seats.every(({ isOver }) => isOver)): Promise<void> {
    while (this.clock.nowMs() < untilMs && !until()) {
      for (const seat of this.seats) seat.look();
      if (!await this.#round.step(this.seats)) this.clock.waitUntil(this.clock.nowMs() + 1);
    }
  }
}

Deno.test("SeatRound: two seats are rendered in common runs, each with its own frames, all in time", async () => {
  const house = new Watching(costOf(12, 5));
  const [a, b] = [house.seat(), house.seat()];
  a.say(100);
  b.say(80);
  await house.run(10_000);
  assert(house.renderer.sharedRuns > 10, `${house.renderer.sharedRuns} runs were shared`);
  for (const [seat, frames] of [[a, 100], [b, 80]] as const) {
    assertEquals(seat.answers.map(({ frame }) => frame), Array.from({ length: frames }, (_, n) => n));
    assertEquals(seat.answers.map(({ made }) => made), seat.answers.map(({ frame }) => frame));
    assertEquals(seat.inTime, frames);
  }
});

Deno.test("SeatRound: one seat alone is served as its engine serves itself", async () => {
  const rounds = new Watching(costOf(9, 4));
  const one = rounds.seat();
  one.say(60);
  await rounds.run(10_000);
  const itself = new Watching(costOf(9, 4));
  const same = itself.seat();
  same.say(60);
  while (!same.isOver) {
    same.look();
    if (!await same.engine.step()) itself.clock.waitUntil(itself.clock.nowMs() + 1);
  }
  assertEquals(one.answers, same.answers);
  assertEquals(rounds.network.batches, itself.network.batches);
  assertEquals(rounds.renderer.sharedRuns, 0);
});

Deno.test("SeatRound: who begins to speak while others are far ahead is answered after two runs at most", async () => {
  const house = new Watching(costOf(20, 8));
  const [a, b, late] = [house.seat(), house.seat(), house.seat()];
  a.say(200);
  b.say(200);
  await house.run(2000, () => false);
  late.say(60);
  await house.run(10_000, () => late.answers.length > 0);
  assert(late.firstAnswerMs <= 2 * house.cost.of(8), `${late.firstAnswerMs} ms`);
});

Deno.test("SeatRound: four seats keep up by common runs where runs of their own would take three times as long as there is", async () => {
  const house = new Watching(costOf(25, 5)); // four runs of 30 ms in 40 ms would be too many
  const seats = Array.from({ length: 4 }, () => house.seat());
  for (const [at, seat] of seats.entries()) {
    seat.say(250);
    await house.run(house.clock.nowMs() + 130 + at * 7, () => false);
  }
  await house.run(14_000);
  for (const { inTime, engine } of seats) {
    assertEquals(engine.skippedFrames, 0);
    assert(inTime >= 245, `${inTime} of 250 frames were in time`);
  }
});

Deno.test("SeatRound: a network too slow for all leaves frames of each out, and starves nobody", async () => {
  // A frame of one seat takes most of its time: three cannot have every frame.
  const house = new Watching(costOf(5, 30));
  const seats = [house.seat(), house.seat(), house.seat()];
  seats[0]!.say(250);
  await house.run(1500, () => false);
  seats[1]!.say(200);
  seats[2]!.say(200);
  await house.run(9000);
  for (const { answers, engine } of seats) {
    assert(engine.skippedFrames > 0);
    // A third of the frames at least would be fair; a fifth is more than crumbs.
    assert(answers.length > 40, `${seats.map(({ answers }) => answers.length)} of 250, 200 and 200 frames`);
  }
  const gaps = seats.flatMap(({ answers }) =>
    answers.slice(1).map(({ atMs }, at) => atMs - answers[at]!.atMs)
  );
  assert(Math.max(...gaps) < 800, `somebody waited ${Math.max(...gaps)} ms`);
});

function brokenRung(network: CountingNetwork, where: "fill" | "finish"): Rung {
  const { features, faces, clips } = countingRung(network);
  const broken = {
    faceValues: faces.faceValues,
    patchSide: faces.patchSide,
    fill: faces.fill.bind(faces),
    finish: faces.finish.bind(faces),
    [Symbol.dispose]() {},
    [where]: () => Promise.reject(new Error(`cannot ${where}`)),
  };
  return new Rung(features, network, { faces: broken, clips });
}

for (const where of ["fill", "finish"] as const) {
  Deno.test(`SeatRound: an avatar that cannot be read (${where}) is that seat's fault alone`, async () => {
    const house = new Watching(costOf(12, 5));
    const well = house.seat();
    const ill = house.seat(brokenRung(house.network, where));
    well.say(50);
    ill.say(50);
    await house.run(10_000);
    assertEquals(house.faults.map(String), [`Error: cannot ${where}`]);
    assertEquals(ill.answers, []);
    assertEquals(well.answers.map(({ made }) => made), Array.from({ length: 50 }, (_, n) => n));
  });
}

Deno.test("SeatRound: what the network throws is everybody's fault", async () => {
  const house = new Watching(costOf(12, 5));
  house.network.run = () => Promise.reject(new Error("out of memory"));
  for (const seat of [house.seat(), house.seat()]) seat.say(10);
  await assertRejects(() => house.run(1000), Error, "out of memory");
  assertEquals(house.faults, []);
});

Deno.test("pipe: a frame says its kind and its seat, in pieces of any size, and 0 is what it was before there were seats", () => {
  const frames = [
    numberFrame(TO_ENGINE.interrupt, 7),
    seated(numberFrame(TO_ENGINE.interrupt, 8), 3),
    seated(resultFrame({ ...RESULT, speechFrame: 9 }), 2 ** 24 - 1),
  ];
  assertEquals(new DataView(frames[0]!.buffer).getUint32(4, true), TO_ENGINE.interrupt);
  for (const size of [1, 5, 1000]) {
    const reader = new PipeReader();
    const seen: number[][] = [];
    const bytes = frames.flatMap((frame) => [...frame]);
    for (let at = 0; at < bytes.length; at += size) {
      reader.push(Uint8Array.from(bytes.slice(at, at + size)));
      for (let frame = reader.next(); frame; frame = reader.next()) {
        const { kind, seat, payload } = frame;
        seen.push([
          kind,
          seat,
          kind === TO_ENGINE.interrupt ? numberOf(payload) : resultOf(payload)!.speechFrame,
        ]);
      }
    }
    assertEquals(seen, [
      [TO_ENGINE.interrupt, 0, 7],
      [TO_ENGINE.interrupt, 3, 8],
      [FROM_ENGINE.result, 2 ** 24 - 1, 9],
    ]);
  }
});
