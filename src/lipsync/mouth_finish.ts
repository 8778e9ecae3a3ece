/**
 * The last touch between a network's answers and a face, every 20 ms: what a regression cannot say sharply.
 *
 * In: probabilities of the visemes and mouth parameters of one frame. Out: mouth parameters, 0..1. Four rules:
 * silence is a closed mouth at rest; lips and teeth touch where the classifier hears it and then fully, since a
 * regression says half of it; lips that touch shut the jaw; what is nearly nothing is nothing. Any thread; allocates
 * nothing after construction. The numbers were chosen on the synthesisers held out of training, never on people.
 */
import { JAW, MOUTH_LENGTH, PRESS, PUCKER, SPREAD, TEETH, TONGUE } from "./mouth.ts";
import { FF, PP, SIL } from "./viseme.ts";

/**
 * Probability at which the lips, or the teeth and the lip, begin to touch and touch fully. Halfway, about 1 % of the
 * vowels of voices held out show closed lips, and a tenth more closures are found than by the press parameter then.
 */
const TOUCH = [0.17, 0.47] as const;
const QUIET = [0.5, 0.85] as const;
/** Share of the way to stillness, and out of it, in one frame. */
const CALM = 0.5;
const WAKE = 0.8;
/** Below this a parameter is shown as exactly zero: lips do not quiver. */
const SNAP = 0.03;
/** Jaw that is left while the lower lip touches the upper teeth. */
const TEETH_JAW = 0.4;

export class MouthFinish {
  /** 1 in silence. */
  #stillness = 1;

  start(): void {
    this.#stillness = 1;
  }

  /** `visemes` in the order of VISEMES, `raw` and `into` in that of MOUTH_PARAMETERS. */
  shape(visemes: Float32Array, raw: Float32Array, into: Float32Array): void {
    const quiet = ramp(visemes[SIL]!, QUIET);
    this.#stillness += (quiet - this.#stillness) * (quiet > this.#stillness ? CALM : WAKE);
    if (this.#stillness < SNAP) this.#stillness = 0;
    const press = ramp(visemes[PP]!, TOUCH);
    const teeth = ramp(visemes[FF]!, TOUCH) * (1 - press);
    into[JAW] = raw[JAW]! * (1 - press) * (1 - (1 - TEETH_JAW) * teeth);
    into[SPREAD] = raw[SPREAD]! * (1 - 0.5 * press);
    into[PUCKER] = raw[PUCKER]! * (1 - 0.5 * press);
    into[PRESS] = press;
    into[TEETH] = teeth;
    into[TONGUE] = raw[TONGUE]! * (1 - press);
    const life = 1 - this.#stillness;
    for (let index = 0; index < MOUTH_LENGTH; index++) {
      const value = into[index]! * life;
      into[index] = value < SNAP ? 0 : Math.min(1, value);
    }
  }
}

/** 0 up to the first, 1 from the second on, smooth between. */
function ramp(value: number, [from, to]: readonly [number, number]): number {
  const x = Math.min(1, Math.max(0, (value - from) / (to - from)));
  return x * x * (3 - 2 * x);
}
