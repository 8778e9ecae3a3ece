/** How often a process may be started again: given up after too many deaths within a time. Pure. */
export class Respawns {
  readonly #deathsMs: number[] = [];

  /** Given up when `deathsMax` deaths lie within `withinMs`. */
  constructor(readonly deathsMax = 3, readonly withinMs = 60_000) {}

  /** It died at `nowMs`; whether it may be started again. */
  died(nowMs: number): boolean {
    this.#deathsMs.push(nowMs);
    while (this.#deathsMs[0]! <= nowMs - this.withinMs) this.#deathsMs.shift();
    return this.#deathsMs.length < this.deathsMax;
  }
}
