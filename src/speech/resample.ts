/**
 * Streaming sample-rate conversion by a polyphase windowed sinc (Kaiser, 80 dB).
 *
 * In: mono PCM at one rate, in pieces of any length. Out: mono PCM at another; output sample k is the input at time
 * k * from / to (the filter's delay is taken out), so after flush() there are exactly round(n * to / from) of them.
 * Pure computation, any thread; process() allocates nothing. Rates 8 000..192 000 Hz. The pass band ends at 84 % of
 * the lower rate's half; from there the filter falls to silence at the half itself.
 */

const RATE_HZ_MIN = 8_000;
const RATE_HZ_MAX = 192_000;
/** Zero crossings of the sinc on each side of its middle. */
const CROSSINGS = 32;
const ATTENUATION_DB = 80;
const KAISER_BETA = 0.1102 * (ATTENUATION_DB - 8.7);
/** Above so many phases the nearest two are interpolated: the error is below -110 dB. */
const PHASES_MAX = 1024;
const BLOCK_SAMPLES = 2048;

export class Resampler {
  /** Output samples for each `#down` input samples, reduced. */
  readonly #up: number;
  readonly #down: number;
  /** Input samples needed on each side of an output sample; 0 when the rates are equal. */
  readonly #half: number;
  readonly #phases: number;
  /** `#phases` + 1 rows of 2 * `#half` taps. */
  readonly #taps: Float32Array;
  readonly #window: Float32Array;
  /** Samples in `#window`, and the input index of its first. */
  #held = 0;
  #heldFrom = 0;
  #taken = 0;
  #given = 0;
  /** Where the next output lies: input index and numerator of the fraction over `#up`. */
  #at = 0;
  #remainder = 0;

  constructor(readonly fromHz: number, readonly toHz: number) {
    for (const rateHz of [fromHz, toHz]) {
      if (!Number.isInteger(rateHz) || rateHz < RATE_HZ_MIN || rateHz > RATE_HZ_MAX) {
        throw new RangeError(
          `resampling ${fromHz} to ${toHz} Hz, wanted whole rates of ${RATE_HZ_MIN}..${RATE_HZ_MAX}`,
        );
      }
    }
    const common = greatestCommonDivisor(fromHz, toHz);
    this.#up = toHz / common;
    this.#down = fromHz / common;
    const scale = Math.min(1, toHz / fromHz);
    this.#half = fromHz === toHz ? 0 : Math.ceil(CROSSINGS / scale);
    this.#phases = Math.min(this.#up, PHASES_MAX);
    this.#taps = designTaps(this.#phases, this.#half, scale);
    this.#window = new Float32Array(2 * this.#half + BLOCK_SAMPLES);
    this.reset();
  }

  /** Upper bound of what process() of so many samples, or a flush() after it, writes. */
  outputLengthMax(inputLength: number): number {
    return Math.ceil((inputLength + this.#half + 1) * this.#up / this.#down) + 1;
  }

  /** Writes what is known by now to the start of `output`; returns how many samples that was. */
  process(input: Float32Array, output: Float32Array): number {
    this.#taken += input.length;
    if (this.#half === 0) {
      output.set(input);
      return input.length;
    }
    let written = 0;
    for (let from = 0; from < input.length;) {
      const count = Math.min(this.#window.length - this.#held, input.length - from);
      const end = from + count;
      for (let index = from; index < end; index++) this.#window[this.#held++] = input[index]!;
      from = end;
      written = this.#drain(output, written, Infinity);
    }
    return written;
  }

  /** The end of the input: writes the samples still owed. Call reset() before the next stream. */
  flush(output: Float32Array): number {
    if (this.#half === 0) return 0;
    const owed = Math.round(this.#taken * this.#up / this.#down) - this.#given;
    let written = 0;
    while (written < owed) {
      const count = Math.min(this.#window.length - this.#held, this.#half);
      this.#window.fill(0, this.#held, this.#held + count);
      this.#held += count;
      written = this.#drain(output, written, owed);
    }
    return written;
  }

  /** Forgets everything heard. */
  reset(): void {
    this.#window.fill(0);
    this.#held = Math.max(0, this.#half - 1); // silence before the start
    this.#heldFrom = -this.#held;
    this.#taken =
      this.#given =
      this.#at =
      this.#remainder =
        0;
  }

  /** Writes every output whose neighbourhood is held, then drops what is not needed any more. */
  #drain(output: Float32Array, start: number, limit: number): number {
    const width = 2 * this.#half;
    let written = start;
    for (;;) {
      const first = this.#at - this.#half + 1 - this.#heldFrom;
      if (first + width > this.#held || written >= limit) break;
      if (written >= output.length) {
        throw new RangeError(`resampler output of ${output.length} samples is too short`);
      }
      output[written++] = this.#tapped(first, width);
      this.#remainder += this.#down;
      const whole = Math.floor(this.#remainder / this.#up);
      this.#at += whole;
      this.#remainder -= whole * this.#up;
    }
    this.#given += written - start;
    const stale = Math.min(this.#held, this.#at - this.#half + 1 - this.#heldFrom);
    if (stale > 0) {
      this.#window.copyWithin(0, stale, this.#held);
      this.#held -= stale;
      this.#heldFrom += stale;
    }
    return written;
  }

  #tapped(first: number, width: number): number {
    const taps = this.#taps;
    const window = this.#window;
    const place = this.#remainder * this.#phases / this.#up;
    const phase = Math.floor(place);
    const blend = place - phase;
    let row = phase * width;
    let sum = 0;
    for (let tap = 0; tap < width; tap++) sum += window[first + tap]! * taps[row + tap]!;
    if (blend === 0) return sum;
    row += width;
    let next = 0;
    for (let tap = 0; tap < width; tap++) next += window[first + tap]! * taps[row + tap]!;
    return sum + (next - sum) * blend;
  }
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

function designTaps(phases: number, half: number, scale: number): Float32Array {
  const width = 2 * half;
  const taps = new Float32Array((phases + 1) * width);
  // The stop band begins at half the lower rate: the middle of the transition lies half its width below.
  const transition = (ATTENUATION_DB - 7.95) / (14.36 * 2 * CROSSINGS);
  const cutoff = scale * (1 - transition);
  const row = new Float64Array(width);
  for (let phase = 0; phase <= phases; phase++) {
    let sum = 0;
    for (let tap = 0; tap < width; tap++) {
      const distance = tap - half + 1 - phase / phases;
      row[tap] = sinc(distance * cutoff) * kaiser(distance / half);
      sum += row[tap]!;
    }
    // Every phase passes a constant unchanged; else a slow signal would be modulated at the phase rate.
    for (let tap = 0; tap < width; tap++) taps[phase * width + tap] = row[tap]! / sum;
  }
  return taps;
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

function kaiser(x: number): number {
  return Math.abs(x) >= 1 ? 0 : bessel(KAISER_BETA * Math.sqrt(1 - x * x)) / bessel(KAISER_BETA);
}

/** Modified Bessel function of order zero, by its series. */
function bessel(x: number): number {
  let term = 1;
  let sum = 1;
  for (let n = 1; term > sum * 1e-12; n++) {
    term *= (x / (2 * n)) ** 2;
    sum += term;
  }
  return sum;
}
