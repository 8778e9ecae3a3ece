/**
 * How far sound and picture are apart for whoever watches: the loudness that is really played, against the loudness that
 * the server says belongs to the frames that are really shown. In: both, with the times at which they are heard and
 * seen. Out: milliseconds, positive where the sound is late. Knows no browser.
 *
 * The two courses of loudness are laid over one another at every shift (normalised cross-correlation); the best one is
 * the offset, refined by a parabola through it and its neighbours.
 */

export interface HeardLevel {
  /** When it is heard, in ms of the page's clock. */
  readonly atMs: number;
  readonly level: number;
}

export interface ShownLevels {
  /** When the frame is seen. */
  readonly atMs: number;
  /** Loudness of equal parts of the frame's time, in order. */
  readonly levels: readonly number[];
  readonly frameMs: number;
}

const STEP_MS = 10;
const WINDOW_MS = 6000;
const SHIFT_MS_MIN = -500;
const SHIFT_MS_MAX = 800;
/** How alike the courses must be, of 1. */
const LIKENESS_MIN = 0.7;
/** Spoken time without which nothing can be said. */
const LOUD_STEPS_MIN = 60;
const LOUD_SHARE = 0.1;

export class OffsetMeter {
  #heard: HeardLevel[] = [];
  #shown: ShownLevels[] = [];

  hear(level: HeardLevel): void {
    this.#heard.push(level);
    this.#heard = recent(this.#heard, level.atMs);
  }

  show(levels: ShownLevels): void {
    this.#shown.push(levels);
    this.#shown = recent(this.#shown, levels.atMs);
  }

  /** Undefined while there is too little speech, or the two do not look alike. */
  measure(): number | undefined {
    return offsetMs(this.#heard, this.#shown);
  }

  reset(): void {
    this.#heard = [];
    this.#shown = [];
  }
}

export function offsetMs(heard: readonly HeardLevel[], shown: readonly ShownLevels[]): number | undefined {
  const [first, last] = [shown[0], shown.at(-1)];
  if (first === undefined || last === undefined || heard.length === 0) return undefined;
  const fromMs = first.atMs;
  const steps = Math.floor((last.atMs + last.frameMs - fromMs) / STEP_MS);
  const seen = new Float32Array(steps);
  for (const { atMs, levels, frameMs } of shown) {
    const partMs = frameMs / levels.length;
    levels.forEach((level, part) => fill(seen, atMs + part * partMs - fromMs, partMs, level));
  }
  const loudest = seen.reduce((most, level) => Math.max(most, level), 0);
  if (seen.filter((level) => level > loudest * LOUD_SHARE).length < LOUD_STEPS_MIN) return undefined;
  const margin = Math.max(-SHIFT_MS_MIN, SHIFT_MS_MAX) / STEP_MS;
  const played = new Float32Array(steps + 2 * margin);
  for (const { atMs, level } of heard) fill(played, atMs - fromMs + margin * STEP_MS, STEP_MS, level);
  const likeness = (shift: number) =>
    correlation(seen, played.subarray(margin + shift, margin + shift + steps));
  let best = SHIFT_MS_MIN / STEP_MS;
  let most = -1;
  for (let shift = best; shift <= SHIFT_MS_MAX / STEP_MS; shift++) {
    const now = likeness(shift);
    if (now > most) [most, best] = [now, shift];
  }
  if (most < LIKENESS_MIN || best <= SHIFT_MS_MIN / STEP_MS || best >= SHIFT_MS_MAX / STEP_MS) {
    return undefined;
  }
  const [before, after] = [likeness(best - 1), likeness(best + 1)];
  const bend = before - 2 * most + after;
  return (best + (bend === 0 ? 0 : 0.5 * (before - after) / bend)) * STEP_MS;
}

/** The level over the steps whose middle lies within. */
function fill(grid: Float32Array, atMs: number, lengthMs: number, level: number): void {
  const from = Math.max(0, Math.ceil(atMs / STEP_MS - 0.5));
  const to = Math.min(grid.length, Math.ceil((atMs + lengthMs) / STEP_MS - 0.5));
  for (let step = from; step < to; step++) grid[step] = level;
}

/** Pearson's, -1..1; 0 where one of them does not change. */
function correlation(one: Float32Array, other: Float32Array): number {
  const count = one.length;
  let [sum1, sum2, square1, square2, product] = [0, 0, 0, 0, 0];
  for (let index = 0; index < count; index++) {
    const [a, b] = [one[index]!, other[index]!];
    sum1 += a;
    sum2 += b;
    square1 += a * a;
    square2 += b * b;
    product += a * b;
  }
  const spread = Math.sqrt((square1 - sum1 * sum1 / count) * (square2 - sum2 * sum2 / count));
  return spread > 1e-9 ? (product - sum1 * sum2 / count) / spread : 0;
}

function recent<T extends { readonly atMs: number }>(all: T[], nowMs: number): T[] {
  const first = all.findIndex(({ atMs }) => atMs >= nowMs - WINDOW_MS);
  return first > 0 ? all.slice(first) : all;
}
