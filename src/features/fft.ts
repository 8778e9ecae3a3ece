/**
 * Power spectrum of a real signal: a mixed-radix transform of half the length, untangled at the end.
 *
 * In: `size` real samples. Out: size / 2 + 1 powers |X|^2, bin k at k * rate / size. Any thread; everything is
 * allocated by the constructor. Sizes are even, 4 to 65 536, with no other prime factors than 2 and 5: 512, 400.
 * The passes are Stockham's, in order between two buffers; each is a product with a small matrix per group.
 */

/** One pass: transforms of `radix` points, `rest` groups of them, each with factors of its own. */
interface Pass {
  readonly radix: number;
  readonly rest: number;
  /** Transforms that run side by side. */
  readonly stride: number;
  /** Complex factor of input `from` in output `to` of group k, at ((k * radix + to) * radix + from) * 2. */
  readonly factors: Float64Array;
}

const SIZE_MAX = 65_536;
/** As exact as the caller wants it. */
type Samples = Float32Array | Float64Array;

export class RealFft {
  readonly #half: number;
  readonly #passes: readonly Pass[];
  /** Real and imaginary parts in turn. */
  #now: Float64Array;
  #next: Float64Array;
  /** cos and sin of 2 pi k / size. */
  readonly #cos: Float64Array;
  readonly #sin: Float64Array;

  constructor(readonly size: number) {
    const half = this.#half = size / 2;
    const passes = Number.isInteger(half) && half >= 2 && size <= SIZE_MAX ? plan(half) : undefined;
    if (passes === undefined) {
      throw new RangeError(
        `a transform of ${size} samples, wanted an even number from 4 to ${SIZE_MAX} made of factors 2 and 5`,
      );
    }
    this.#passes = passes;
    this.#now = new Float64Array(size);
    this.#next = new Float64Array(size);
    this.#cos = Float64Array.from({ length: half + 1 }, (_, k) => Math.cos(2 * Math.PI * k / size));
    this.#sin = Float64Array.from({ length: half + 1 }, (_, k) => Math.sin(2 * Math.PI * k / size));
  }

  /** `input` has `size` samples, `power` size / 2 + 1 places. */
  power(input: Samples, power: Samples): void {
    for (let index = 0; index < this.size; index++) this.#now[index] = input[index]!;
    for (const pass of this.#passes) {
      run(pass, this.#now, this.#next);
      const done = this.#next;
      this.#next = this.#now;
      this.#now = done;
    }
    this.#untangle(power);
  }

  /** Even samples were the real part and odd ones the imaginary part of a signal of half the length. */
  #untangle(power: Samples): void {
    const half = this.#half;
    const now = this.#now;
    for (let k = 0; k <= half; k++) {
      const a = k === half ? 0 : 2 * k;
      const b = k === 0 ? 0 : 2 * (half - k);
      const evenReal = (now[a]! + now[b]!) / 2;
      const evenImaginary = (now[a + 1]! - now[b + 1]!) / 2;
      const oddReal = (now[a + 1]! + now[b + 1]!) / 2;
      const oddImaginary = (now[b]! - now[a]!) / 2;
      const cos = this.#cos[k]!;
      const sin = -this.#sin[k]!;
      const x = evenReal + oddReal * cos - oddImaginary * sin;
      const y = evenImaginary + oddReal * sin + oddImaginary * cos;
      power[k] = x * x + y * y;
    }
  }
}

function run({ radix, rest, stride, factors }: Pass, now: Float64Array, next: Float64Array): void {
  const leap = 2 * stride * rest;
  let at = 0;
  for (let k = 0; k < rest; k++) {
    for (let to = 0; to < radix; to++, at += 2 * radix) {
      for (let lane = 0; lane < stride; lane++) {
        let real = 0;
        let imaginary = 0;
        let from = 2 * (lane + stride * k);
        for (let factor = at; factor < at + 2 * radix; factor += 2, from += leap) {
          const x = now[from]!;
          const y = now[from + 1]!;
          const cos = factors[factor]!;
          const sin = factors[factor + 1]!;
          real += x * cos - y * sin;
          imaginary += x * sin + y * cos;
        }
        const place = 2 * (lane + stride * (radix * k + to));
        next[place] = real;
        next[place + 1] = imaginary;
      }
    }
  }
}

/** The passes of a complex transform; undefined where the length has another prime factor. */
function plan(length: number): Pass[] | undefined {
  const passes: Pass[] = [];
  let rest = length;
  while (rest > 1) {
    const radix = [5, 4, 2].find((one) => rest % one === 0);
    if (radix === undefined) return undefined;
    const span = rest;
    rest /= radix;
    const factors = new Float64Array(2 * span * radix);
    let at = 0;
    for (let k = 0; k < rest; k++) {
      for (let to = 0; to < radix; to++) {
        for (let from = 0; from < radix; from++) {
          const turn = -2 * Math.PI * (to * from / radix + to * k / span);
          factors[at++] = Math.cos(turn);
          factors[at++] = Math.sin(turn);
        }
      }
    }
    passes.push({ radix, rest, stride: length / span, factors });
  }
  return passes;
}
