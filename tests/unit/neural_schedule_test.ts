/** The schedule against a simulated stage: every frame in time, bounded lead, no growing lag. */
import { assert, assertEquals } from "@std/assert";
import { BatchCost } from "../../src/lipsync/neural/engine/batch_cost.ts";
import { Schedule } from "../../src/lipsync/neural/engine/schedule.ts";

const PERIOD_MS = 40;

interface Run {
  readonly batches: number[];
  /** Of every frame of the utterance, when it was ready, in ms after the first was asked for. */
  readonly readyMs: number[];
  readonly startedMs: number;
  readonly leadFramesMax: number;
}

/** An utterance of `frames`, all of its speech there at once; the stage starts with the first frame. */
function simulate(
  frames: number,
  costMs: (count: number) => number,
  { batchMax = 8, leadMsMax = 400, measured = [1, 2, 4] } = {},
): Run {
  const cost = new BatchCost(batchMax);
  for (const count of measured) cost.add(count, costMs(count));
  const schedule = new Schedule({ periodMs: PERIOD_MS, leadMsMax, batchMax, cost });
  const readyMs = Array<number>(frames).fill(Infinity);
  const batches: number[] = [];
  let nowMs = 0, next = 0, startedMs = Infinity, leadFramesMax = 0;
  while (next < frames && nowMs < 1e6) {
    const isStarted = nowMs >= startedMs;
    const shown = isStarted ? Math.floor((nowMs - startedMs) / PERIOD_MS) : 0;
    const batch = schedule.next({ next, known: frames, shown, isStarted });
    if (batch === undefined) {
      nowMs += 1;
      continue;
    }
    const tookMs = costMs(batch.count);
    nowMs += tookMs;
    cost.add(batch.count, tookMs);
    for (let at = 0; at < batch.count; at++) readyMs[batch.first + at] = nowMs;
    batches.push(batch.count);
    next = batch.first + batch.count;
    if (startedMs === Infinity) startedMs = nowMs;
    leadFramesMax = Math.max(leadFramesMax, next - Math.floor((nowMs - startedMs) / PERIOD_MS));
  }
  return { batches, readyMs, startedMs, leadFramesMax };
}

Deno.test("Schedule: a quick engine begins with one frame, grows its batches and misses nothing", () => {
  const run = simulate(200, (count) => 12 + 6 * count);
  assertEquals(run.batches[0], 1);
  assert(Math.max(...run.batches) >= 4, `largest batch ${Math.max(...run.batches)}`);
  run.readyMs.forEach((readyMs, frame) => {
    assert(readyMs <= run.startedMs + frame * PERIOD_MS, `frame ${frame} came at ${readyMs}`);
  });
});

Deno.test("Schedule: never more than leadMsMax is rendered ahead", () => {
  for (const leadMsMax of [120, 400]) {
    const run = simulate(200, (count) => 1 + count, { leadMsMax });
    assert(run.leadFramesMax <= leadMsMax / PERIOD_MS, `${run.leadFramesMax} frames`);
  }
});

Deno.test("Schedule: an engine that just keeps up drops no frame", () => {
  const run = simulate(200, (count) => 4 + 33 * count);
  const late = run.readyMs.filter((readyMs, frame) => readyMs > run.startedMs + (frame + 1) * PERIOD_MS);
  assertEquals(late.length, 0);
});

Deno.test("Schedule: a slow engine renders on a grid and its lag does not grow", () => {
  for (const frameMs of [70, 130, 390]) {
    const run = simulate(300, (count) => frameMs * count);
    const lags = run.readyMs.map((readyMs, frame) => readyMs - (run.startedMs + frame * PERIOD_MS))
      .filter((lag) => lag < Infinity);
    assert(lags.length > 300 * PERIOD_MS / frameMs * 0.7, `${lags.length} frames at ${frameMs} ms each`);
    const [early, late] = [lags.slice(0, lags.length / 2), lags.slice(lags.length / 2)].map((half) =>
      Math.max(...half)
    );
    assert(late! <= early! + PERIOD_MS, `lag grew from ${early} to ${late} ms`);
    assert(late! <= frameMs + PERIOD_MS, `lag ${late} ms at ${frameMs} ms a frame`);
  }
});

Deno.test("Schedule: after a stall the frames that have passed are skipped", () => {
  const cost = new BatchCost(4);
  cost.add(1, 20);
  const schedule = new Schedule({ periodMs: PERIOD_MS, leadMsMax: 400, batchMax: 4, cost });
  const batch = schedule.next({ next: 10, known: 100, shown: 30, isStarted: true })!;
  assertEquals(batch, { first: 31, count: 1, skipped: 21 });
});

Deno.test("Schedule: nothing is rendered before its speech is known", () => {
  const cost = new BatchCost(4);
  cost.add(1, 5);
  const schedule = new Schedule({ periodMs: PERIOD_MS, leadMsMax: 400, batchMax: 4, cost });
  assertEquals(schedule.next({ next: 0, known: 0, shown: 0, isStarted: false }), undefined);
  assertEquals(schedule.next({ next: 3, known: 3, shown: 1, isStarted: true }), undefined);
});

/** A schedule whose runs cost so much a frame and nothing besides. */
function scheduleOf(frameMs: number, options: { batchMax?: number; leadMsMax?: number } = {}): Schedule {
  const { batchMax = 8, leadMsMax = 4000 } = options;
  const cost = new BatchCost(batchMax);
  for (const count of [1, 2, batchMax]) cost.add(count, frameMs * count);
  return new Schedule({ periodMs: PERIOD_MS, leadMsMax, batchMax, cost });
}

Deno.test("Schedule: batches double while the engine is ahead, and begin with one frame again", () => {
  const schedule = scheduleOf(0.1);
  const counts = () => {
    const all: number[] = [];
    for (let next = 0; all.length < 6;) {
      const { first, count } = schedule.next({ next, known: 1000, shown: 0, isStarted: next > 0 })!;
      assertEquals(first, next);
      all.push(count);
      next += count;
    }
    return all;
  };
  assertEquals(counts(), [1, 2, 4, 8, 8, 8]);
  schedule.start();
  assertEquals(counts(), [1, 2, 4, 8, 8, 8]);
  const ahead = { next: 50, known: 1000, shown: 0, isStarted: true };
  assertEquals(schedule.next(ahead)?.count, 8);
  schedule.start();
  assertEquals(schedule.next(ahead)?.count, 1);
});

Deno.test("Schedule: a batch takes at most what is ahead, divided by 1.3", () => {
  const schedule = scheduleOf(1, { batchMax: 64 });
  // Far ahead, until the batches are as large as they get.
  for (let n = 0; n < 8; n++) schedule.next({ next: 50, known: 1000, shown: 0, isStarted: true });
  // 80 ms ahead: 61 ms of work times 1.3 are 79.3, 62 would be 80.6.
  assertEquals(schedule.next({ next: 2, known: 1000, shown: 0, isStarted: true })?.count, 61);
  // Nothing is ahead: one frame, whatever it costs.
  assertEquals(schedule.next({ next: 1, known: 1000, shown: 1, isStarted: true })?.count, 1);
});

Deno.test("Schedule: every frame up to 95 % of its time, else every second, every third", () => {
  const cases = [[38, 1], [38.1, 2], [76, 2], [76.1, 3], [114, 3], [114.1, 4]] as const;
  for (const [frameMs, stride] of cases) assertEquals(scheduleOf(frameMs).stride, stride, `${frameMs} ms`);
});

Deno.test("Schedule: a slow engine's frames lie on a grid and are none that has passed when it is ready", () => {
  const schedule = scheduleOf(100, { leadMsMax: 400 });
  assertEquals(schedule.stride, 3);
  const next = (next: number, shown: number, known = 1000) =>
    schedule.next({ next, known, shown, isStarted: true });
  // Ready 100 ms later: the stage shows frame 4 then, the next on the grid is 6.
  assertEquals(next(3, 2), { first: 6, count: 1, skipped: 3 });
  assertEquals(next(4, 1), { first: 6, count: 1, skipped: 2 });
  assertEquals(next(6, 1), { first: 6, count: 1, skipped: 0 });
  // Ten frames ahead at most, and none whose speech is not there.
  assertEquals(next(10, 2), undefined);
  assertEquals(next(10, 3), { first: 12, count: 1, skipped: 2 });
  assertEquals(next(4, 1, 6), undefined);
  assertEquals(schedule.next({ next: 0, known: 1000, shown: 0, isStarted: false })?.first, 0);
});

Deno.test("BatchCost: finds the fixed part and the part of a frame", () => {
  const cost = new BatchCost(8);
  assertEquals(cost.isKnown, false);
  for (const count of [1, 2, 4, 8]) cost.add(count, 10 + 3 * count);
  assert(Math.abs(cost.of(6) - 28) < 1e-9);
  const single = new BatchCost(8);
  single.add(2, 30);
  assertEquals(single.of(1), 15);
});
