/**
 * From a unit handed over to its picture being seen in OBS. Real OBS, real feed; a small screenshot is asked for again and
 * again. The source is made anew several times, each at another phase of our frames to OBS's: both matter.
 */
import { delay, MonotonicClock } from "../../../src/time/mod.ts";
import type { ObsRoom } from "../../../tests/system/obs/room.ts";
import { type Figure, figure } from "../figure.ts";
import { MarkedShow } from "./marked_show.ts";
import { removeSource, showSource, SOURCE, type SourceKind } from "./sources.ts";

const PHASES_MS = [0, 7, 14, 21, 28, 35];
const SETTLE_MS = 2000;
const MEASURE_MS = 3000;
const LOOK_MS = 2;

export async function benchLatency(
  obs: ObsRoom,
  kind: SourceKind,
  size: { width: number; height: number },
): Promise<Figure[]> {
  await using show = await MarkedShow.start(size);
  const latenciesMs: number[] = [];
  const writesMs: number[] = [];
  for (const phaseMs of PHASES_MS) {
    show.shiftMs = phaseMs;
    const client = await showSource(obs, show.place(kind));
    await delay(SETTLE_MS);
    const writesFrom = show.writeMs.length;
    latenciesMs.push(...await seen(obs, show));
    writesMs.push(...show.writeMs.slice(writesFrom));
    await removeSource(client);
  }
  const about = `${kind === "plugin" ? "source Lipcam" : "media source"}, ${size.width}x${size.height}`;
  const limitMs = kind === "plugin" ? 45 : 130;
  return [
    figure(`handed over to seen in OBS, ${about}`, "ms", latenciesMs, {
      target: `p50 <= ${limitMs}`,
      reaches: ({ p50 }) => p50 <= limitMs,
    }),
    figure(`writing a unit to OBS, ${about}`, "ms", writesMs, {
      target: kind === "plugin" ? "p50 <= 1" : "",
      reaches: ({ p50 }) => p50 <= 1,
    }),
  ];
}

async function seen(obs: ObsRoom, show: MarkedShow): Promise<number[]> {
  const clock = new MonotonicClock();
  const latenciesMs: number[] = [];
  let last = -1;
  const endMs = clock.nowMs() + MEASURE_MS;
  while (clock.nowMs() < endMs) {
    const [level] = await obs.pixel(SOURCE, 0.5, 0.5);
    const number = MarkedShow.numberOf(level);
    if (number >= 0 && number !== last) {
      last = number;
      latenciesMs.push(clock.nowMs() - show.publishedMs[number]!);
    }
    await delay(LOOK_MS);
  }
  return latenciesMs;
}
