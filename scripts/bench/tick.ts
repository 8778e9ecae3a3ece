/** How exactly the tick comes: with the stage alone, and with sound, camera and recording attached and speaking. */
import { buildFakeV4l2, FakeNode } from "../../tests/fakes/v4l2/mod.ts";
import type { Programme } from "../../src/programme/mod.ts";
import { delay } from "../../src/time/mod.ts";
import { driftMs, type Tick } from "./drift.ts";
import { type Figure, figure, single } from "./figure.ts";
import { clock, LONG_TEXT, startProgramme, tickErrors } from "./programme.ts";

const WARM_MS = 3000;
const ALONE_MS = 60_000;
const FULL_MS = 25_000;

export async function benchTick(): Promise<Figure[]> {
  return [...await alone(), ...await withEverything()];
}

async function alone(): Promise<Figure[]> {
  await using programme = await startProgramme({ sound: "none", camera: "none" });
  await delay(WARM_MS);
  const [errors, ticks] = await Promise.all([
    tickErrors(programme, ALONE_MS),
    tickTimes(programme, ALONE_MS),
  ]);
  return [
    figure("tick error, stage alone", "ms", errors, {
      target: "p99 <= 0.25",
      peer: "pyvirtualcam 0.12 with nothing to do",
      reaches: ({ p99 }) => p99 <= 0.25,
    }),
    single("tick drift over 60 s", "ms", driftMs(ticks, programme.memory.rate.periodMs), {
      target: "none",
      peer: "pyvirtualcam -6 in 40 s with a compositor",
      reaches: ({ p50 }) => Math.abs(p50) < 0.25,
    }),
  ];
}

/** When each unit that comes within `ms` is seen to be published. */
async function tickTimes({ memory }: Programme, ms: number): Promise<Tick[]> {
  const { units } = memory;
  const untilMs = clock.nowMs() + ms;
  const ticks: Tick[] = [];
  for (let unit = units.published; clock.nowMs() < untilMs; unit = units.published) {
    await units.available(unit, 1000);
    const atMs = clock.nowMs();
    // Where more than one has come the look was late: whenever they came, it was not now.
    if (units.published === unit + 1) ticks.push({ unit, atMs });
  }
  return ticks;
}

async function withEverything(): Promise<Figure[]> {
  using node = new FakeNode(await buildFakeV4l2());
  for (const [name, value] of Object.entries(node.env())) Deno.env.set(name, value);
  const folder = Deno.makeTempDirSync();
  try {
    await using programme = await startProgramme({ camera: node.path, record: `${folder}/bench.mp4` });
    await delay(WARM_MS);
    programme.say(LONG_TEXT);
    const errors = await tickErrors(programme, FULL_MS);
    const { sound, picture, recording } = programme.state();
    return [
      figure(`tick error, speaking, ${sound.kind} sound, camera, recording`, "ms", errors, {
        target: "p99 <= 1.5",
        peer: "pyvirtualcam 1.8 with a compositor",
        reaches: ({ p99 }) => p99 <= 1.5,
      }),
      single(
        "lagged + lost frames in that run",
        "frames",
        picture.laggedFrames + (recording?.lostUnits ?? 0),
        {
          target: "0",
          reaches: ({ max }) => max === 0,
        },
      ),
    ];
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}
