/**
 * How far a programme's ticks wander from a metronome: their own deadlines cannot tell, for these would wander too.
 * In: when units came, by the monotonic clock. Out: milliseconds gained (early, negative) or lost over the run.
 */

export interface Tick {
  readonly unit: number;
  /** When it was published, as seen from outside. */
  readonly atMs: number;
}

const SPAN_MS = 5000;

/** The middle lateness of the last five seconds' ticks less that of the first five seconds'. */
export function driftMs(ticks: readonly Tick[], periodMs: number): number {
  const [first, last] = [ticks[0], ticks.at(-1)];
  if (first === undefined || last === undefined || last.atMs - first.atMs < 2 * SPAN_MS) return NaN;
  const late = (some: readonly Tick[]) =>
    middle(some.map(({ unit, atMs }) => atMs - first.atMs - (unit - first.unit) * periodMs));
  return late(ticks.filter(({ atMs }) => atMs > last.atMs - SPAN_MS)) -
    late(ticks.filter(({ atMs }) => atMs < first.atMs + SPAN_MS));
}

/** Not the mean: one look held up by something else must not count for a drift. */
function middle(values: number[]): number {
  values.sort((a, b) => a - b);
  return values[Math.floor(values.length / 2)]!;
}
