/** What one engine reaches on some utterances: every measure that is published, adding up over utterances. */
import { JAW, MOUTH_PARAMETERS, VISEME_COUNT, VISEMES } from "../../src/lipsync/mod.ts";
import { Bilabials } from "./bilabials.ts";
import { Confusion } from "./confusion.ts";
import { Correlation } from "./correlation.ts";
import type { Frames } from "./frames.ts";

/** Shares and correlations rounded to four places; null where there was nothing to measure. */
export interface ScoreFigures {
  readonly minutes: number;
  readonly accuracy: number | null;
  readonly macroF1: number | null;
  readonly jawCorrelation: number | null;
  readonly bilabialsFound: number | null;
  readonly bilabialsFalse: number | null;
  readonly bilabials: number;
}

export interface ScoreDetails extends ScoreFigures {
  /** By viseme; null for one that does not occur. */
  readonly f1: Readonly<Record<string, number | null>>;
  /** By mouth parameter. */
  readonly correlation: Readonly<Record<string, number | null>>;
  readonly jawError: number | null;
  /** Rows: what was; columns: what was guessed; shares of a row, in the order of VISEMES. */
  readonly confusion: readonly (readonly number[])[];
}

export class Score {
  readonly confusion = new Confusion(VISEME_COUNT);
  readonly bilabials = new Bilabials();
  readonly #correlations = MOUTH_PARAMETERS.map(() => new Correlation());

  /** Compares one utterance frame by frame; throws RangeError where the guess has fewer frames. */
  add(truth: Frames, guess: Frames): void {
    if (guess.length < truth.length) {
      throw new RangeError(`an engine answered ${guess.length} frames, wanted ${truth.length}`);
    }
    for (let frame = 0; frame < truth.length; frame++) {
      this.confusion.add(truth.visemes[frame]!, guess.visemes[frame]!);
      const was = truth.mouth(frame);
      const is = guess.mouth(frame);
      this.#correlations.forEach((one, index) => one.add(was[index]!, is[index]!));
    }
    this.bilabials.add(truth, guess);
  }

  merge(other: Score): void {
    this.confusion.merge(other.confusion);
    this.bilabials.merge(other.bilabials);
    this.#correlations.forEach((one, index) => one.merge(other.#correlations[index]!));
  }

  get figures(): ScoreFigures {
    const { confusion, bilabials } = this;
    return {
      minutes: rounded(confusion.total / 50 / 60)!,
      accuracy: rounded(confusion.accuracy),
      macroF1: rounded(confusion.macroF1),
      jawCorrelation: rounded(this.#correlations[JAW]!.value),
      bilabialsFound: rounded(bilabials.found),
      bilabialsFalse: rounded(bilabials.false),
      bilabials: bilabials.closures,
    };
  }

  get details(): ScoreDetails {
    const { confusion } = this;
    const f1 = confusion.f1.map((value, index) => confusion.occurrences(index) > 0 ? rounded(value) : null);
    return {
      ...this.figures,
      f1: Object.fromEntries(VISEMES.map((name, index) => [name, f1[index] ?? null])),
      correlation: Object.fromEntries(
        MOUTH_PARAMETERS.map((name, index) => [name, rounded(this.#correlations[index]!.value)]),
      ),
      jawError: rounded(this.#correlations[JAW]!.meanAbsoluteDifference),
      confusion: confusion.rows.map((row) => row.map((share) => rounded(share)!)),
    };
  }
}

function rounded(value: number): number | null {
  return Number.isFinite(value) ? Math.round(value * 10_000) / 10_000 : null;
}
