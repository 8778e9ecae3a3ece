/**
 * Holds the programme still: the last picture again and silence, until it goes on where it stopped.
 *
 * In: the stage, and whether it is to be held, looked at once a unit. Out: the stage's units, or held ones. Speech waits
 * in its ring meanwhile. Going on, the held picture dissolves into the moving one and the sound begins on a ramp. The
 * stage's thread; allocates a picture when it lets go, nothing per unit.
 */
import type { Gauges } from "../metrics/mod.ts";
import type { Epoch } from "../time/mod.ts";
import { UNIT_FLAG, type UnitRing, type UnitSlot } from "../unit/mod.ts";
import { decayInto, fadeIn } from "./edge.ts";
import { PHASES, type StageGauge } from "./gauges.ts";
import { PictureFade } from "./picture_fade.ts";

/** Whoever fills units: the stage, or the freezer around it. */
export interface UnitComposer {
  /** Fills `slot` with unit number `unit`. */
  compose(slot: UnitSlot, unit: number): void;
  /** At the deadline: what came up meanwhile. */
  revise(slot: UnitSlot, unit: number): void;
}

export interface FreezerOptions {
  readonly stage: UnitComposer;
  readonly units: UnitRing;
  readonly epoch: Epoch;
  readonly gauges: Gauges<StageGauge>;
  readonly periodMs: number;
  readonly isFrozen: () => boolean;
}

const HELD = PHASES.indexOf("held");

export class Freezer implements UnitComposer {
  readonly #options: FreezerOptions;
  #isHolding = false;
  #wasSpeaking = false;
  #fade: PictureFade | undefined;

  constructor(options: FreezerOptions) {
    this.#options = options;
  }

  compose(slot: UnitSlot, unit: number): void {
    const { stage, units, isFrozen, periodMs } = this.#options;
    const last = units.at(unit - 1);
    if (last !== undefined && isFrozen()) return this.#hold(slot, unit, last);
    stage.compose(slot, unit);
    if (this.#isHolding) {
      this.#isHolding = false;
      if (last !== undefined) this.#fade = new PictureFade(last.picture, periodMs);
      if (this.#wasSpeaking && (slot.flags & UNIT_FLAG.speech) !== 0) fadeIn(slot.samples);
    }
    this.#fade?.advance();
    this.#fade?.blend(slot.picture);
    if (this.#fade?.isOver) this.#fade = undefined;
  }

  revise(slot: UnitSlot, unit: number): void {
    if (this.#isHolding) return; // silent already; the stage finds the interrupt when it goes on
    const { stage } = this.#options;
    const { epoch } = slot;
    stage.revise(slot, unit);
    if (slot.epoch !== epoch) this.#fade?.blend(slot.picture); // it was painted anew
  }

  #hold(slot: UnitSlot, unit: number, last: UnitSlot): void {
    const { units, epoch, gauges } = this.#options;
    const { samplesPerFrame } = units.shape;
    if (!this.#isHolding) this.#wasSpeaking = (last.flags & UNIT_FLAG.speech) !== 0;
    decayInto(slot.samples, this.#isHolding ? 0 : last.samples[samplesPerFrame - 1]!);
    this.#isHolding = true;
    slot.mediaSample = unit * samplesPerFrame;
    slot.flags = last.utterance < 0 ? 0 : UNIT_FLAG.paused | (last.flags & UNIT_FLAG.protected);
    slot.speechFrame = -1;
    slot.utterance = last.utterance;
    slot.newestSpeechFrame = last.newestSpeechFrame;
    slot.epoch = epoch.current;
    slot.picture.set(last.picture);
    gauges.set("phase", HELD);
  }
}
