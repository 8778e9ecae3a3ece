/**
 * Which rung suits one viewer: down when packets are lost or the line is said to carry less, up again after a calm time
 * that doubles with each climb that failed.
 *
 * In: once a second what the viewer reports. Out: a rung, 0 the best. A single bad second changes nothing.
 */

export interface LineReport {
  /** Share of packets lost since the last report, 0..1. */
  readonly lossShare: number;
  /** What the line is said to carry, bits a second; undefined where nobody said. */
  readonly estimateBits: number | undefined;
  /** What was sent, bits a second: a still picture needs little, and an estimate grows only as far as is sent. */
  readonly sentBits: number;
}

/** Repair copes with less. */
const LOSS_SHARE_MAX = 0.12;
const LOSS_SHARE_CALM = 0.08;
const BAD_SECONDS = 2;
const CALM_SECONDS = 8;
const CALM_SECONDS_MAX = 120;
/** An estimate wavers: below this share of what is sent the line is tight, above the other it has room. */
const TIGHT_SHARE = 0.85;
const ROOMY_SHARE = 1.15;

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
  report({ lossShare, estimateBits, sentBits }: LineReport): number {
    this.#secondsSinceClimb++;
    const isTight = estimateBits !== undefined && estimateBits < sentBits * TIGHT_SHARE;
    this.#bad = lossShare > LOSS_SHARE_MAX || isTight ? this.#bad + 1 : 0;
    if (this.#bad >= BAD_SECONDS && this.#rung < this.#rungs - 1) return this.#down();
    if (this.#rung === 0) return 0;
    const isRoomy = estimateBits === undefined || estimateBits > sentBits * ROOMY_SHARE;
    this.#calm = lossShare < LOSS_SHARE_CALM && isRoomy ? this.#calm + 1 : 0;
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
