/** The bad network of the preview's tests: the same seed gives the same weather, shares are what they say. */
import { assert, assertEquals } from "@std/assert";
import { fateOf, randomOf, type RelayCounts, type Weather } from "../system/webrtc/relay.ts";

function fates(weather: Weather, count: number): { all: number[][]; counts: RelayCounts } {
  const counts = { passed: 0, dropped: 0, duplicated: 0, reordered: 0, lostInOutage: 0 };
  const random = randomOf(weather.seed);
  return { all: Array.from({ length: count }, () => fateOf(weather, random, counts)), counts };
}

const STORM: Weather = {
  seed: 7,
  delayMs: 50,
  jitterMs: 10,
  dropShare: 0.05,
  duplicateShare: 0.02,
  reorderShare: 0.03,
};

Deno.test("Relay: one seed, one weather; another seed, another", () => {
  assertEquals(fates(STORM, 500).all, fates(STORM, 500).all);
  assert(JSON.stringify(fates(STORM, 500).all) !== JSON.stringify(fates({ ...STORM, seed: 8 }, 500).all));
});

Deno.test("Relay: shares and delays are what they say", () => {
  const { all, counts } = fates(STORM, 20_000);
  const near = (share: number, wanted: number) =>
    assert(Math.abs(share - wanted) < 0.006, `${share}, wanted ${wanted}`);
  near(counts.dropped / 20_000, 0.05);
  near(counts.duplicated / 20_000, 0.02 * 0.95);
  near(counts.reordered / 20_000, 0.03 * 0.95);
  const times = all.flat();
  assert(
    Math.min(...times) >= 50 && Math.max(...times) <= 100,
    `${Math.min(...times)}..${Math.max(...times)}`,
  );
});

Deno.test("Relay: what is not lost in one weather is not lost in one that only delays more", () => {
  const lost = (weather: Weather) => fates(weather, 500).all.map((times) => times.length === 0);
  assertEquals(lost(STORM), lost({ ...STORM, delayMs: 200, jitterMs: 0 }));
});
