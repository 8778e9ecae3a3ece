/**
 * The preview over a bad network (a seeded relay: this system's kernel has no netem): 5 % loss and 100 ms there and back, an
 * outage of two seconds, a viewer whose line takes nothing. Bounds are generous here; `deno task bench:preview` has the figures.
 */
import { assert, assertEquals } from "@std/assert";
import { delay } from "../../src/time/mod.ts";
import { LiveProcess, Room, skipWithout, until } from "./live_process.ts";
import { view } from "./webrtc/foreign_viewer.ts";
import { Relay } from "./webrtc/relay.ts";

const hasAiortc = await new Deno.Command("/usr/bin/python3", {
  args: ["-c", "import aiortc"],
  stderr: "null",
})
  .output().then(({ success }) => success, () => false);
const ignore = skipWithout(
  "the tests of the preview's network",
  ...(hasAiortc ? [] : ["aiortc for python3"]),
);

const FLAGS = ["--preview", "--camera", "none", "--sound", "none", "--no-obs-serve", "--port", "0"];

async function started(room: Room) {
  const live = await LiveProcess.start(room, [...FLAGS, "--webrtc-ports", "any"]);
  const { port, token } = room.tokens()[0]!;
  const base = `http://127.0.0.1:${port}`;
  const sessions = async () =>
    (await (await fetch(`${base}/v1/webrtc`, { headers: { Authorization: `Bearer ${token}` } })).json())
      .sessions as readonly Record<string, number>[];
  return { live, base, token, sessions };
}

/** Frames a second between two times, in seconds since the offer. */
function rate(times: readonly number[], from: number, to: number): number {
  return times.filter((time) => time >= from && time < to).length / (to - from);
}

Deno.test({
  name: "preview: 5 % loss and 100 ms there and back cost repair and no pictures",
  ignore,
  async fn() {
    using room = new Room();
    const { live, base, token, sessions } = await started(room);
    await using _live = live;
    const weather = {
      seed: 11,
      delayMs: 50,
      jitterMs: 4,
      dropShare: 0.05,
      reorderShare: 0.01,
      duplicateShare: 0.01,
    };
    await using relay = await Relay.open(base, token, weather);
    const watching = view({ base: relay.base, path: "/whep", seconds: 12 });
    await delay(9000);
    const [viewer] = await sessions();
    const seen = await watching;
    assert(rate(seen.frameTimes, 4, 12) >= 15, `${rate(seen.frameTimes, 4, 12)} frames a second`);
    assert(viewer!["resentPackets"]! > 20, `${viewer!["resentPackets"]} packets sent again`);
    assert(viewer!["roundTripMs"]! > 80 && viewer!["roundTripMs"]! < 400, `${viewer!["roundTripMs"]} ms`);
    assert(relay.counts.dropped > 50 && relay.counts.reordered > 5, JSON.stringify(relay.counts));
  },
});

Deno.test({
  name: "preview: after two seconds of nothing the picture is back, and others never lost theirs",
  ignore,
  async fn() {
    using room = new Room();
    const { live, base, token } = await started(room);
    await using _live = live;
    await using relay = await Relay.open(base, token, { seed: 3, delayMs: 5 });
    const other = view({ base, token, path: "/whep", seconds: 9 });
    const cut = view({ base: relay.base, path: "/whep", seconds: 9 });
    await until("pictures", 8000, () => relay.counts.passed > 300);
    await delay(1000);
    relay.outage(2000);
    const seen = await cut;
    const gaps = seen.frameTimes.map((time, at) => time - (seen.frameTimes[at - 1] ?? time));
    const longest = Math.max(...gaps);
    assert(longest > 1.5 && longest < 4, `a gap of ${longest} s`);
    const end = seen.frameTimes[gaps.indexOf(longest)]!;
    assert(rate(seen.frameTimes, end, end + 2) > 15, "the picture goes on after the gap");
    const whole = await other;
    const worst = Math.max(...whole.frameTimes.slice(10).map((time, at) => time - whole.frameTimes[at + 9]!));
    assert(worst < 0.5, `another viewer waited ${worst} s`);
  },
});

Deno.test({
  name: "preview: a viewer that hears nothing any more is let go within 15 s and costs the others nothing",
  ignore,
  async fn() {
    using room = new Room();
    const { live, base, token, sessions } = await started(room);
    await using _live = live;
    await using relay = await Relay.open(base, token, { seed: 5, delayMs: 1 });
    const stalled = view({ base: relay.base, path: "/whep", seconds: 18 });
    await until("it watches", 8000, async () => (await sessions()).length === 1);
    await delay(1500);
    relay.outage(60_000);
    const other = view({ base, token, path: "/whep", seconds: 8 });
    await until("it is let go", 15_500, async () => {
      const all = await sessions();
      return all.every(({ frame }) => frame! < 250) && all.length <= 1;
    });
    const whole = await other;
    assert(rate(whole.frameTimes, 2, 8) > 22, `${rate(whole.frameTimes, 2, 8)} frames a second`);
    assertEquals((await stalled).status, 201);
  },
});
