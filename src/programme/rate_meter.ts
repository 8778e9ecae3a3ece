/** How many times a second a counter moved, over about the last second. */
export class RateMeter {
  #value = 0;
  #atMs = 0;
  #perSecond = 0;

  /** Call at any pace with the counter now; answers the rate. */
  measure(value: number, nowMs: number): number {
    const elapsedMs = nowMs - this.#atMs;
    if (this.#atMs === 0 || elapsedMs >= 1000) {
      if (this.#atMs !== 0) this.#perSecond = (value - this.#value) * 1000 / elapsedMs;
      this.#value = value;
      this.#atMs = nowMs;
    }
    return this.#perSecond;
  }
}
