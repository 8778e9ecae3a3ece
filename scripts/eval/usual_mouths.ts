/** The mean mouth of each viseme over labelled utterances, and which of them is nearest to a mouth. */
import { MOUTH_LENGTH, VISEME_COUNT } from "../../src/lipsync/mod.ts";
import type { Frames } from "./frames.ts";

export class UsualMouths {
  readonly #sums = new Float64Array(VISEME_COUNT * MOUTH_LENGTH);
  readonly #counts = new Uint32Array(VISEME_COUNT);

  add(labels: Frames): void {
    for (let frame = 0; frame < labels.length; frame++) {
      const viseme = labels.visemes[frame]!;
      this.#counts[viseme]!++;
      labels.mouth(frame).forEach((value, index) => this.#sums[viseme * MOUTH_LENGTH + index]! += value);
    }
  }

  /** The viseme whose mean mouth differs least; one that never occurred is never it. */
  nearest(mouth: Float32Array): number {
    let best = 0;
    let least = Infinity;
    for (let viseme = 0; viseme < VISEME_COUNT; viseme++) {
      const count = this.#counts[viseme]!;
      if (count === 0) continue;
      let apart = 0;
      for (let index = 0; index < MOUTH_LENGTH; index++) {
        apart += (mouth[index]! - this.#sums[viseme * MOUTH_LENGTH + index]! / count) ** 2;
      }
      if (apart >= least) continue;
      least = apart;
      best = viseme;
    }
    return best;
  }
}
