/** How long something runs: as the programme says once a second, counted on meanwhile. Out: "1:23", "" where it does not run. */

/** An encoder is behind by some frames; that is no reason to jump back. */
const NEAR_MS = 1500;

export class RunningTime {
  readonly #nowMs: () => number;
  #sinceMs: number | undefined;

  /** `nowMs`: default the page's clock. */
  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
  }

  /** Now, from this page. */
  begin(): void {
    this.#sinceMs = this.#nowMs();
  }

  /** It runs since so long. */
  hear(ranMs: number): void {
    const sinceMs = this.#nowMs() - ranMs;
    if (this.#sinceMs === undefined || Math.abs(this.#sinceMs - sinceMs) > NEAR_MS) this.#sinceMs = sinceMs;
  }

  end(): void {
    this.#sinceMs = undefined;
  }

  get text(): string {
    if (this.#sinceMs === undefined) return "";
    const seconds = Math.floor((this.#nowMs() - this.#sinceMs) / 1000);
    return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  }
}
