/**
 * A programme made for measuring: every picture carries its number as bright and dark blocks in its top row, every second
 * begins with a flash and a tone. In: a size. Out: a ring of units that is filled by the clock as a stage does it.
 */
import { delay, MonotonicClock, SAMPLE_RATE_HZ } from "../../../src/time/mod.ts";
import { UnitRing } from "../../../src/unit/mod.ts";

export const BLOCK_PIXELS = 32;
export const BLOCKS = 16;
export const FPS = 25;
/** So many units of each second are a flash and a tone. */
export const FLASH_UNITS = 2;
const PERIOD_MS = 1000 / FPS;
const TONE_HZ = 880;

export class CodedUnits implements AsyncDisposable {
  readonly ring: UnitRing;
  /** Monotonic time of unit 0's deadline. */
  readonly anchorMs: number;
  readonly clock = new MonotonicClock();
  readonly #ending = new AbortController();
  readonly #running: Promise<void>;
  readonly #soundLate: number;

  constructor(readonly width: number, readonly height: number, soundLateMs = 0) {
    this.#soundLate = Math.round(soundLateMs * SAMPLE_RATE_HZ / 1000);
    this.ring = new UnitRing({ width, height, slots: 16, samplesPerFrame: SAMPLE_RATE_HZ / FPS });
    this.anchorMs = this.clock.nowMs() + 100;
    this.#running = this.#run();
  }

  async #run(): Promise<void> {
    for (let unit = 0; !this.#ending.signal.aborted; unit++) {
      const dueMs = this.anchorMs + unit * PERIOD_MS;
      const leftMs = dueMs - this.clock.nowMs();
      if (leftMs > 2) await delay(leftMs - 2, this.#ending.signal).catch(() => {}); // ended: the loop ends
      while (this.clock.nowMs() < dueMs) await Promise.resolve();
      this.#compose(unit, dueMs);
    }
  }

  #compose(unit: number, dueMs: number): void {
    const { width, height } = this;
    const slot = this.ring.begin();
    const isFlash = unit % FPS < FLASH_UNITS;
    slot.frame.fill(128);
    // Something moves everywhere, or the encoder would have nothing to do.
    for (let row = BLOCK_PIXELS; row < height; row++) {
      for (let from = 0; from < width; from += 160) {
        const luma = isFlash ? 230 : 60 + ((row * 3 + from + unit * 5) & 127);
        slot.frame.fill(luma, row * width + from, row * width + from + 160);
      }
    }
    for (let block = 0; block < BLOCKS; block++) {
      const luma = (unit >> block) & 1 ? 220 : 30;
      for (let row = 0; row < BLOCK_PIXELS; row++) {
        const from = row * width + block * BLOCK_PIXELS;
        slot.frame.fill(luma, from, from + BLOCK_PIXELS);
      }
    }
    const count = slot.samples.length;
    for (let index = 0; index < count; index++) {
      const at = unit * count + index - this.#soundLate;
      const isTone = at >= 0 && at % SAMPLE_RATE_HZ < FLASH_UNITS * count;
      slot.samples[index] = isTone ? 0.5 * Math.sin(at * 2 * Math.PI * TONE_HZ / SAMPLE_RATE_HZ) : 0;
    }
    slot.mediaSample = unit * count;
    slot.monotonicMs = dueMs;
    slot.utterance = -1;
    slot.flags = 0;
    this.ring.publish();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort();
    await this.#running;
  }
}
