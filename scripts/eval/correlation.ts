/**
 * Pearson's correlation of two series that come pair by pair, and their mean absolute difference. Keeps six sums, no
 * series.
 */
export class Correlation {
  #count = 0;
  #sumX = 0;
  #sumY = 0;
  #sumXx = 0;
  #sumYy = 0;
  #sumXy = 0;
  #apart = 0;

  add(x: number, y: number): void {
    this.#count++;
    this.#sumX += x;
    this.#sumY += y;
    this.#sumXx += x * x;
    this.#sumYy += y * y;
    this.#sumXy += x * y;
    this.#apart += Math.abs(x - y);
  }

  merge(other: Correlation): void {
    this.#count += other.#count;
    this.#sumX += other.#sumX;
    this.#sumY += other.#sumY;
    this.#sumXx += other.#sumXx;
    this.#sumYy += other.#sumYy;
    this.#sumXy += other.#sumXy;
    this.#apart += other.#apart;
  }

  /** -1..1; 0 where one of the series does not vary. */
  get value(): number {
    const n = this.#count;
    const varianceX = this.#sumXx / n - (this.#sumX / n) ** 2;
    const varianceY = this.#sumYy / n - (this.#sumY / n) ** 2;
    if (!(varianceX > 1e-12 && varianceY > 1e-12)) return 0;
    return (this.#sumXy / n - this.#sumX * this.#sumY / n / n) / Math.sqrt(varianceX * varianceY);
  }

  get meanAbsoluteDifference(): number {
    return this.#apart / this.#count;
  }
}
