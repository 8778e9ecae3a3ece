/**
 * Sound against picture inside a recording that OBS makes: flashes and the clicks under them, found by ffmpeg. The phase
 * between our frames and OBS's is another in each recording, so that the figures are not one lucky constellation's.
 */
import { delay, withDeadline } from "../../../src/time/mod.ts";
import type { ObsRoom } from "../../../tests/system/obs/room.ts";
import { findMarks } from "../../../tests/system/flash_and_click.ts";
import { type Figure, figure, single } from "../figure.ts";
import { MarkedShow } from "./marked_show.ts";
import { removeSource, showSource, type SourceKind } from "./sources.ts";

const PHASES_MS = [0, 8, 16, 24, 32];
const RECORD_MS = 7000;
const SETTLE_MS = 3000;
const STOP_MS_MAX = 20_000;
const MARK_EVERY = 40;
/** Half a frame of OBS at 25 fps, and 5 ms. */
const P95_MS_MAX = 25;
const MEAN_MS_MAX = 10;

/** Sound later than its picture is positive. */
export async function benchRecording(obs: ObsRoom, kind: SourceKind): Promise<Figure[]> {
  await using show = await MarkedShow.start({ width: 640, height: 360, markEvery: MARK_EVERY });
  const skewsMs: number[] = [];
  for (const phaseMs of PHASES_MS) {
    show.shiftMs = phaseMs;
    const client = await showSource(obs, show.place(kind)); // anew: OBS would take a small step for jitter
    await delay(SETTLE_MS);
    await client.call("StartRecord");
    await delay(RECORD_MS);
    const stopped = Promise.withResolvers<string>();
    const onState = ({ outputState, outputPath }: { outputState: string; outputPath: string }) => {
      if (outputState === "OBS_WEBSOCKET_OUTPUT_STOPPED") stopped.resolve(outputPath);
    };
    client.on("RecordStateChanged", onState);
    await client.call("StopRecord");
    const path = await withDeadline(stopped.promise, STOP_MS_MAX, "ending OBS's recording");
    client.off("RecordStateChanged", onState);
    const { flashesMs, clicksMs } = await findMarks(path);
    for (const flashMs of flashesMs) {
      const nearest = clicksMs.reduce(
        (best, one) => Math.abs(one - flashMs) < Math.abs(best - flashMs) ? one : best,
        Infinity,
      );
      if (Math.abs(nearest - flashMs) < 400) skewsMs.push(nearest - flashMs);
    }
    await removeSource(client);
  }
  const about = kind === "plugin" ? "source Lipcam" : "media source";
  const meanMs = skewsMs.reduce((sum, one) => sum + one, 0) / skewsMs.length;
  const isPlugin = kind === "plugin";
  const sizes = skewsMs.map(Math.abs).sort((a, b) => a - b);
  const p95Ms = sizes[Math.floor(sizes.length * 0.95)] ?? NaN;
  const noAim = { target: "", reaches: () => true };
  return [
    single(
      `OBS recording, sound after picture, mean of ${skewsMs.length}, ${about}`,
      "ms",
      meanMs,
      isPlugin
        ? {
          target: `within ${MEAN_MS_MAX}`,
          reaches: ({ p50 }) => Math.abs(p50) <= MEAN_MS_MAX,
        }
        : noAim,
    ),
    single(
      `OBS recording, sound from picture, p95, ${about}`,
      "ms",
      p95Ms,
      isPlugin
        ? {
          target: `<= ${P95_MS_MAX}`,
          reaches: ({ p50 }) => p50 <= P95_MS_MAX,
        }
        : noAim,
    ),
    figure(`OBS recording, sound from picture, ${about}`, "ms", sizes, noAim),
  ];
}
