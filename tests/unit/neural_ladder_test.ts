/** The ladder: chosen by cost, kept by hysteresis. */
import { assert, assertEquals } from "@std/assert";
import { Ladder, tooSlow } from "../../src/lipsync/neural/engine/ladder.ts";
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

Deno.test("Respawns: gives up after three deaths within a minute, not after three in a day", () => {
  const quick = new Respawns();
  assertEquals([quick.died(0), quick.died(1000), quick.died(2000)], [true, true, false]);
  const rare = new Respawns();
  for (let n = 0; n < 20; n++) assertEquals(rare.died(n * 31_000), true);
});
