/**
 * Whether what moves the lips is less than it was: the network of visemes gave way to loudness, a video engine to a lesser
 * one or to visemes. In: the state, looked at twice a second. Out: a word at each change. Main thread.
 */
export interface LipState {
  /** Loudness moves the mouth because the engine failed. */
  readonly isFallback: boolean;
  /** Place in the ladder of what renders now, 0 for the best; undefined where only visemes move the mouth. */
  readonly rung: number | undefined;
  readonly name: string;
}

export class Decline {
  readonly #tell: (isDegraded: boolean, engine: string) => void;
  #best = Infinity;
  #isDegraded = false;

  constructor(tell: (isDegraded: boolean, engine: string) => void) {
    this.#tell = tell;
  }

  /** Another avatar is shown: what it can do is another matter. */
  reset(): void {
    this.#best = Infinity;
  }

  look({ isFallback, rung, name }: LipState): void {
    if (rung !== undefined) this.#best = Math.min(this.#best, rung);
    const isLesser = this.#best < (rung ?? Infinity);
    const isDegraded = isFallback || isLesser;
    if (isDegraded === this.#isDegraded) return;
    this.#isDegraded = isDegraded;
    this.#tell(isDegraded, name);
  }
}
