/**
 * Which frames a video engine renders next, and how many at once.
 *
 * In: what is known of the speech, where the stage is, what a batch costs. Out: the next batch, or nothing to do for
 * now. Pure; the engine's process asks it before each run. Four rules: an utterance begins with one frame and batches
 * double while the engine is ahead, so that speech starts at once; a batch is never so large that the stage runs dry
 * during it; never more than `leadMsMax` is rendered ahead, so that an interrupt throws little away; frames that cannot
 * be ready in time are left out, on a fixed grid where the engine is slower than the film, so that lag never grows.
 */
import type { BatchCost } from "./batch_cost.ts";
import { paceFrames } from "./share_run.ts";

export interface ScheduleOptions {
  /** Of a frame of the film: 40. */
  readonly periodMs: number;
  /** Most that is rendered and not shown. */
  readonly leadMsMax: number;
  readonly batchMax: number;
  readonly cost: BatchCost;
  /** How many programmes the engine renders for now. Default 1. */
  readonly load?: () => number;
}

/** Frames are those of one utterance, counted from its beginning. */
export interface ScheduleView {
  /** First frame without an answer. */
  readonly next: number;
  /** Frames before this one can be rendered: enough speech is there. */
  readonly known: number;
  /** The frame that the stage shows next: 0 before the utterance is heard. */
  readonly shown: number;
  /** Whether the utterance is being heard. */
  readonly isStarted: boolean;
}

export interface Batch {
  readonly first: number;
  readonly count: number;
  /** Frames from `next` to before `first` will not come. */
  readonly skipped: number;
}

/** A buffer that lasts longer than a run by this factor is not in danger. */
const SAFE = 1.3;
/** An engine must be faster than the film by this factor to render every frame. */
const REAL_TIME = 0.95;

export class Schedule {
  readonly #options: ScheduleOptions;
  /** Largest batch allowed now; doubles with each run. */
  #batch = 1;

  constructor(options: ScheduleOptions) {
    this.#options = options;
  }

  /** A new utterance begins, or everything rendered was thrown away. */
  start(): void {
    this.#batch = 1;
  }

  /** Every how many frames one is rendered: 1 where the engine keeps up. */
  get stride(): number {
    const { cost, periodMs, batchMax } = this.#options;
    const frameMs = cost.perFrame(batchMax) * this.#load;
    return frameMs <= periodMs * REAL_TIME ? 1 : Math.ceil(frameMs / (periodMs * REAL_TIME));
  }

  get #load(): number {
    return Math.max(1, this.#options.load?.() ?? 1);
  }

  /** Frames that may be rendered before `shown` + this one. */
  get leadFramesMax(): number {
    return Math.max(1, Math.floor(this.#options.leadMsMax / this.#options.periodMs));
  }

  next(view: ScheduleView): Batch | undefined {
    const { stride } = this;
    return stride === 1 ? this.#everyFrame(view) : this.#onGrid(view, stride);
  }

  #everyFrame({ next, known, shown, isStarted }: ScheduleView): Batch | undefined {
    const { cost, periodMs, batchMax } = this.#options;
    // What the stage shows while the run goes on is gone when the run is over.
    const load = this.#load;
    const pace = paceFrames(cost, load, batchMax, periodMs);
    const soonest = isStarted ? shown + Math.ceil(cost.of(load * pace) / periodMs) : 0;
    const first = next >= shown || !isStarted ? next : Math.max(next, soonest);
    const end = Math.min(known, shown + this.leadFramesMax);
    if (first >= end) return undefined;
    let count = Math.min(this.#batch, batchMax, end - first);
    const aheadMs = isStarted ? (first - shown) * periodMs : Infinity;
    while (count > pace && cost.of(count) * SAFE > aheadMs) count--;
    if (!isStarted && first === 0) count = 1; // the stage waits for the first one
    this.#batch = Math.min(batchMax, count * 2);
    return { first, count, skipped: first - next };
  }

  /** One frame at a time, every `stride` frames, none that would come when its place has passed. */
  #onGrid({ next, known, shown, isStarted }: ScheduleView, stride: number): Batch | undefined {
    const { cost, periodMs } = this.#options;
    const soonest = isStarted ? shown + Math.floor(cost.of(this.#load) / periodMs) : 0;
    const first = Math.ceil(Math.max(next, soonest) / stride) * stride;
    const end = Math.min(known, shown + Math.max(this.leadFramesMax, stride + 1));
    return first >= end ? undefined : { first, count: 1, skipped: first - next };
  }
}
