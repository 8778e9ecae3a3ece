/**
 * A confusion matrix and what is read off it: accuracy, F1 of each class, macro-F1.
 *
 * In: pairs of what was and what was guessed, as indices below `size`. F1 of a class is
 * 2 hits / (times it was + times it was guessed); macro-F1 is the plain mean over the classes that occur in truth.
 */
export class Confusion {
  readonly counts: Uint32Array;

  constructor(readonly size: number) {
    this.counts = new Uint32Array(size * size);
  }

  add(truth: number, guess: number): void {
    this.counts[truth * this.size + guess]!++;
  }

  merge(other: Confusion): void {
    for (let index = 0; index < this.counts.length; index++) this.counts[index]! += other.counts[index]!;
  }

  get total(): number {
    return this.counts.reduce((sum, count) => sum + count, 0);
  }

  /** Share of frames whose guess was right; NaN without frames. */
  get accuracy(): number {
    let hits = 0;
    for (let index = 0; index < this.size; index++) hits += this.#at(index, index);
    return hits / this.total;
  }

  /** How often a class was. */
  occurrences(truth: number): number {
    let sum = 0;
    for (let guess = 0; guess < this.size; guess++) sum += this.#at(truth, guess);
    return sum;
  }

  /** F1 of each class; NaN for a class that neither was nor was guessed. */
  get f1(): number[] {
    return Array.from({ length: this.size }, (_, one) => {
      let guessed = 0;
      for (let truth = 0; truth < this.size; truth++) guessed += this.#at(truth, one);
      return 2 * this.#at(one, one) / (this.occurrences(one) + guessed);
    });
  }

  /** Mean F1 of the classes that occur; NaN without frames. */
  get macroF1(): number {
    const { f1 } = this;
    const occurring = f1.filter((_, one) => this.occurrences(one) > 0);
    return occurring.reduce((sum, value) => sum + value, 0) / occurring.length;
  }

  /** Shares of the guesses for each class that was, rows in the order of the classes. */
  get rows(): number[][] {
    return Array.from({ length: this.size }, (_, truth) => {
      const all = this.occurrences(truth);
      return Array.from(
        { length: this.size },
        (_, guess) => all === 0 ? 0 : this.#at(truth, guess) / all,
      );
    });
  }

  #at(truth: number, guess: number): number {
    return this.counts[truth * this.size + guess]!;
  }
}
