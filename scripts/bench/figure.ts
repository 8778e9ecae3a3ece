/** One measured line of the benchmark: percentiles of many samples beside the target and what peers cost. */

export interface Figure {
  readonly name: string;
  readonly unit: string;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  /** What we mean to reach, as words: "p50 <= 0.5, p99 <= 5"; "" where nothing was promised. */
  readonly target: string;
  readonly isMet: boolean;
  /** What peers cost on such a machine; "" where unknown. */
  readonly peer: string;
}

export interface Aim {
  readonly target: string;
  readonly peer?: string;
  /** Whether the figure reaches its target. */
  readonly reaches: (p: { p50: number; p99: number; max: number }) => boolean;
}

/** Makes a figure of samples, in whatever order. */
export function figure(name: string, unit: string, samples: readonly number[], aim: Aim): Figure {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
  const percentiles = { p50: at(0.5), p99: at(0.99), max: sorted.at(-1) ?? NaN };
  return {
    name,
    unit,
    ...percentiles,
    target: aim.target,
    isMet: aim.reaches(percentiles),
    peer: aim.peer ?? "",
  };
}

/** A single measured value. */
export function single(name: string, unit: string, value: number, aim: Aim): Figure {
  return figure(name, unit, [value], aim);
}

export function table(figures: readonly Figure[]): string {
  const rows = [
    ["figure", "unit", "p50", "p99", "max", "target", "", "peers"],
    ...figures.map((one) => [
      one.name,
      one.unit,
      short(one.p50),
      short(one.p99),
      short(one.max),
      one.target,
      one.target === "" ? "" : one.isMet ? "met" : "MISSED",
      one.peer,
    ]),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column]!)).join("  ").trimEnd()).join(
    "\n",
  );
}

function short(value: number): string {
  if (!Number.isFinite(value)) return "-";
  const size = Math.abs(value);
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 3);
}
