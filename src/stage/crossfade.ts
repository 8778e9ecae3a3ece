/** The crossfade between idle and speaking: a position that walks by whole units and an S-shaped opacity. */
export class Crossfade {
  #position = 0;
  readonly #step: number;

  /** `crossfadeMs` 0 switches at once. */
  constructor(crossfadeMs: number, periodMs: number) {
    this.#step = crossfadeMs <= periodMs ? 1 : periodMs / crossfadeMs;
  }

  /** One unit towards speaking (or idle). Answers the opacity of speech, 0..1. */
  advance(isSpeaking: boolean): number {
    this.#position += isSpeaking ? this.#step : -this.#step;
    this.#position = Math.max(0, Math.min(1, this.#position));
    return this.opacity;
  }

  /** Idle at once: after an interrupt nobody should see the mouth go on. */
  cut(): void {
    this.#position = 0;
  }

  /** Where it is, 0..1; another stage goes on from there. */
  get position(): number {
    return this.#position;
  }
  set position(value: number) {
    this.#position = value;
  }

  /** Smoothstep of the position: 3p^2 - 2p^3. */
  get opacity(): number {
    const p = this.#position;
    return p * p * (3 - 2 * p);
  }
}
