/**
 * A programme for measuring OBS with: flat pictures that say their number, or dark ones with now and then a white one and a
 * click under its first samples, published at absolute deadlines into the real feed. In: a size, a phase. Out: when each unit was handed
 * over, and where OBS finds the feed.
 */
import { ObsFeed, type OpenedPlace } from "../../../src/obs/mod.ts";
import { delay, frameRate, MonotonicClock } from "../../../src/time/mod.ts";
import { UnitRing } from "../../../src/unit/mod.ts";

const FPS = 25;
const RATE = frameRate(FPS);
const SLOTS = 16;
const CLICK_SAMPLES = 8;
const WHITE = 235;
/** Numbers told apart by luma. */
export const NUMBERS = 50;
const LUMA_STEP = 4;
const LUMA_FIRST = 20;

export interface ShowOptions {
  readonly width: number;
  readonly height: number;
  /** Every so many units one is white and clicks; 0 for none. */
  readonly markEvery?: number;
}

export class MarkedShow implements AsyncDisposable {
  readonly feed: ObsFeed;
  /** When unit n modulo NUMBERS was last handed over. */
  readonly publishedMs = new Float64Array(NUMBERS);
  /** Of each unit handed over: from beginning to write it to the feed having sent it, in ms. */
  readonly writeMs: number[] = [];
  /** Shifts all deadlines from now on, to meet OBS's own frames elsewhere. */
  shiftMs = 0;
  readonly #units: UnitRing;
  readonly #clock = new MonotonicClock();
  readonly #folder: string;
  readonly #markEvery: number;
  readonly #running: Promise<void>;
  #isStopped = false;

  static async start(options: ShowOptions): Promise<MarkedShow> {
    const { width, height } = options;
    const folder = await Deno.makeTempDir({ prefix: "lipcam-show-" });
    const units = new UnitRing({ width, height, slots: SLOTS, samplesPerFrame: RATE.samplesPerFrame });
    const feed = await ObsFeed.start({
      units: { shape: units.shape, buffer: units.buffer },
      places: [
        { kind: "plugin", path: `${folder}/obs.sock`, isFixed: true },
        { kind: "media", path: `${folder}/feed.sock`, isFixed: true },
      ],
      about: { programme: "bench", lipcam: "0" },
      onHotkey: () => {},
      onTrouble: (line) => console.error(line),
    });
    return new MarkedShow(folder, units, feed, options.markEvery ?? 0);
  }

  private constructor(folder: string, units: UnitRing, feed: ObsFeed, markEvery: number) {
    this.#folder = folder;
    this.#units = units;
    this.feed = feed;
    this.#markEvery = markEvery;
    this.#running = this.#run();
  }

  place(kind: OpenedPlace["kind"]): OpenedPlace {
    return this.feed.places.find((place) => place.kind === kind)!;
  }

  /** The number that a luma of 0..255 in full range, as a screenshot has it, stands for; -1 for none. */
  static numberOf(level: number): number {
    const luma = 16 + level * 219 / 255;
    const number = Math.round((luma - LUMA_FIRST) / LUMA_STEP);
    return level > 0 && number >= 0 && number < NUMBERS ? number : -1;
  }

  async #run(): Promise<void> {
    const { width, height } = this.#units.shape;
    const startMs = this.#clock.nowMs();
    for (let unit = 0; !this.#isStopped; unit++) {
      const slot = this.#units.begin();
      const isMarked = this.#markEvery > 0 && unit % this.#markEvery === this.#markEvery - 1;
      const luma = this.#markEvery > 0 ? LUMA_FIRST : LUMA_FIRST + unit % NUMBERS * LUMA_STEP;
      slot.frame.fill(isMarked ? WHITE : luma, 0, width * height);
      slot.frame.fill(128, width * height);
      slot.samples.fill(0);
      if (isMarked) slot.samples.fill(0.9, 0, CLICK_SAMPLES);
      const dueMs = startMs + unit * RATE.periodMs + this.shiftMs;
      slot.mediaSample = unit * RATE.samplesPerFrame;
      slot.monotonicMs = dueMs;
      const leftMs = dueMs - this.#clock.nowMs();
      if (leftMs > 0) await delay(leftMs);
      this.publishedMs[unit % NUMBERS] = this.#clock.nowMs();
      this.#units.publish();
      if (unit > 0) this.writeMs.push(this.feed.state().sendMs);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopped = true;
    await this.#running;
    await this.feed[Symbol.asyncDispose]();
    await Deno.remove(this.#folder, { recursive: true });
  }
}
