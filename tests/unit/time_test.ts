import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Fault, InputFault } from "../../src/errors/mod.ts";
import {
  delay,
  Epoch,
  every,
  frameRate,
  MonotonicClock,
  Pacer,
  SimulatedClock,
  SlotRing,
  withDeadline,
} from "../../src/time/mod.ts";

Deno.test("frameRate refuses rates that do not divide 48 000 by name", () => {
  assertEquals(frameRate(25).samplesPerFrame, 1920);
  assertThrows(() => frameRate(29.97), InputFault, "29.97");
});

Deno.test("Pacer keeps absolute deadlines through jitter", () => {
  const clock = new SimulatedClock();
  const pacer = new Pacer(clock, 40);
  for (let n = 1; n <= 1000; n++) {
    clock.jump(n % 7);
    pacer.wait(0);
    assertEquals(pacer.deadlineMs, (n + 1) * 40);
  }
  assertEquals(pacer.laggedFrames, 0);
});

Deno.test("Pacer counts a missed tick and catches up without moving deadlines", () => {
  const clock = new SimulatedClock();
  const pacer = new Pacer(clock, 40);
  clock.jump(40 + 90);
  assertEquals(pacer.wait(0), 90);
  assertEquals(pacer.laggedFrames, 1);
  assertEquals(pacer.deadlineMs, 80);
  pacer.wait(0);
  pacer.wait(0);
  assertEquals(pacer.laggedFrames, 2);
  assertEquals(clock.nowMs(), 130);
});

Deno.test("Pacer re-anchors once after more than 300 ms", () => {
  const clock = new SimulatedClock();
  const pacer = new Pacer(clock, 40);
  clock.jump(40 + 5000);
  pacer.wait(0);
  assertEquals(pacer.reanchors, 1);
  assertEquals(pacer.deadlineMs, 5080);
  assertEquals(pacer.wait(0), 0);
  assertEquals(pacer.laggedFrames, 1);
});

Deno.test("Pacer stretches periods by at most half a percent", () => {
  const clock = new SimulatedClock();
  const pacer = new Pacer(clock, 40);
  pacer.wait(1);
  assertAlmostEquals(pacer.deadlineMs, 80.2);
});

Deno.test("SimulatedClock runs events in order of time and then of scheduling", () => {
  const clock = new SimulatedClock();
  const seen: string[] = [];
  clock.at(20, () => seen.push("b"));
  clock.at(10, () => {
    seen.push("a");
    clock.at(15, () => seen.push(`a2@${clock.nowMs()}`));
  });
  clock.at(20, () => seen.push("c"));
  clock.waitUntil(30);
  assertEquals(seen, ["a", "a2@15", "b", "c"]);
  assertEquals(clock.nowMs(), 30);
});

Deno.test("MonotonicClock parks until the deadline and never returns early", () => {
  const clock = new MonotonicClock();
  for (let n = 0; n < 5; n++) {
    const deadlineMs = clock.nowMs() + 3.3;
    clock.waitUntil(deadlineMs);
    assert(clock.nowMs() >= deadlineMs);
  }
});

Deno.test("SlotRing refuses a slot when full and gives slots back in order", () => {
  const ring = SlotRing.create({ slots: 2, slotBytes: 8 });
  assertEquals(ring.peek(), -1);
  assertEquals([ring.acquire(), (ring.commit(), ring.acquire()), (ring.commit(), ring.acquire())], [
    0,
    1,
    -1,
  ]);
  assertEquals([ring.peek(), ring.peek(1), ring.peek(2)], [0, 1, -1]);
  ring.release();
  assertEquals(ring.acquire(), 0);
  assertThrows(() => SlotRing.create({ slots: 3, slotBytes: 8 }), RangeError, "power of two");
});

Deno.test("SlotRing wakes a waiting consumer", async () => {
  const ring = SlotRing.create({ slots: 2, slotBytes: 8 });
  const woken = ring.readable(10_000);
  ring.acquire();
  ring.commit();
  await woken;
  assertEquals(ring.queued, 1);
});

Deno.test("Epoch.bump ends every wait for it at once, also one that comes too late", async () => {
  const epoch = new Epoch();
  const seen = epoch.current;
  const waits = [epoch.bumped(seen, 60_000), new Epoch(epoch.buffer).bumped(seen, 60_000)];
  epoch.bump();
  await Promise.all(waits);
  await epoch.bumped(seen, 60_000);
});

Deno.test("Epoch makes older entries stale but protected ones", () => {
  const epoch = new Epoch();
  const before = epoch.current;
  assertEquals(epoch.isStale(before, false), false);
  epoch.bump();
  assertEquals([epoch.isStale(before, false), epoch.isStale(before, true)], [true, false]);
  assertEquals(new Epoch(epoch.buffer).current, epoch.current);
});

Deno.test("withDeadline rejects by name when the work takes too long, and with the signal's reason", async () => {
  const error = await assertRejects(
    () => withDeadline(delay(5000), 5, "waiting for the test"),
    Fault,
    "5 ms",
  );
  assertEquals(error.code, "deadline");
  const controller = new AbortController();
  const waiting = withDeadline(delay(5000, controller.signal), 5000, "waiting", controller.signal);
  controller.abort(new Error("enough"));
  await assertRejects(() => waiting, Error, "enough");
  assertEquals(await withDeadline(Promise.resolve(4), 50, "answering"), 4);
});

Deno.test("every goes on after errors of its call and hands each to onError", async () => {
  const errors: unknown[] = [];
  let calls = 0;
  {
    const done = Promise.withResolvers<void>();
    using _repeating = every(1, async () => {
      if (++calls === 1) throw new Error("at once");
      await Promise.resolve();
      if (calls === 2) throw new Error("later");
      done.resolve();
    }, (error) => void errors.push(error));
    await withDeadline(done.promise, 5000, "the third call");
  }
  assertEquals(errors.map((error) => (error as Error).message), ["at once", "later"]);
  const atEnd = calls;
  await delay(20);
  assertEquals(calls, atEnd, "nothing is called once it is disposed");
});

Deno.test("every without onError says the first error in one line on stderr and goes on", async () => {
  const lines: unknown[][] = [];
  const original = console.error;
  console.error = (...words: unknown[]) => void lines.push(words);
  try {
    const done = Promise.withResolvers<void>();
    let calls = 0;
    using _repeating = every(1, () => {
      if (++calls === 4) done.resolve();
      throw new Error("broken\nagain");
    });
    await withDeadline(done.promise, 5000, "the fourth call");
  } finally {
    console.error = original;
  }
  assertEquals(lines, [["lipcam: a repeated call failed: broken again"]]);
});
