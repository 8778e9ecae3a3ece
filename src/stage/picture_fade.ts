/**
 * The change from one avatar to another: the last picture of the old one dissolves over the new one's.
 *
 * In: a picture to begin with, then every new picture. Out: the same bytes, blended. Stage's thread; a whole picture's
 * blend takes 1 to 2 ms at 1280x720; allocates nothing after the constructor.
 */
const FADE_MS = 400;

export class PictureFade {
  readonly #from: Uint8Array;
  readonly #step: number;
  #position = 0;

  constructor(from: Uint8Array, periodMs: number) {
    this.#from = from.slice();
    this.#step = periodMs / FADE_MS;
  }

  get isOver(): boolean {
    return this.#position >= 1;
  }

  /** One unit on. */
  advance(): void {
    this.#position = Math.min(1, this.#position + this.#step);
  }

  blend(into: Uint8Array): void {
    const position = this.#position;
    const weight = Math.round(position * position * (3 - 2 * position) * 256);
    if (weight >= 256) return;
    const from = this.#from;
    for (let at = 0; at < into.length; at++) {
      into[at] = (from[at]! * (256 - weight) + into[at]! * weight + 128) >> 8;
    }
  }
}
