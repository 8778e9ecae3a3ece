/** A programme that speaks by a video engine: when the first patch is seen after say(), and what it does to the tick. */
import { basename, dirname } from "node:path";
import { delay } from "../../src/time/mod.ts";
import { type Figure, figure } from "./figure.ts";
import { clock, LONG_TEXT, startProgramme, tickErrors } from "./programme.ts";

const READY_MS_MAX = 120_000;
const ROUNDS = 8;
const TICKS_MS = 15_000;

interface Setting {
  readonly key: string;
  readonly value: string;
}

export async function benchLiveEngine(
  avatar: string,
  model: string,
  family: string,
  settings: readonly Setting[],
): Promise<Figure[]> {
  const given = Object.fromEntries(settings.map(({ key, value }) => [key, value]));
  await using programme = await startProgramme({
    ...given,
    camera: "none",
    sound: "none",
    avatar: basename(avatar),
    avatarFolders: dirname(avatar),
    engine: family,
    "neural.model": model,
  });
  const { neuralGauges, stageGauges } = programme.memory;
  for (const endMs = clock.nowMs() + READY_MS_MAX; neuralGauges.get("isActive") !== 1;) {
    if (clock.nowMs() > endMs) throw new Error(`${model} was not ready within ${READY_MS_MAX / 1000} s`);
    await delay(100);
  }
  const first: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const before = stageGauges.get("patchFrames");
    const saidMs = clock.nowMs();
    const { outcome } = programme.say("Every morning she drinks two cups of very strong coffee.");
    while (stageGauges.get("patchFrames") === before && clock.nowMs() < saidMs + 10_000) await delay(2);
    first.push(clock.nowMs() - saidMs);
    programme.interrupt();
    await outcome;
    await delay(400);
  }
  programme.say(LONG_TEXT);
  await delay(1500);
  const [patches, repeated, visemes] = ["patchFrames", "repeatedPatches", "visemeFrames"] as const;
  const counts = () => [patches, repeated, visemes].map((name) => stageGauges.get(name));
  const before = counts();
  const errors = await tickErrors(programme, TICKS_MS);
  const after = counts();
  const shown = after.map((count, at) => count - before[at]!);
  const all = shown.reduce((sum, count) => sum + count, 0);
  const what = `${model}, live`;
  return [
    figure(`${what}: say() to the first patch`, "ms", first, { target: "", reaches: () => true }),
    figure(`${what}: tick error`, "ms", errors, { target: "p99 <= 5", reaches: ({ p99 }) => p99 <= 5 }),
    ...["own patch", "nearest patch", "visemes"].map((name, at) =>
      figure(`${what}: frames with ${name}`, "%", [100 * shown[at]! / Math.max(1, all)], {
        target: "",
        reaches: () => true,
      })
    ),
  ];
}
