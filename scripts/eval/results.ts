/**
 * All scores of a run: for each set, and within it for each language and each voice, what every engine reached.
 *
 * In: scores of single utterances. Out: the same by group, as plain data for JSON and for tables.
 */
import { Score, type ScoreDetails } from "./score.ts";
import type { TestPart } from "./testset.ts";

/** Names of engines in the order they were first heard. */
type Column = string;

/** What every engine reached on some utterances. */
export type GroupScores = ReadonlyMap<Column, Score>;

export interface SetScores {
  readonly whole: Map<Column, Score>;
  readonly languages: Map<string, Map<Column, Score>>;
  readonly voices: Map<string, Map<Column, Score>>;
  utterances: number;
  leftOut: number;
}

export interface SetReport {
  readonly utterances: number;
  readonly leftOut: number;
  readonly engines: Record<Column, ScoreDetails>;
  readonly languages: Record<string, Record<Column, ScoreDetails>>;
  readonly voices: Record<string, Record<Column, ScoreDetails>>;
}

export class Results {
  readonly sets = new Map<string, SetScores>();

  /** A part's utterances are about to come. */
  begin(part: TestPart): void {
    const set = this.#set(part.set);
    set.utterances += part.utterances.length;
    set.leftOut += part.leftOut;
  }

  add(part: TestPart, engine: Column, score: Score): void {
    const set = this.#set(part.set);
    const groups = [set.whole, groupOf(set.languages, part.language), groupOf(set.voices, part.voice)];
    for (const group of groups) {
      let sum = group.get(engine);
      if (sum === undefined) group.set(engine, sum = new Score());
      sum.merge(score);
    }
  }

  toJSON(): Record<string, SetReport> {
    return Object.fromEntries(
      [...this.sets].map(([name, { utterances, leftOut, whole, languages, voices }]) => [name, {
        utterances,
        leftOut,
        engines: detailsOf(whole),
        languages: Object.fromEntries(
          [...languages].map(([language, group]) => [language, detailsOf(group)]),
        ),
        voices: Object.fromEntries([...voices].map(([voice, group]) => [voice, detailsOf(group)])),
      }]),
    );
  }

  #set(name: string): SetScores {
    let set = this.sets.get(name);
    if (set === undefined) {
      set = { whole: new Map(), languages: new Map(), voices: new Map(), utterances: 0, leftOut: 0 };
      this.sets.set(name, set);
    }
    return set;
  }
}

function groupOf(groups: Map<string, Map<Column, Score>>, name: string): Map<Column, Score> {
  let group = groups.get(name);
  if (group === undefined) groups.set(name, group = new Map());
  return group;
}

function detailsOf(group: GroupScores): Record<Column, ScoreDetails> {
  return Object.fromEntries([...group].map(([engine, score]) => [engine, score.details]));
}
