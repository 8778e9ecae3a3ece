/** What the benchmark reckons with: drift against a metronome, and every process that belongs to one. */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { driftMs } from "../../scripts/bench/drift.ts";
import { childrenOf, descendantsOf } from "../../scripts/bench/processes.ts";
import { delay } from "../../src/time/mod.ts";

Deno.test("driftMs shows a period that is a thousandth too long, and neither jitter nor missed looks", () => {
  const ticks = (periodMs: number) =>
    Array.from({ length: 1500 }, (_, unit) => ({
      unit: 700 + unit,
      atMs: 5000 + unit * periodMs + (unit % 97 === 0 ? 30 : (unit * 7919 % 100) / 500),
    })).filter(({ unit }) => unit % 13 !== 0);
  assertAlmostEquals(driftMs(ticks(40), 40), 0, 0.05);
  assertAlmostEquals(driftMs(ticks(40.04), 40), 55, 0.5); // 0.04 ms a unit, 1375 units between the middles
  assertAlmostEquals(driftMs(ticks(39.96), 40), -55, 0.5);
  assert(Number.isNaN(driftMs(ticks(40).slice(0, 100), 40)), "too short to tell");
});

Deno.test({
  name: "descendantsOf finds grandchildren too, and nothing of what has ended",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const child = new Deno.Command("sh", {
      args: ["-c", "sh -c 'cat; :'; :"],
      stdin: "piped",
      stdout: "null",
    })
      .spawn();
    try {
      for (let looks = 0; descendantsOf(child.pid).length < 2; looks++) {
        assert(looks < 1000, "the grandchild did not come");
        await delay(5);
      }
      const all = descendantsOf(Deno.pid);
      assert(all.includes(child.pid));
      assertEquals(childrenOf(child.pid).filter((pid) => !all.includes(pid)), []);
      assertEquals(descendantsOf(child.pid).filter((pid) => !all.includes(pid)), []);
    } finally {
      await child.stdin.close();
      await child.status;
    }
    assertEquals(descendantsOf(child.pid), []);
  },
});
