/**
 * What a batch costs on this machine, learnt as it goes: a fixed part and a part for each frame.
 *
 * In: measured runs. Out: expected milliseconds. Any thread; a straight line through smoothed measurements, refitted
 * with each run. Bounded: one place for each batch size.
 */

/** Share of a new measurement in what is remembered of its size. */
const FRESH = 0.25;

export class BatchCost {
  /** Smoothed cost by batch size; 0 where that size never ran. */
  readonly #ms: Float64Array;
  readonly #runs: Float64Array;

  constructor(batchMax: number) {
    this.#ms = new Float64Array(batchMax + 1);
    this.#runs = new Float64Array(batchMax + 1);
  }

  get isKnown(): boolean {
    return this.#runs.some((runs) => runs > 0);
  }

  add(count: number, tookMs: number): void {
    const before = this.#ms[count]!;
    this.#ms[count] = this.#runs[count]! === 0 ? tookMs : before + (tookMs - before) * FRESH;
    this.#runs[count]!++;
  }

  /** Expected cost of `count` frames; 0 before anything was measured. */
  of(count: number): number {
    const { fixedMs, frameMs } = this.#line();
    return fixedMs + frameMs * count;
  }

  /** Of a frame in the cheapest batch of at most `batchMax` frames. */
  perFrame(batchMax: number): number {
    return this.of(batchMax) / batchMax;
  }

  /** Least squares over the sizes that ran, never falling and never starting below zero. */
  #line(): { fixedMs: number; frameMs: number } {
    let sizes = 0, sumN = 0, sumMs = 0;
    for (let n = 1; n < this.#ms.length; n++) {
      if (this.#runs[n] === 0) continue;
      sizes++;
      sumN += n;
      sumMs += this.#ms[n]!;
    }
    if (sizes === 0) return { fixedMs: 0, frameMs: 0 };
    const meanN = sumN / sizes;
    const meanMs = sumMs / sizes;
    let spread = 0, slant = 0;
    for (let n = 1; n < this.#ms.length; n++) {
      if (this.#runs[n] === 0) continue;
      spread += (n - meanN) ** 2;
      slant += (n - meanN) * (this.#ms[n]! - meanMs);
    }
    // One size only says nothing of the fixed part: all of it counts as the frames'.
    const frameMs = spread === 0 ? meanMs / meanN : Math.min(meanMs / meanN, Math.max(0, slant / spread));
    return { fixedMs: Math.max(0, meanMs - frameMs * meanN), frameMs };
  }
}
