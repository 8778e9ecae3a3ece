/**
 * Power spectrum of a real signal: a radix-2 transform of half the length, untangled at the end.
 *
 * In: `size` real samples. Out: size / 2 + 1 powers |X|^2, bin k at k * rate / size. Any thread; everything is
 * allocated by the constructor. Sizes are powers of two from 4 to 65 536.
 */
export class RealFft {
  readonly #half: number;
  readonly #real: Float64Array;
  readonly #imaginary: Float64Array;
  readonly #reversed: Uint32Array;
  /** cos and sin of 2 pi k / size. */
  readonly #cos: Float64Array;
  readonly #sin: Float64Array;

  constructor(readonly size: number) {
    if (size < 4 || size > 65_536 || (size & (size - 1)) !== 0) {
      throw new RangeError(`a transform of ${size} samples, wanted a power of two from 4 to 65536`);
    }
    const half = this.#half = size / 2;
    this.#real = new Float64Array(half);
    this.#imaginary = new Float64Array(half);
    this.#reversed = new Uint32Array(half);
    const bits = Math.log2(half);
    for (let index = 0; index < half; index++) {
      let reversed = 0;
      for (let bit = 0; bit < bits; bit++) reversed |= ((index >> bit) & 1) << (bits - 1 - bit);
      this.#reversed[index] = reversed;
    }
    this.#cos = Float64Array.from({ length: half }, (_, k) => Math.cos(2 * Math.PI * k / size));
    this.#sin = Float64Array.from({ length: half }, (_, k) => Math.sin(2 * Math.PI * k / size));
  }

  /** `input` has `size` samples, `power` size / 2 + 1 places. */
  power(input: Float32Array, power: Float32Array): void {
    const half = this.#half;
    const real = this.#real;
    const imaginary = this.#imaginary;
    for (let index = 0; index < half; index++) {
      const from = this.#reversed[index]! * 2;
      real[index] = input[from]!;
      imaginary[index] = input[from + 1]!;
    }
    this.#butterflies();
    for (let k = 0; k <= half; k++) {
      const a = k % half;
      const b = (half - k) % half;
      const evenReal = (real[a]! + real[b]!) / 2;
      const evenImaginary = (imaginary[a]! - imaginary[b]!) / 2;
      const oddReal = (imaginary[a]! + imaginary[b]!) / 2;
      const oddImaginary = (real[b]! - real[a]!) / 2;
      const cos = k === half ? -1 : this.#cos[k]!;
      const sin = k === half ? 0 : -this.#sin[k]!;
      const x = evenReal + oddReal * cos - oddImaginary * sin;
      const y = evenImaginary + oddReal * sin + oddImaginary * cos;
      power[k] = x * x + y * y;
    }
  }

  #butterflies(): void {
    const half = this.#half;
    const real = this.#real;
    const imaginary = this.#imaginary;
    for (let span = 1; span < half; span *= 2) {
      const stride = half / span; // twiddles are of the full size: 2 pi k / (2 span) = 2 pi (k * stride) / size
      for (let start = 0; start < half; start += span * 2) {
        for (let k = 0; k < span; k++) {
          const cos = this.#cos[k * stride]!;
          const sin = -this.#sin[k * stride]!;
          const low = start + k;
          const high = low + span;
          const x = real[high]! * cos - imaginary[high]! * sin;
          const y = real[high]! * sin + imaginary[high]! * cos;
          real[high] = real[low]! - x;
          imaginary[high] = imaginary[low]! - y;
          real[low] = real[low]! + x;
          imaginary[low] = imaginary[low]! + y;
        }
      }
    }
  }
}
