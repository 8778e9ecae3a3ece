/**
 * Which family speaks: chosen by what was measured at the start, then by how full the buffer is while it speaks.
 *
 * In: measured costs, and once a second how the second went. Out: a rung to take. Pure. Hysteresis: down after
 * DOWN_SECONDS of bad seconds, up after a calm time that doubles with each climb that did not hold.
 */

/** Share of a frame's time that a batch's frame may take: the rest is for the stage, the voice and bad moments. */
export const FRAME_SHARE_MAX = 0.75;
/** Share of the time that the features may take. */
export const FEATURE_SHARE_MAX = 0.3;

const DOWN_SECONDS = 3;
/** A second is bad when more of its frames than this came too late. */
const LATE_SHARE_MAX = 0.1;
/** Lead below which a second without a late frame is still no calm one. */
const CALM_LEAD_FRAMES = 2;
const UP_SECONDS = 20;
const UP_SECONDS_MAX = 600;
/** A climb that holds this long was right. */
const HELD_SECONDS = 60;

export interface Measured {
  /** Of a frame in the best batch. */
  readonly frameMs: number;
  /** Of a second of speech. */
  readonly featureMs: number;
}

/** Why a family does not keep up here; undefined where it does. `periodMs` is a frame's. */
export function tooSlow({ frameMs, featureMs }: Measured, periodMs: number): string | undefined {
  const limitMs = periodMs * FRAME_SHARE_MAX;
  if (frameMs > limitMs) return `${frameMs.toFixed(1)} ms a frame here, wanted at most ${limitMs}`;
  const featureMsMax = FEATURE_SHARE_MAX * 25 * periodMs;
  if (featureMs > featureMsMax) {
    return `${Math.round(featureMs)} ms for hearing a second of speech here, wanted at most ${featureMsMax}`;
  }
  return undefined;
}

/** How a second of speaking went. */
export interface LadderSecond {
  readonly renderedFrames: number;
  readonly skippedFrames: number;
  /** Frames rendered and not shown when the buffer was at its lowest. */
  readonly leadFramesMin: number;
}

export class Ladder {
  #rung: number;
  #badSeconds = 0;
  #calmSeconds = 0;
  #upAfterSeconds = UP_SECONDS;
  #climbedSecondsAgo = Infinity;

  /** `rungs` of them, the best first; `rung` is where it begins. */
  constructor(readonly rungs: number, rung: number) {
    this.#rung = rung;
  }

  get rung(): number {
    return this.#rung;
  }

  /** The rung to be on from now on; seconds without speech are not to be told. */
  second({ renderedFrames, skippedFrames, leadFramesMin }: LadderSecond): number {
    const all = renderedFrames + skippedFrames;
    if (all === 0) return this.#rung;
    const isBad = skippedFrames > all * LATE_SHARE_MAX;
    this.#badSeconds = isBad ? this.#badSeconds + 1 : 0;
    this.#calmSeconds = !isBad && skippedFrames === 0 && leadFramesMin >= CALM_LEAD_FRAMES
      ? this.#calmSeconds + 1
      : 0;
    this.#climbedSecondsAgo++;
    if (this.#climbedSecondsAgo === HELD_SECONDS) this.#upAfterSeconds = UP_SECONDS;
    if (this.#badSeconds >= DOWN_SECONDS && this.#rung < this.rungs - 1) this.#down();
    else if (this.#calmSeconds >= this.#upAfterSeconds && this.#rung > 0) this.#up();
    return this.#rung;
  }

  #down(): void {
    if (this.#climbedSecondsAgo < HELD_SECONDS) {
      this.#upAfterSeconds = Math.min(UP_SECONDS_MAX, this.#upAfterSeconds * 2);
    }
    this.#rung++;
    this.#badSeconds = this.#calmSeconds = 0;
    this.#climbedSecondsAgo = Infinity;
  }

  #up(): void {
    this.#rung--;
    this.#badSeconds = this.#calmSeconds = 0;
    this.#climbedSecondsAgo = 0;
  }
}
