/** Starts the real programme, as `live` does, for a benchmark: own folder, no page, quiet log. */
import { findFolders, LineLog, loadConfig } from "../../src/app/mod.ts";
import { Programme, type ProgrammeOptions } from "../../src/programme/mod.ts";
import { MonotonicClock } from "../../src/time/mod.ts";

export const clock = new MonotonicClock();

export const LONG_TEXT =
  "The quick brown fox jumps over the lazy dog, and then it rests a while under the old tree. "
    .repeat(12);

/** `flags` as on the command line, by setting: { sound: "none" }. */
export function startProgramme(flags: Readonly<Record<string, string>>): Promise<Programme> {
  return Programme.start(programmeParts(flags));
}

/** What a programme is started with. */
export function programmeParts(flags: Readonly<Record<string, string>>): ProgrammeOptions {
  const environment = Deno.env.toObject();
  const folders = findFolders(environment, Deno.cwd());
  const settings = Object.entries(flags).map(([key, value]) => ({ name: `--${key}`, key, value }));
  const { config } = loadConfig({ flags: settings, environment, folders });
  const log = new LineLog({ level: "error", toPerson: (line) => console.error(line), now: () => new Date() });
  const signal = new AbortController().signal;
  return { config, folders, clock, log, signal, environment, version: "0" };
}

/** The error of every tick over `ms`: from a unit's deadline to the return of its last sink, in ms. */
export async function tickErrors(programme: Programme, ms: number): Promise<number[]> {
  const { units, stageGauges } = programme.memory;
  const untilMs = clock.nowMs() + ms;
  const errors: number[] = [];
  let unit = units.published;
  while (clock.nowMs() < untilMs) {
    await units.available(unit, 1000);
    // Written after the unit is published: what is read here is the unit before.
    errors.push(stageGauges.get("tickErrorMs"));
    unit = units.published;
  }
  return errors.slice(1);
}
