/**
 * Lines for the log that would come again and again: each at most once a minute. In: lines. Out: the first of each.
 * Limits: 200 different lines are remembered, then the oldest is forgotten.
 */
import type { Clock } from "../../time/mod.ts";
import type { Told } from "./session.ts";

const QUIET_MS = 60_000;
const LINES_MAX = 200;

export class TellOnce implements Told {
  readonly #told: Told;
  readonly #clock: Clock;
  /** Line -> when it may be told again. */
  readonly #quietUntil = new Map<string, number>();

  constructor(told: Told, clock: Clock) {
    this.#told = told;
    this.#clock = clock;
  }

  note(line: string): void {
    if (this.#isNew(line, QUIET_MS)) this.#told.note(line);
  }

  warn(line: string): void {
    if (this.#isNew(line, QUIET_MS)) this.#told.warn(line);
  }

  /** Once in a programme's life. */
  noteEver(line: string): void {
    if (this.#isNew(line, Infinity)) this.#told.note(line);
  }

  #isNew(line: string, quietMs: number): boolean {
    const nowMs = this.#clock.nowMs();
    if ((this.#quietUntil.get(line) ?? -Infinity) > nowMs) return false;
    this.#quietUntil.delete(line);
    this.#quietUntil.set(line, nowMs + quietMs);
    if (this.#quietUntil.size > LINES_MAX) this.#quietUntil.delete(this.#quietUntil.keys().next().value!);
    return true;
  }
}
