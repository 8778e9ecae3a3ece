/** What the lip-sync engines cost: a mel column, a 20 ms frame through mel and network, the voice's stress, loudness. */
import process from "node:process";
import { LogMel } from "../../src/features/mod.ts";
import {
  createEngine,
  type EngineChoice,
  openModel,
  StressMeter,
  VISEME_FRAME_SAMPLES,
  VisemeNetwork,
  VisemeTrack,
} from "../../src/lipsync/mod.ts";
import { FEATURE_RATE_HZ, MonotonicClock, samplesToMs } from "../../src/time/mod.ts";
import { type Figure, figure, single } from "./figure.ts";

const WARM = 500;
const RUNS = 3000;
const HOP_SAMPLES = 160;
const FPS = 25;
const clock = new MonotonicClock();

export async function benchEngine(): Promise<Figure[]> {
  const figures = [mel(), stress()];
  for (const kind of ["viseme", "viseme-fast"] as const) figures.push(await frame(kind));
  for (const kind of ["viseme", "viseme-fast", "loudness"] as const) figures.push(await load(kind));
  return figures;
}

/** A sweeping buzz: what is in the sound costs nothing, but silence might be cheaper. */
function sound(samples: number): Float32Array {
  return Float32Array.from(
    { length: samples },
    (_, n) => 0.2 * Math.sin(n * n / 90_000) + 0.1 * ((n % 133) / 66 - 1),
  );
}

async function costs(samples: number, hear: (pcm: Float32Array) => void | Promise<void>): Promise<number[]> {
  const pcm = sound(samples);
  const taken: number[] = [];
  for (let run = 0; run < WARM + RUNS; run++) {
    const fromMs = clock.nowMs();
    await hear(pcm);
    if (run >= WARM) taken.push(clock.nowMs() - fromMs);
  }
  return taken;
}

function syncCosts(samples: number, hear: (pcm: Float32Array) => void): number[] {
  const pcm = sound(samples);
  const taken: number[] = [];
  for (let run = 0; run < WARM + RUNS; run++) {
    const fromMs = clock.nowMs();
    hear(pcm);
    if (run >= WARM) taken.push(1000 * (clock.nowMs() - fromMs));
  }
  return taken;
}

function mel(): Figure {
  const logMel = new LogMel();
  const taken = syncCosts(HOP_SAMPLES, (pcm) => logMel.push(pcm, () => {}));
  return figure("engine, log-mel, a 10 ms column", "us", taken, {
    target: "p50 <= 40",
    reaches: ({ p50 }) => p50 <= 40,
  });
}

function stress(): Figure {
  const meter = new StressMeter();
  const taken = syncCosts(FEATURE_RATE_HZ / FPS, (pcm) => meter.hear(pcm));
  return figure("engine, stress, a 40 ms frame", "us", taken, {
    target: "p50 <= 60",
    reaches: ({ p50 }) => p50 <= 60,
  });
}

async function frame(model: string): Promise<Figure> {
  using network = await VisemeNetwork.open(await openModel(model));
  const track = new VisemeTrack(network);
  track.start();
  const taken = await costs(VISEME_FRAME_SAMPLES, (pcm) => track.push(pcm, () => {}));
  return figure(`engine, ${model} with mel, a 20 ms frame`, "ms", taken, {
    target: "p99 <= 0.4",
    peer: "feasibility run 0.09 without mel",
    reaches: ({ p99 }) => p99 <= 0.4,
  });
}

/** Processor time, all threads of the process, over the sound's time. */
async function load(kind: EngineChoice["kind"]): Promise<Figure> {
  using engine = await createEngine({ kind });
  const samples = FEATURE_RATE_HZ / FPS;
  engine.start();
  const before = process.cpuUsage();
  const { length } = await costs(samples, (pcm) => engine.push(pcm, () => {}));
  const { user, system } = process.cpuUsage(before);
  const soundMs = (WARM + length) * samplesToMs(samples * 3);
  return single(`engine, ${kind} at ${FPS} fps, share of a core`, "%", (user + system) / 10 / soundMs, {
    target: "<= 3",
    reaches: ({ p50 }) => p50 <= 3,
  });
}
