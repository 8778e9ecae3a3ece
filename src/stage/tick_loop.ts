/**
 * The tick: composes a unit ahead of its deadline, parks, hands it over at the deadline, to the ring and to the
 * sinks that live in this thread. The same loop runs live (parking in Atomics.wait), and in simulation.
 *
 * Composing starts `lead` before the deadline, as late as the measured cost allows, so that an interrupt reaches
 * the very next frame.
 */
import type { Gauges } from "../metrics/mod.ts";
import { type Clock, type FrameRate, Pacer } from "../time/mod.ts";
import type { StageGauge } from "./gauges.ts";
import type { UnitComposer } from "./freezer.ts";
import type { UnitRing, UnitSlot } from "../unit/mod.ts";

/** A sink in the stage's own thread; takes each unit at its deadline, must not wait. */
export interface UnitSink {
  /** `isLate`: the unit came a whole period late or more; a camera drops it rather than burst. */
  take(slot: UnitSlot, unit: number, isLate: boolean): void;
}

export interface TickLoopOptions {
  readonly clock: Clock;
  readonly rate: FrameRate;
  readonly stage: UnitComposer;
  readonly units: UnitRing;
  readonly sinks: readonly UnitSink[];
  readonly gauges: Gauges<StageGauge>;
  /** By how much the coming period should be stretched to follow the sound device: -0.005..0.005. */
  readonly slew: () => number;
  /** When the first unit is due; a period from now by default. */
  readonly firstMs?: number;
  /** Lagged units and moved deadlines of the stage before this one. */
  readonly before?: { readonly laggedFrames: number; readonly reanchors: number };
  /** Called with each unit's error in ms (deadline to the last sink's return), for benchmarks. */
  readonly onTickErrorMs?: (errorMs: number) => void;
}

const LEAD_MS_MIN = 3;
/** Largest share of a period spent between composing and the deadline. */
const LEAD_SHARE_MAX = 0.6;

export class TickLoop {
  readonly #options: TickLoopOptions;
  readonly #pacer: Pacer;
  #leadMs: number;

  constructor(options: TickLoopOptions) {
    this.#options = options;
    this.#pacer = new Pacer(options.clock, options.rate.periodMs, options.firstMs);
    this.#leadMs = options.rate.periodMs * LEAD_SHARE_MAX; // the first frames are slow: nothing is compiled yet
  }

  /** When the next unit is due. */
  get deadlineMs(): number {
    return this.#pacer.deadlineMs;
  }

  /** Makes and hands over one unit. */
  tick(): void {
    const { clock, rate, stage, units, sinks, gauges, before } = this.#options;
    this.#pacer.park(this.#leadMs);

    const unit = units.published;
    const composeFromMs = clock.nowMs();
    const slot = units.begin();
    stage.compose(slot, unit);
    const deadlineMs = this.#pacer.deadlineMs;
    slot.monotonicMs = deadlineMs;
    const composeMs = clock.nowMs() - composeFromMs;

    const slew = this.#options.slew();
    const lateMs = this.#pacer.wait(slew);
    stage.revise(slot, unit);
    units.publish();
    for (const sink of sinks) sink.take(slot, unit, lateMs >= rate.periodMs);

    const errorMs = clock.nowMs() - deadlineMs;
    this.#adaptLead(composeMs);
    gauges.set("units", unit + 1);
    gauges.set("composeMs", composeMs);
    gauges.set("tickErrorMs", errorMs);
    if (errorMs > gauges.get("tickErrorMsMax")) gauges.set("tickErrorMsMax", errorMs);
    gauges.set("laggedFrames", this.#pacer.laggedFrames + (before?.laggedFrames ?? 0));
    gauges.set("reanchors", this.#pacer.reanchors + (before?.reanchors ?? 0));
    gauges.set("slewPpm", Math.round(slew * 1e6));
    this.#options.onTickErrorMs?.(errorMs);
  }

  /** Rises at once to twice a slow frame's cost, falls by a hundredth of the way each unit. */
  #adaptLead(composeMs: number): void {
    const wanted = Math.max(LEAD_MS_MIN, composeMs * 2 + 1);
    this.#leadMs = wanted > this.#leadMs ? wanted : this.#leadMs + (wanted - this.#leadMs) * 0.01;
    this.#leadMs = Math.min(this.#leadMs, this.#options.rate.periodMs * LEAD_SHARE_MAX);
  }
}
