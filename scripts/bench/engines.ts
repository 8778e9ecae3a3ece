/** What a video engine costs before anybody waits for it: hearing a second of speech, and a frame by batch size. */
import { Wav2LipFeatures } from "../../src/features/mod.ts";
import { BatchCost } from "../../src/lipsync/neural/engine/batch_cost.ts";
import { measureRung } from "../../src/lipsync/neural/engine/measure.ts";
import type { EngineProcessOrder } from "../../src/lipsync/neural/process/messages.ts";
import type { Family } from "../../src/lipsync/neural/networks/mouth_network.ts";
import { openRung } from "../../src/lipsync/neural/process/open_rung.ts";
import { type Figure, figure, single } from "./figure.ts";
import { clock } from "./programme.ts";

/** Frames a second that a family should reach on two cores without a GPU; 0 where nothing was promised. */
const FPS_WANTED: Readonly<Record<Family, number>> = { musetalk: 0, wav2lip: 0, ultralight: 22 };
const SECONDS = 30;

/** Wav2Lip's mel, as a share of one core. */
export function measureHearing(): Figure[] {
  using features = new Wav2LipFeatures();
  const pcm = Float32Array.from({ length: 640 }, (_, n) => 0.3 * Math.sin(n * 0.11));
  const values = new Float32Array(features.valuesPerFrame);
  const shares: number[] = [];
  features.start();
  for (let second = 0; second < SECONDS; second++) {
    const startMs = clock.nowMs();
    for (let frame = 0; frame < 25; frame++) {
      features.push(pcm);
      if (features.knownFrames > 0) features.copyFrame(features.knownFrames - 1, values, 0);
    }
    if (second > 4) shares.push((clock.nowMs() - startMs) / 10);
  }
  return [
    figure("hearing for wav2lip, share of a core", "%", shares, {
      target: "p50 <= 10",
      reaches: ({ p50 }) => p50 <= 10,
    }),
  ];
}

export async function measureModel(family: Family, order: EngineProcessOrder): Promise<Figure[]> {
  const before = Deno.memoryUsage().rss;
  using rung = await openRung(family, order);
  const { network } = rung;
  const cost = new BatchCost(network.batchMax);
  const { frameMs, featureMs } = await measureRung(rung, cost, clock);
  const what = `${network.model} on ${network.provider}, ${order.threads} threads`;
  const wanted = FPS_WANTED[family];
  const figures = [
    single(`${what}: hearing a second of speech`, "ms", featureMs, {
      target: "<= 300 for the ladder",
      reaches: ({ p50 }) => p50 <= 300,
    }),
  ];
  for (let count = 1; count <= network.batchMax; count *= 2) {
    figures.push(
      single(`${what}: batch of ${count}`, "ms", cost.of(count), { target: "", reaches: () => true }),
    );
  }
  figures.push(
    single(`${what}: frames a second`, "fps", 1000 / frameMs, {
      target: wanted > 0 ? `>= ${wanted}` : ">= 33 for the ladder",
      reaches: ({ p50 }) => p50 >= (wanted > 0 ? wanted : 33),
    }),
    single(`${what}: memory`, "MB", (Deno.memoryUsage().rss - before) / 2 ** 20, {
      target: "",
      reaches: () => true,
    }),
  );
  return figures;
}
