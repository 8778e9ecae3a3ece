/**
 * Which rung suits one viewer: down when packets are lost or the line is said to carry less, up again after a calm time
 * that doubles with each climb that failed.
 *
 * In: once a second what the viewer reports. Out: a rung, 0 the best. A single bad second changes nothing.
 */

export interface LineReport {
  /** Share of packets lost since the last report, 0..1. */
  readonly lossShare: number;
  /** Whether less came through, meanwhile, than did before, and less than is sent: it was said so, or packets queue. */
  readonly isNarrowing: boolean;
}

/** Repair copes with less. */
const LOSS_SHARE_MAX = 0.12;
const LOSS_SHARE_CALM = 0.08;
const BAD_SECONDS = 2;
const CALM_SECONDS = 8;
const CALM_SECONDS_MAX = 120;
export class Ladder {
  readonly #rungs: number;
  #rung = 0;
  #bad = 0;
  #calm = 0;
  #wantedCalm = CALM_SECONDS;
  #secondsSinceClimb = Infinity;

  constructor(rungs: number) {
    this.#rungs = rungs;
  }

  get rung(): number {
    return this.#rung;
  }

  /** Call once a second; answers the rung from now on. */
  report({ lossShare, isNarrowing }: LineReport): number {
    this.#secondsSinceClimb++;
    this.#bad = lossShare > LOSS_SHARE_MAX || isNarrowing ? this.#bad + 1 : 0;
    if (this.#bad >= BAD_SECONDS && this.#rung < this.#rungs - 1) return this.#down();
    if (this.#rung === 0) return 0;
    this.#calm = lossShare < LOSS_SHARE_CALM && !isNarrowing ? this.#calm + 1 : 0;
    if (this.#calm < this.#wantedCalm) return this.#rung;
    this.#calm = this.#bad = 0;
    this.#secondsSinceClimb = 0;
    return --this.#rung;
  }

  #down(): number {
    const hasFailed = this.#secondsSinceClimb <= 2 * this.#wantedCalm;
    this.#wantedCalm = hasFailed ? Math.min(CALM_SECONDS_MAX, this.#wantedCalm * 2) : CALM_SECONDS;
    this.#bad = this.#calm = 0;
    return ++this.#rung;
  }
}
