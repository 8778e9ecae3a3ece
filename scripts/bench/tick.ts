/** How exactly the tick comes: with the stage alone, and with sound, camera and recording attached and speaking. */
import { buildFakeV4l2, FakeNode } from "../../tests/fakes/v4l2/mod.ts";
import { delay } from "../../src/time/mod.ts";
import { type Figure, figure, single } from "./figure.ts";
import { LONG_TEXT, startProgramme, tickErrors } from "./programme.ts";

const WARM_MS = 3000;
const ALONE_MS = 60_000;
const FULL_MS = 25_000;

export async function benchTick(): Promise<Figure[]> {
  return [...await alone(), ...await withEverything()];
}

async function alone(): Promise<Figure[]> {
  await using programme = await startProgramme({ sound: "none", camera: "none" });
  await delay(WARM_MS);
  const errors = await tickErrors(programme, ALONE_MS);
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const share = Math.floor(errors.length / 10);
  return [
    figure("tick error, stage alone", "ms", errors, {
      target: "p99 <= 0.25",
      peer: "pyvirtualcam 0.12 with nothing to do",
      reaches: ({ p99 }) => p99 <= 0.25,
    }),
    single("tick drift over 60 s", "ms", mean(errors.slice(-share)) - mean(errors.slice(0, share)), {
      target: "none",
      peer: "pyvirtualcam -6 in 40 s with a compositor",
      reaches: ({ p50 }) => Math.abs(p50) < 0.25,
    }),
  ];
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
