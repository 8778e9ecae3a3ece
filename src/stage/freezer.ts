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
const IDLE = PHASES.indexOf("idle");

export class Freezer implements UnitComposer {
  readonly #options: FreezerOptions;
  #isHolding = false;
  /** Of what is held. */
  #utterance = -1;
  #flags = 0;
  #epoch = 0;
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
      // Silence came before: what goes on begins on a ramp, and what dies away has died already.
      if ((slot.flags & UNIT_FLAG.speech) !== 0) fadeIn(slot.samples);
      else slot.samples.fill(0);
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
    if (!this.#isHolding) {
      // The stage is idle already where its last unit was an utterance's last.
      const isIdle = gauges.get("phase") === IDLE;
      this.#utterance = isIdle ? -1 : last.utterance;
      this.#flags = isIdle ? 0 : UNIT_FLAG.paused | (last.flags & UNIT_FLAG.protected);
      this.#epoch = last.epoch;
    }
    decayInto(slot.samples, this.#isHolding ? 0 : last.samples[samplesPerFrame - 1]!);
    this.#isHolding = true;
    slot.mediaSample = unit * samplesPerFrame;
    slot.flags = this.#flags | UNIT_FLAG.held;
    slot.speechFrame = -1;
    if (this.#utterance >= 0 && epoch.isStale(this.#epoch, (this.#flags & UNIT_FLAG.protected) !== 0)) {
      slot.flags = UNIT_FLAG.interrupted | UNIT_FLAG.held; // it is over, though nobody composes
      this.#flags = 0;
      this.#utterance = -1;
    }
    slot.utterance = this.#utterance;
    slot.newestSpeechFrame = last.newestSpeechFrame;
    slot.epoch = epoch.current;
    slot.picture.set(last.picture);
    gauges.set("phase", HELD);
  }
}
