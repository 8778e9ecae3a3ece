/**
 * A signal without clicks: every edge is a fade of 5 ms.
 *
 * In: pieces of samples, said to be live or stale, or nothing. Out: the same samples, bit for bit while they are
 * live and whole; ramped at each edge; after a break the last value dies away linearly under whatever follows. Any
 * one thread; nothing is allocated.
 */

/** Length of every fade: 5 ms at 48 kHz. */
export const FADE_SAMPLES = 240;

export class Fader {
  #level = 0; // of the ramp, 0..FADE_SAMPLES
  #last = 0;
  #tailFrom = 0;
  #tailLeft = 0;

  /** Whether silence is put out now and can be lengthened or shortened unheard. */
  get isSilent(): boolean {
    return this.#last === 0 && this.#tailLeft === 0;
  }

  /** Whether what is emitted next passes unchanged. */
  get isOpen(): boolean {
    return this.#level === FADE_SAMPLES && this.#tailLeft === 0;
  }

  /** What follows does not continue what was: the last value dies away and the next samples are faded in. */
  cut(): void {
    this.#tailFrom = this.#last;
    this.#tailLeft = this.#last === 0 ? 0 : FADE_SAMPLES;
    this.#level = 0;
  }

  /** What was put out so far has been faded out by somebody further on. */
  forget(): void {
    this.#last = 0;
    this.#tailLeft = 0;
    this.#level = 0;
  }

  /** Writes `samples` of `source` from `from` on to `out` at `at`, fading in where live and out where not. */
  emit(
    out: Float32Array,
    at: number,
    source: Float32Array,
    from: number,
    samples: number,
    isLive: boolean,
  ): void {
    for (let index = 0; index < samples; index++) {
      if (isLive ? this.#level < FADE_SAMPLES : this.#level > 0) this.#level += isLive ? 1 : -1;
      let value = source[from + index]!;
      if (this.#level < FADE_SAMPLES) value *= this.#level / FADE_SAMPLES;
      if (this.#tailLeft > 0) value += this.#tailFrom * --this.#tailLeft / FADE_SAMPLES;
      out[at + index] = value;
    }
    if (samples > 0) this.#last = out[at + samples - 1]!;
  }

  /** Writes silence; speech before it dies away in 5 ms. */
  silence(out: Float32Array, at: number, samples: number): void {
    if (this.#level > 0) this.cut();
    for (let index = 0; index < samples; index++) {
      out[at + index] = this.#tailLeft > 0 ? this.#tailFrom * --this.#tailLeft / FADE_SAMPLES : 0;
    }
    if (samples > 0) this.#last = out[at + samples - 1]!;
  }
}
