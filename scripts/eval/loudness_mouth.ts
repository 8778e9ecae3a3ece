/** A peer: the project's own LoudnessEngine at 50 frames a second, its viseme the one whose usual mouth is nearest. */
import { LoudnessEngine, MOUTH_LENGTH, VISEME_FRAME_SAMPLES } from "../../src/lipsync/mod.ts";
import { Frames } from "./frames.ts";
import type { Guesser } from "./guesser.ts";
import type { UsualMouths } from "./usual_mouths.ts";

export class LoudnessMouth implements Guesser {
  readonly about = "the loudness engine: no model, 46 ms of look-ahead";
  readonly #engine = new LoudnessEngine();

  constructor(readonly usual: UsualMouths) {}

  guess(pcm: Float32Array, count: number): Readonly<Record<string, Frames>> {
    const frames = new Frames(count);
    let frame = 0;
    const keep: Parameters<LoudnessEngine["push"]>[1] = (mouth) => {
      if (frame >= count) return;
      frames.mouths.set(mouth, frame * MOUTH_LENGTH);
      frames.visemes[frame] = this.usual.nearest(mouth);
      frame++;
    };
    this.#engine.start();
    for (let at = 0; at < count; at++) {
      this.#engine.push(pcm.subarray(at * VISEME_FRAME_SAMPLES, (at + 1) * VISEME_FRAME_SAMPLES), keep);
    }
    this.#engine.finish(keep);
    return { loudness: frames };
  }
}
