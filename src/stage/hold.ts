/**
 * Which unit a device sink without timestamps shows now: the one whose samples are being heard, `holdFrames` back.
 *
 * The hold follows the sound's latency only in silence and one frame at a time, so that nothing jumps. After an
 * interrupt the units whose samples were silenced on their way are not shown either: the first unit after it is,
 * and stays until the held-back time reaches it.
 */
import type { Epoch } from "../time/mod.ts";
import { UNIT_FLAG, type UnitRing, type UnitSlot } from "../unit/mod.ts";

const UNITS_BETWEEN_STEPS = 25;
/** A new latency must differ by more than this share of a frame before the hold moves. */
const HYSTERESIS_FRAMES = 0.75;
/** The sound is cut where it is on its way: behind what is heard at the interrupt, to within this. */
const CUT_FRAMES = 2;

export class Hold {
  readonly #units: UnitRing;
  readonly #epoch: Epoch;
  readonly #framesMax: number;
  #frames = -1;
  #sinceStep = 0;
  #closedUnit = -1;
  /** A cut before this media sample is an earlier interrupt's: where this one cut is not known yet. */
  #cutFromSample = 0;
  #epochShown = -1;

  constructor(units: UnitRing, epoch: Epoch) {
    this.#units = units;
    this.#epoch = epoch;
    this.#framesMax = units.shape.slots - 4;
  }

  /** Frames held back, 0 until the first unit. */
  get frames(): number {
    return Math.max(0, this.#frames);
  }

  /**
   * The unit to show while `slot`, unit number `unit`, is handed over. `wantedFrames` is the latency in frames;
   * `staleFromSample` the media sample from which the sound was silenced by the last interrupt that reached it, -1
   * for none.
   */
  pick(slot: UnitSlot, unit: number, wantedFrames: number, staleFromSample: number): UnitSlot {
    this.#adapt(slot, wantedFrames);
    const heldUnit = Math.max(0, unit - this.frames);
    const held = this.#units.at(heldUnit);
    const { samplesPerFrame } = this.#units.shape;
    // The first unit of a new epoch that is not itself something interrupted shows what comes after the cut.
    if (slot.epoch !== this.#epochShown) {
      this.#epochShown = slot.epoch;
      this.#closedUnit = unit;
      this.#cutFromSample = (held ?? slot).mediaSample - CUT_FRAMES * samplesPerFrame;
    }
    if (held === undefined) return slot;
    const isSilenced = (held.flags & UNIT_FLAG.speech) !== 0 && heldUnit < this.#closedUnit &&
      this.#epoch.isStale(held.epoch, (held.flags & UNIT_FLAG.protected) !== 0) &&
      staleFromSample >= 0 && staleFromSample >= this.#cutFromSample &&
      held.mediaSample >= staleFromSample - samplesPerFrame / 2;
    return isSilenced ? this.#units.at(this.#closedUnit) ?? slot : held;
  }

  #adapt(slot: UnitSlot, wantedFrames: number): void {
    const wanted = Math.max(0, Math.min(this.#framesMax, wantedFrames));
    if (this.#frames < 0) {
      this.#frames = Math.round(wanted);
      return;
    }
    this.#sinceStep++;
    const isSilent = (slot.flags & UNIT_FLAG.speech) === 0;
    if (!isSilent || this.#sinceStep < UNITS_BETWEEN_STEPS) return;
    if (Math.abs(wanted - this.#frames) <= HYSTERESIS_FRAMES) return;
    this.#frames += wanted > this.#frames ? 1 : -1;
    this.#sinceStep = 0;
  }
}
