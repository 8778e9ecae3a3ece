/**
 * The last touch between a network's mouth and a face, every 20 ms: what a regression cannot say sharply.
 *
 * In: probabilities of the visemes and mouth parameters of one frame. Out: mouth parameters, 0..1. Three rules:
 * silence is a closed mouth at rest, closures close fully (and with them the jaw), what is nearly nothing is nothing.
 * Any thread; allocates nothing after construction. The numbers come from how the parameters are defined, not from
 * any recording.
 */
import { JAW, MOUTH_LENGTH, PRESS, PUCKER, SPREAD, TEETH, TONGUE } from "./mouth.ts";
import { FF, PP, SIL } from "./viseme.ts";

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
    const quiet = ramp(visemes[SIL]!, 0.5, 0.85);
    this.#stillness += (quiet - this.#stillness) * (quiet > this.#stillness ? CALM : WAKE);
    if (this.#stillness < SNAP) this.#stillness = 0;
    const press = Math.max(ramp(raw[PRESS]!, 0.25, 0.7), ramp(visemes[PP]!, 0.4, 0.8));
    const teeth = Math.max(ramp(raw[TEETH]!, 0.2, 0.75), ramp(visemes[FF]!, 0.4, 0.8)) * (1 - press);
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

/** 0 up to `from`, 1 from `to` on, smooth between. */
function ramp(value: number, from: number, to: number): number {
  const x = Math.min(1, Math.max(0, (value - from) / (to - from)));
  return x * x * (3 - 2 * x);
}
