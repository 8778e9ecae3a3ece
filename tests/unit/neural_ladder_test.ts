/** The ladder: chosen by cost, kept by hysteresis. */
import { assert, assertEquals } from "@std/assert";
import { Ladder, type LadderSecond, tooSlow } from "../../src/lipsync/neural/engine/ladder.ts";
import { Respawns } from "../../src/lipsync/neural/process/respawns.ts";

const calm = { renderedFrames: 25, skippedFrames: 0, leadFramesMin: 5 };
const bad = { renderedFrames: 15, skippedFrames: 10, leadFramesMin: 0 };

Deno.test("tooSlow: names the cost and the limit", () => {
  assertEquals(tooSlow({ frameMs: 29, featureMs: 100 }, 40), undefined);
  assertEquals(tooSlow({ frameMs: 180, featureMs: 100 }, 40), "180.0 ms a frame here, wanted at most 30");
  assert(tooSlow({ frameMs: 5, featureMs: 900 }, 40)!.includes("900 ms"));
});

Deno.test("Ladder: one bad second changes nothing, three step down", () => {
  const ladder = new Ladder(3, 0);
  assertEquals([ladder.second(bad), ladder.second(calm), ladder.second(bad), ladder.second(bad)], [
    0,
    0,
    0,
    0,
  ]);
  assertEquals(ladder.second(bad), 1);
});

Deno.test("Ladder: climbs after a calm time and waits twice as long after a climb that did not hold", () => {
  const ladder = new Ladder(2, 0);
  for (let n = 0; n < 3; n++) ladder.second(bad);
  assertEquals(ladder.rung, 1);
  const climb = () => {
    let seconds = 0;
    while (ladder.rung === 1 && seconds < 10_000) {
      ladder.second(calm);
      seconds++;
    }
    return seconds;
  };
  const first = climb();
  for (let n = 0; n < 3; n++) ladder.second(bad);
  assertEquals(ladder.rung, 1);
  assertEquals(climb(), 2 * first);
});

Deno.test("Ladder: does not leave its ends", () => {
  const ladder = new Ladder(1, 0);
  for (let n = 0; n < 100; n++) assertEquals(ladder.second(n % 2 ? bad : calm), 0);
  const alone = new Ladder(2, 1);
  for (let n = 0; n < 10; n++) assertEquals(alone.second(bad), 1);
});

Deno.test("tooSlow: three quarters of a frame's time for a frame, three tenths of the time for hearing", () => {
  assertEquals(tooSlow({ frameMs: 30, featureMs: 300 }, 40), undefined);
  assertEquals(tooSlow({ frameMs: 30.1, featureMs: 0 }, 40), "30.1 ms a frame here, wanted at most 30");
  assertEquals(
    tooSlow({ frameMs: 30, featureMs: 301 }, 40),
    "301 ms for hearing a second of speech here, wanted at most 300",
  );
});

/** A ladder of two rungs, on the lower one. */
function fallen(): Ladder {
  const ladder = new Ladder(2, 0);
  for (let n = 0; n < 3; n++) ladder.second(bad);
  assertEquals(ladder.rung, 1);
  return ladder;
}

/** Seconds like this one until it is on the rung, or so many. */
function secondsTo(ladder: Ladder, rung: number, second: LadderSecond, most = 2000): number {
  for (let n = 1; n <= most; n++) if (ladder.second(second) === rung) return n;
  return Infinity;
}

Deno.test("Ladder: a second of which a tenth is late is not bad yet, one of which more is", () => {
  const second = (skippedFrames: number) => ({
    renderedFrames: 100 - skippedFrames,
    skippedFrames,
    leadFramesMin: 0,
  });
  assertEquals(secondsTo(new Ladder(2, 0), 1, second(10)), Infinity);
  assertEquals(secondsTo(new Ladder(2, 0), 1, second(11)), 3);
});

Deno.test("Ladder: only seconds with two frames of lead and none late are calm", () => {
  assertEquals(secondsTo(fallen(), 0, { ...calm, leadFramesMin: 1 }), Infinity);
  assertEquals(secondsTo(fallen(), 0, { ...calm, leadFramesMin: 2 }), 20);
  assertEquals(secondsTo(fallen(), 0, { renderedFrames: 99, skippedFrames: 1, leadFramesMin: 5 }), Infinity);
  // One that is not calm begins the time anew.
  const ladder = fallen();
  for (let n = 0; n < 19; n++) ladder.second(calm);
  ladder.second({ ...calm, leadFramesMin: 0 });
  assertEquals(secondsTo(ladder, 0, calm), 20);
});

Deno.test("Ladder: it waits 20 s, doubled by each climb that did not hold, ten minutes at most", () => {
  const ladder = fallen();
  const waited = Array.from({ length: 8 }, () => {
    const seconds = secondsTo(ladder, 0, calm);
    assertEquals(secondsTo(ladder, 1, bad), 3);
    return seconds;
  });
  assertEquals(waited, [20, 40, 80, 160, 320, 600, 600, 600]);
});

Deno.test("Ladder: a climb that holds a minute was right: the next one waits no longer than the first", () => {
  for (const [heldSeconds, next] of [[59, 80], [60, 20]] as const) {
    const ladder = fallen();
    secondsTo(ladder, 0, calm);
    secondsTo(ladder, 1, bad);
    assertEquals(secondsTo(ladder, 0, calm), 40);
    for (let n = 0; n < heldSeconds - 3; n++) ladder.second(calm);
    assertEquals(secondsTo(ladder, 1, bad), 3);
    assertEquals(secondsTo(ladder, 0, calm), next, `held ${heldSeconds} s`);
  }
});

Deno.test("Respawns: gives up after three deaths within a minute, not after three in a day", () => {
  const quick = new Respawns();
  assertEquals([quick.died(0), quick.died(1000), quick.died(2000)], [true, true, false]);
  const rare = new Respawns();
  for (let n = 0; n < 20; n++) assertEquals(rare.died(n * 31_000), true);
});
