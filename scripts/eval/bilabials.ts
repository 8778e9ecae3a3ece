/**
 * Do the lips close when they should, and only then? Counts bilabial closures found and vowels wrongly closed.
 *
 * A closure is a run of frames whose true viseme is PP (m, b, p); it is found when the press parameter is above 0.5
 * in any of its frames or within two frames (40 ms) of them. A false closure is a frame of a vowel, with a true press
 * below 0.15, whose press is above 0.5.
 */
import { PRESS, type Viseme, VISEMES } from "../../src/lipsync/mod.ts";
import type { Frames } from "./frames.ts";

const TOLERANCE_FRAMES = 2;
const CLOSED = 0.5;
const OPEN = 0.15;
const PP = VISEMES.indexOf("PP");
const VOWELS: ReadonlySet<number> = new Set(
  (["aa", "E", "I", "O", "U"] satisfies Viseme[]).map((name) => VISEMES.indexOf(name)),
);

export class Bilabials {
  #closures = 0;
  #found = 0;
  #vowelFrames = 0;
  #closedVowelFrames = 0;

  /** Compares one utterance; both have the same number of frames. */
  add(truth: Frames, guess: Frames): void {
    const press = (frames: Frames, frame: number) => frames.mouth(frame)[PRESS]!;
    for (let frame = 0; frame < truth.length; frame++) {
      const viseme = truth.visemes[frame]!;
      if (VOWELS.has(viseme) && press(truth, frame) < OPEN) {
        this.#vowelFrames++;
        if (press(guess, frame) > CLOSED) this.#closedVowelFrames++;
      }
      if (viseme !== PP || truth.visemes[frame - 1] === PP) continue;
      let end = frame;
      while (end < truth.length && truth.visemes[end] === PP) end++;
      this.#closures++;
      const last = Math.min(guess.length, end + TOLERANCE_FRAMES);
      for (let near = Math.max(0, frame - TOLERANCE_FRAMES); near < last; near++) {
        if (press(guess, near) <= CLOSED) continue;
        this.#found++;
        break;
      }
    }
  }

  merge(other: Bilabials): void {
    this.#closures += other.#closures;
    this.#found += other.#found;
    this.#vowelFrames += other.#vowelFrames;
    this.#closedVowelFrames += other.#closedVowelFrames;
  }

  get closures(): number {
    return this.#closures;
  }

  /** Share of the closures; NaN without any. */
  get found(): number {
    return this.#found / this.#closures;
  }

  /** Share of the vowel frames; NaN without any. */
  get false(): number {
    return this.#closedVowelFrames / this.#vowelFrames;
  }
}
