/** What an idle programme costs: processor time of the whole process over ten seconds. */
import { delay } from "../../src/time/mod.ts";
import { type Figure, single } from "./figure.ts";
import { descendantsOf } from "./processes.ts";
import { clock, startProgramme } from "./programme.ts";

const WARM_MS = 5000;
const MEASURE_MS = 10_000;
/** Clock ticks a second in /proc: USER_HZ, 100 on every Linux that Deno runs on. */
const USER_HZ = 100;

export async function benchIdle(): Promise<Figure[]> {
  await using _programme = await startProgramme({ camera: "none" });
  await delay(WARM_MS);
  const fromMs = clock.nowMs();
  const from = processorSeconds();
  await delay(MEASURE_MS);
  const share = (processorSeconds() - from) * 1000 / (clock.nowMs() - fromMs);
  return [
    single("idle process with avatar and sound", "% of a core", share * 100, {
      target: "<= 25",
      reaches: ({ max }) => max <= 25,
    }),
  ];
}

/** Of this process and all its descendants (the player is a worker thread's child), from /proc/PID/stat fields 14 to 15 (proc(5)). */
function processorSeconds(): number {
  let ticks = 0;
  for (const pid of [Deno.pid, ...descendantsOf(Deno.pid)]) {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    ticks += Number(fields[11]) + Number(fields[12]);
  }
  return ticks / USER_HZ;
}
