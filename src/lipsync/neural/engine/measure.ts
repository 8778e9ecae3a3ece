/** What a rung costs on this machine, measured before anybody waits for it; that also fills the runtime's caches. */
import type { Clock } from "../../../time/mod.ts";
import type { BatchCost } from "./batch_cost.ts";
import type { Measured } from "./ladder.ts";
import type { Rung } from "./rung.ts";

const RUNS = 2;
/** A batch that takes longer is not grown: the machine is far too slow for this family. */
const SLOW_MS = 400;
const PCM_SAMPLES = 16_000;
/** Speech comes in pieces of this many samples when it is heard as it is spoken, which is when hearing costs most. */
const PIECE_SAMPLES = 640;

/** Runs growing batches of the avatar's first frames; `cost` learns from it. */
export async function measureRung(rung: Rung, cost: BatchCost, clock: Clock): Promise<Measured> {
  const featureMs = await measureFeatures(rung, clock);
  const { network, features, faces } = rung;
  const values = new Float32Array(network.batchMax * network.featureValues);
  const seen = new Float32Array(network.batchMax * network.faceValues);
  const patches = new Uint8Array(network.batchMax * network.patchSize * network.patchSize * 3);
  for (let at = 0; at < network.batchMax; at++) {
    features.copyFrame(Math.min(at, features.knownFrames - 1), values, at * network.featureValues);
    await faces.fill(0, 0, seen, at * network.faceValues);
  }
  let best = Infinity;
  for (let count = 1; count <= network.batchMax; count *= 2) {
    let tookMs = Infinity;
    for (let run = 0; run <= RUNS; run++) {
      const startMs = clock.nowMs();
      await network.run(
        count,
        values.subarray(0, count * network.featureValues),
        seen.subarray(0, count * network.faceValues),
        patches,
      );
      const ms = clock.nowMs() - startMs;
      if (run > 0 || ms > SLOW_MS) tookMs = Math.min(tookMs, ms); // the first run is the slow one
      if (ms > SLOW_MS) break;
    }
    cost.add(count, tookMs);
    best = Math.min(best, tookMs / count);
    if (tookMs > SLOW_MS) break;
  }
  features.start();
  return { frameMs: best, featureMs };
}

/** Milliseconds for hearing a second of a made-up voice, as it would be spoken. */
async function measureFeatures({ features }: Rung, clock: Clock): Promise<number> {
  const pcm = Float32Array.from(
    { length: PCM_SAMPLES },
    (_, n) => 0.2 * ((n % 133) / 66 - 1) * (1 + Math.sin(n / 1600)),
  );
  let tookMs = Infinity;
  for (let run = 0; run < RUNS; run++) {
    features.start();
    const startMs = clock.nowMs();
    for (let at = 0; at < PCM_SAMPLES; at += PIECE_SAMPLES) {
      await features.push(pcm.subarray(at, at + PIECE_SAMPLES));
    }
    await features.finish();
    tookMs = Math.min(tookMs, clock.nowMs() - startMs);
    if (tookMs > 3 * SLOW_MS) break;
  }
  return tookMs;
}
