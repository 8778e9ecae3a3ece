/** What a program hears: parec on a source of the private PulseAudio, with the time at which each sample came. */
import { type Clock, delay } from "../../src/time/mod.ts";

const RATE_HZ = 48_000;

export class Recording implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #done: Promise<void>;
  #samples = new Int16Array(RATE_HZ * 10);
  #length = 0;
  #firstAtMs = Infinity;

  constructor(source: string, readonly clock: Clock) {
    const args = [
      "-d",
      source,
      "--format=s16le",
      "--rate=48000",
      "--channels=1",
      "--raw",
      "--latency-msec=5",
    ];
    this.#child = new Deno.Command("parec", { args, stdout: "piped", stderr: "null" }).spawn();
    this.#done = this.#read();
  }

  async #read(): Promise<void> {
    let odd = new Uint8Array(0);
    for await (const chunk of this.#child.stdout) {
      const nowMs = this.clock.nowMs();
      const bytes = new Uint8Array(odd.length + chunk.length);
      bytes.set(odd);
      bytes.set(chunk, odd.length);
      const count = bytes.length >> 1;
      odd = bytes.slice(count * 2);
      if (this.#length + count > this.#samples.length) {
        const larger = new Int16Array(this.#samples.length * 2 + count);
        larger.set(this.#samples);
        this.#samples = larger;
      }
      this.#samples.set(new Int16Array(bytes.buffer, 0, count), this.#length);
      this.#length += count;
      // The chunk that came soonest after its last sample says best when the first sample was.
      this.#firstAtMs = Math.min(this.#firstAtMs, nowMs - this.#length / 48);
    }
  }

  get samples(): Int16Array {
    return this.#samples.subarray(0, this.#length);
  }

  /** When sample `index` was heard, on the clock. */
  atMs(index: number): number {
    return this.#firstAtMs + index / 48;
  }

  async until(isEnough: (samples: Int16Array) => boolean, msMax: number): Promise<boolean> {
    const deadlineMs = this.clock.nowMs() + msMax;
    while (!isEnough(this.samples)) {
      if (this.clock.nowMs() > deadlineMs) return false;
      await delay(20);
    }
    return true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#done;
    await this.#child.status;
  }
}

/** Places where the samples are not one sine of this frequency: a pure one obeys x[n+1] = 2 cos(w) x[n] - x[n-1]. */
export function findBreaks(samples: Int16Array, hz: number, tolerance = 12): number[] {
  const factor = 2 * Math.cos(2 * Math.PI * hz / RATE_HZ);
  const breaks: number[] = [];
  for (let index = 1; index + 1 < samples.length; index++) {
    const residual = samples[index + 1]! - factor * samples[index]! + samples[index - 1]!;
    if (Math.abs(residual) > tolerance) breaks.push(index);
  }
  return breaks;
}

/** Phase of the sine in each stretch of 50 ms, less what it would be without a break; in radians, -pi..pi. */
export function phaseErrors(samples: Int16Array, hz: number): number[] {
  const stretch = 2400;
  const omega = 2 * Math.PI * hz / RATE_HZ;
  const phases: number[] = [];
  for (let from = 0; from + stretch <= samples.length; from += stretch) {
    let real = 0;
    let imaginary = 0;
    for (let index = from; index < from + stretch; index++) {
      real += samples[index]! * Math.cos(omega * index);
      imaginary += samples[index]! * Math.sin(omega * index);
    }
    phases.push(Math.atan2(imaginary, real));
  }
  return phases.map((phase) => Math.atan2(Math.sin(phase - phases[0]!), Math.cos(phase - phases[0]!)));
}

/** First and last loud sample, -1 where there is none. */
export function loudSpan(samples: Int16Array, level = 2000): { first: number; last: number } {
  return {
    first: samples.findIndex((sample) => Math.abs(sample) > level),
    last: samples.findLastIndex((sample) => Math.abs(sample) > level),
  };
}

/** The longest stretch without a loud sample between the first and the last one, in ms. */
export function longestGapMs(samples: Int16Array, level = 2000): number {
  const { first, last } = loudSpan(samples, level);
  let gap = 0;
  let loudAt = first;
  for (let index = first; index <= last; index++) {
    if (Math.abs(samples[index]!) <= level) continue;
    gap = Math.max(gap, index - loudAt);
    loudAt = index;
  }
  return gap / 48;
}
