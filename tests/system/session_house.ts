/**
 * A shared programme and viewers' own in this process, with everything real: voice, engines, stages; and what their units
 * carried.
 *
 *   await using house = await SessionHouse.open(room, { avatar: "lena" });
 *   await using own = await house.sessions.open("theo", house.signal);
 *   const heard = house.hear(own.programme); ... heard.stop()
 */
import { type Config, findFolders, LineLog, loadConfig } from "../../src/app/mod.ts";
import { Programme, Sessions, SharedEngines } from "../../src/programme/mod.ts";
import { clock, type Room } from "./live_process.ts";

const LOOK_MS = 1000;
/** A value of a loudness curve. */
export const BLOCK_SAMPLES = 480;
const PIECE_BLOCKS = 100;

export class SessionHouse implements AsyncDisposable {
  readonly #opened = new AsyncDisposableStack();
  readonly log: string[] = [];
  readonly signal = new AbortController().signal;
  programme!: Programme;
  sessions!: Sessions;
  engines!: SharedEngines;
  config!: Config;

  static async open(room: Room, settings: Readonly<Record<string, string>>): Promise<SessionHouse> {
    const house = new SessionHouse();
    const environment = { ...Deno.env.toObject(), ...room.env() };
    const folders = findFolders(environment, room.working);
    const all = { camera: "none", sound: "none", size: "320x192", "obs.serve": "false", ...settings };
    const flags = Object.entries(all).map(([key, value]) => ({ name: `--${key}`, key, value }));
    const { config } = loadConfig({ flags, environment, folders });
    house.config = config;
    const log = new LineLog({
      level: "info",
      toPerson: (line) => house.log.push(line),
      now: () => new Date(0),
    });
    house.engines = house.#opened.use(new SharedEngines(config, folders));
    const { engines, signal } = house;
    const parts = { ...{ config, folders, clock, log, signal, environment, engines }, version: "0" };
    try {
      house.programme = house.#opened.use(await Programme.start(parts));
      house.sessions = new Sessions(parts);
      return house;
    } catch (error) {
      await house[Symbol.asyncDispose]();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#opened.disposeAsync();
  }
}

/** Follows a programme's units from now on, each once. */
export class Follower {
  readonly samples: Float32Array[] = [];
  readonly tickErrorsMs: number[] = [];
  /** Units that were overwritten before they were looked at. */
  lost = 0;
  #isOn = true;
  readonly #done: Promise<void>;

  constructor(programme: Programme) {
    this.#done = this.#follow(programme);
  }

  async #follow({ memory: { units, stageGauges } }: Programme): Promise<void> {
    for (let unit = units.published; this.#isOn;) {
      await units.available(unit, LOOK_MS);
      for (; unit < units.published; unit++) {
        const slot = units.at(unit);
        if (slot) this.samples.push(slot.samples.slice());
        else this.lost++;
      }
      this.tickErrorsMs.push(stageGauges.get("tickErrorMs"));
    }
  }

  async stop(): Promise<void> {
    this.#isOn = false;
    await this.#done;
  }

  /** How loud it was, 100 values a second. */
  get curve(): number[] {
    return loudness(this.samples);
  }
}

/** Root mean squares of 10 ms each. */
export function loudness(pieces: readonly Float32Array[]): number[] {
  return pieces.flatMap((piece) =>
    Array.from({ length: Math.floor(piece.length / BLOCK_SAMPLES) }, (_, block) => {
      const samples = piece.subarray(block * BLOCK_SAMPLES, (block + 1) * BLOCK_SAMPLES);
      return Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / BLOCK_SAMPLES);
    })
  );
}

/** How much of `part` is found in `whole`, -1..1: the median over pieces of a second, so that a pause costs one of them. */
export function likeness(part: readonly number[], whole: readonly number[]): number {
  const pieces: number[] = [];
  for (let from = 0; from + PIECE_BLOCKS <= part.length; from += PIECE_BLOCKS / 2) {
    pieces.push(pieceLikeness(part.slice(from, from + PIECE_BLOCKS), whole));
  }
  return pieces.sort((a, b) => a - b)[Math.floor(pieces.length / 2)] ?? NaN;
}

function pieceLikeness(part: readonly number[], whole: readonly number[]): number {
  let best = -1;
  for (let from = 0; from + part.length <= whole.length; from++) {
    best = Math.max(best, correlation(part, whole.slice(from, from + part.length)));
  }
  return best;
}

function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  let both = 0, squaresA = 0, squaresB = 0;
  for (let at = 0; at < a.length; at++) {
    both += (a[at]! - meanA) * (b[at]! - meanB);
    squaresA += (a[at]! - meanA) ** 2;
    squaresB += (b[at]! - meanB) ** 2;
  }
  return both / Math.sqrt(squaresA * squaresB || 1);
}

/** What this process holds, in MB. */
export function residentMb(): number {
  const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(Deno.readTextFileSync("/proc/self/status")) ?? [];
  return Number(kilobytes) / 1000;
}
