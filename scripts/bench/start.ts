/** From the command to the first frame of the programme, with warm caches: `live` in a process of its own. */
import { join } from "node:path";
import { connect } from "../../src/control/mod.ts";
import { delay } from "../../src/time/mod.ts";
import { type Figure, figure } from "./figure.ts";
import { clock } from "./programme.ts";

const STARTS = 6;
const START_MS_MAX = 20_000;
const LOOK_MS = 5;

export async function benchStart(): Promise<Figure[]> {
  const costs: number[] = [];
  for (let start = 0; start < STARTS; start++) costs.push(await startedAfterMs());
  return [
    figure("start to first frame, warm", "ms", costs.slice(1), {
      target: "p50 <= 1500",
      reaches: ({ p50 }) => p50 <= 1500,
    }),
  ];
}

async function startedAfterMs(): Promise<number> {
  const runtime = await Deno.makeTempDir();
  const env = { XDG_RUNTIME_DIR: runtime };
  const main = join(import.meta.dirname!, "..", "..", "main.ts");
  const args = ["run", "-A", main, "live", "--camera", "none", "--sound", "none", "--port", "0"];
  const fromMs = clock.nowMs();
  const child = new Deno.Command(Deno.execPath(), {
    args,
    env,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  })
    .spawn();
  try {
    while (clock.nowMs() - fromMs < START_MS_MAX) {
      const units = await unitsOf(runtime);
      if (units > 0) return clock.nowMs() - fromMs - (units - 1) * 40;
      await delay(LOOK_MS);
    }
    throw new Error(`no frame came within ${START_MS_MAX} ms`);
  } finally {
    child.kill("SIGTERM");
    await child.status;
    await Deno.remove(runtime, { recursive: true });
  }
}

/** Frames shown so far; 0 while it is still starting. */
async function unitsOf(runtime: string): Promise<number> {
  try {
    const client = await connect({ env: (name) => name === "XDG_RUNTIME_DIR" ? runtime : undefined });
    const { picture } = await client.state() as { picture?: { units: number } };
    return picture?.units ?? 0;
  } catch {
    return 0;
  }
}
