/** Scores as text: tables in Markdown for docs/visemes.md, aligned columns for the terminal. */
import { VISEMES } from "../../src/lipsync/mod.ts";
import type { GroupScores, Results, SetScores } from "./results.ts";
import type { Score, ScoreFigures } from "./score.ts";

/** What each set is, in the order it is published. */
export const SETS: Readonly<Record<string, string>> = {
  c: "Human speech",
  b: "Synthesisers never trained on",
  a: "espeak-ng: variants and languages held out",
  noisy: "Synthesisers never trained on, in rooms, with noise and through codecs",
  smoke: "A few utterances of espeak-ng",
};

const HEAD = ["accuracy", "macro-F1", "jaw", "found", "false"] as const;

type Row = readonly string[];

/** Terminal: every set and every engine, a line each. */
export function summary(results: Results): string {
  const rows: Row[] = [["set", "minutes", "engine", ...HEAD]];
  for (const [name, set] of results.sets) {
    for (const [engine, score] of set.whole) {
      rows.push([name, score.figures.minutes.toFixed(1), engine, ...cells(score.figures)]);
    }
  }
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column]!)).join("  ").trimEnd()).join(
    "\n",
  );
}

/** docs/visemes.md: all sets, then languages, voices, visemes and confusions of `engine`. */
export function published(results: Results, engine: string, rivals: readonly string[]): string {
  const parts: string[] = [];
  for (const [name, set] of results.sets) {
    const { minutes, bilabials } = set.whole.get(engine)!.figures;
    const kept = `${set.utterances} utterances, ${minutes.toFixed(1)} minutes, ${bilabials} closures`;
    const left = set.leftOut > 0
      ? `; ${set.leftOut} recordings left out, their labels could not be trusted`
      : "";
    parts.push(`### ${SETS[name] ?? name} (set ${name})`, `${kept}${left}.`);
    parts.push(
      markdown(["engine", ...HEAD], [...set.whole].map(([one, score]) => [one, ...cells(score.figures)])),
    );
    if (set.languages.size > 1) parts.push(groupTable("language", set.languages, engine, rivals));
    parts.push(groupTable("voice", set.voices, engine, rivals));
    parts.push(classTable(set, [engine, ...rivals]));
  }
  for (const [name, set] of results.sets) {
    if (name !== "c") continue;
    parts.push(`### Confusions of ${engine} on set ${name}`, confusionTable(set.whole.get(engine)!));
  }
  return parts.join("\n\n");
}

function groupTable(
  what: string,
  groups: ReadonlyMap<string, GroupScores>,
  engine: string,
  rivals: readonly string[],
): string {
  const head = [what, "minutes", ...HEAD, ...rivals.map((rival) => `macro-F1 of ${rival}`)];
  const rows = [...groups].sort(([one], [other]) => one.localeCompare(other)).map(([name, group]) => {
    const { figures } = group.get(engine)!;
    const others = rivals.map((rival) => share(group.get(rival)?.figures.macroF1 ?? null));
    return [name, figures.minutes.toFixed(1), ...cells(figures), ...others];
  });
  return markdown(head, rows);
}

function classTable(set: SetScores, engines: readonly string[]): string {
  const rows = engines.filter((engine) => set.whole.has(engine)).map((engine) => {
    const { f1 } = set.whole.get(engine)!.details;
    return [engine, ...VISEMES.map((viseme) => share(f1[viseme] ?? null))];
  });
  return markdown(["F1", ...VISEMES], rows);
}

function confusionTable(score: Score): string {
  const { confusion } = score.details;
  const rows = VISEMES.map((viseme, truth) => {
    const guesses = confusion[truth]!.map((part) => part < 0.005 ? "" : `${Math.round(part * 100)}`);
    return [`${viseme} was taken for, %`, ...guesses];
  });
  return markdown(["", ...VISEMES], rows);
}

function cells(figures: ScoreFigures): string[] {
  return [
    share(figures.accuracy),
    share(figures.macroF1),
    share(figures.jawCorrelation),
    percent(figures.bilabialsFound),
    percent(figures.bilabialsFalse),
  ];
}

function share(value: number | null): string {
  return value === null ? "-" : value.toFixed(2);
}

function percent(value: number | null): string {
  return value === null ? "-" : `${(value * 100).toFixed(1)} %`;
}

function markdown(head: Row, rows: readonly Row[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(3, ...all.map((row) => row[column]!.length)));
  const line = (row: Row) => `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(" | ")} |`;
  return [line(head), `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`, ...rows.map(line)].join(
    "\n",
  );
}
