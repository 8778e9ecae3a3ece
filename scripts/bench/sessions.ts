/**
 * Viewers' own programmes: how fast one is there, what the shared one feels of that, and what each costs beside it. One
 * after another and on a machine that does nothing else.
 */
import { Programme, Sessions, SharedEngines } from "../../src/programme/mod.ts";
import { delay } from "../../src/time/mod.ts";
import { type Figure, figure, single } from "./figure.ts";
import { clock, LONG_TEXT, programmeParts, tickErrors } from "./programme.ts";

const AVATARS = ["mai", "theo", "noor", "ravi", "greta"];
const LOOK_MS = 2;
const SPEAK_MS = 1500;
const CYCLES = 10;
const REST_MS = 5000;
const MEGA = 1e6;
const FPS = 25;

export async function benchSessions(): Promise<Figure[]> {
  const flags = { camera: "none", sound: "none", avatar: "lena", "obs.serve": "false", sessionsMax: "2" };
  const parts = programmeParts(flags);
  await using engines = new SharedEngines(parts.config, parts.folders);
  await using programme = await Programme.start({ ...parts, engines });
  const sessions = new Sessions({ ...parts, engines });
  programme.say(LONG_TEXT.repeat(4));
  await delay(SPEAK_MS);
  const alone = await resting(programme);
  const openedMs: number[] = [];
  const closedMs: number[] = [];
  const { laggedFrames, units } = programme.state().picture;
  const ticks: Promise<number[]>[] = [];
  const residentMb: number[] = [];
  for (let cycle = 0; cycle <= CYCLES; cycle++) {
    ticks.push(tickErrors(programme, SPEAK_MS));
    const fromMs = clock.nowMs();
    const own = await sessions.open(AVATARS[cycle % AVATARS.length]!, parts.signal);
    while (own.programme.memory.units.published === 0) await delay(LOOK_MS);
    openedMs.push(clock.nowMs() - fromMs);
    own.programme.say(LONG_TEXT);
    await ticks.at(-1);
    const endMs = clock.nowMs();
    await own[Symbol.asyncDispose]();
    closedMs.push(clock.nowMs() - endMs);
    residentMb.push(resident());
  }
  const after = programme.state().picture;
  const lagged = (after.laggedFrames - laggedFrames) / (after.units - units) * 100;
  await using second = await sessions.open("mai", parts.signal);
  second.programme.say(LONG_TEXT);
  await delay(SPEAK_MS);
  const both = await resting(programme);
  return [
    figure("a session's first unit after it was asked for", "ms", openedMs.slice(1), {
      target: "p50 <= 1000",
      reaches: ({ p50 }) => p50 <= 1000,
    }),
    figure("closing a session", "ms", closedMs, { target: "", reaches: () => true }),
    figure(
      "the shared tick's error while sessions open, speak and close",
      "ms",
      (await Promise.all(ticks)).flat(),
      {
        target: "p99 <= 10",
        reaches: ({ p99 }) => p99 <= 10,
      },
    ),
    single("units of the shared programme that lagged meanwhile", "%", lagged, {
      target: "<= 1",
      reaches: ({ p50 }) => p50 <= 1,
    }),
    figure(`memory held after each of ${CYCLES + 1} sessions`, "MB", residentMb, {
      target: "",
      reaches: () => true,
    }),
    single("one speaking programme", "% of a core", alone, { target: "", reaches: () => true }),
    single("a second one beside it", "% of a core", both - alone, { target: "", reaches: () => true }),
  ];
}

/** Share of a core that this process takes, in percent. */
async function resting(programme: Programme): Promise<number> {
  const [before, units] = [cpuMs(), programme.memory.units.published];
  await delay(REST_MS);
  const playedMs = (programme.memory.units.published - units) * 1000 / FPS;
  return (cpuMs() - before) / playedMs * 100;
}

/** Processor time of all threads. */
function cpuMs(): number {
  const fields = Deno.readTextFileSync("/proc/self/stat").split(") ")[1]!.split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10; // in hundredths of a second
}

function resident(): number {
  const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(Deno.readTextFileSync("/proc/self/status")) ?? [];
  return Number(kilobytes) * 1000 / MEGA;
}
