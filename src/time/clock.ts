/**
 * Clocks. Everything that waits or measures takes one of these, so that a test can run hours in seconds.
 *
 * `nowMs` is CLOCK_MONOTONIC in milliseconds where the system lets us read it: the same number in every isolate
 * and child process of this machine (a Worker's own performance.now() starts at its birth and cannot be
 * compared). Elsewhere it falls back to performance.timeOrigin + performance.now().
 */

export interface Clock {
  /** Monotonic milliseconds; comparable between isolates of one machine. */
  nowMs(): number;
  /** Parks the thread until `deadlineMs` (or at once if it has passed). Only for isolates that may block. */
  waitUntil(deadlineMs: number): void;
}

const CLOCK_MONOTONIC = Deno.build.os === "darwin" ? 6 : 1;

function openNow(): () => number {
  const library = { linux: "libc.so.6", darwin: "libSystem.B.dylib" }[Deno.build.os as string];
  if (library !== undefined) {
    try {
      const { symbols } = Deno.dlopen(library, {
        clock_gettime: { parameters: ["i32", "buffer"], result: "i32" },
      });
      // struct timespec on 64-bit little-endian systems: seconds, then nanoseconds. Seconds since the machine started
      // fit 32 bits, and whole words need no BigInt, which would be garbage at every call.
      const time = new Uint32Array(4);
      return () => {
        symbols.clock_gettime(CLOCK_MONOTONIC, time);
        return time[0]! * 1000 + time[2]! / 1e6;
      };
    } catch {
      // No such libc (musl, a locked-down sandbox): the fall-back below is off by at most a wall-clock step.
    }
  }
  const origin = performance.timeOrigin;
  return () => origin + performance.now();
}

/**
 * The end of a wait is looked at, not slept through: the kernel wakes a thread 0.05-0.2 ms late. Costs 0.3 ms of a core
 * a wait, 1.5 % at two waits a tick and 25 ticks a second.
 */
const WATCH_MS = 0.3;

const parking = new Int32Array(new SharedArrayBuffer(4));

/** The machine's monotonic clock. */
export class MonotonicClock implements Clock {
  readonly nowMs: () => number = openNow();

  waitUntil(deadlineMs: number): void {
    for (;;) {
      const leftMs = deadlineMs - this.nowMs();
      if (leftMs <= 0) return;
      if (leftMs > WATCH_MS) Atomics.wait(parking, 0, 0, leftMs - WATCH_MS);
    }
  }
}

/**
 * A clock that moves only when somebody waits on it. Events scheduled with `at` run, in order of time and then
 * of scheduling, when a wait passes them; they may schedule more.
 */
export class SimulatedClock implements Clock {
  #nowMs = 0;
  #sequence = 0;
  readonly #events: { atMs: number; sequence: number; run: () => void }[] = [];

  nowMs(): number {
    return this.#nowMs;
  }

  /** Runs `run` when the clock passes `atMs`; a time in the past means the next wait. */
  at(atMs: number, run: () => void): void {
    const event = { atMs: Math.max(atMs, this.#nowMs), sequence: this.#sequence++, run };
    let low = 0;
    let high = this.#events.length;
    while (low < high) { // kept sorted: latest first, so that the next event is popped off the end
      const middle = (low + high) >> 1;
      const other = this.#events[middle]!;
      const later = other.atMs > event.atMs || (other.atMs === event.atMs && other.sequence > event.sequence);
      if (later) low = middle + 1;
      else high = middle;
    }
    this.#events.splice(low, 0, event);
  }

  waitUntil(deadlineMs: number): void {
    for (
      let next = this.#events.at(-1);
      next !== undefined && next.atMs <= deadlineMs;
      next = this.#events.at(-1)
    ) {
      this.#events.pop();
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.run();
    }
    this.#nowMs = Math.max(this.#nowMs, deadlineMs);
  }

  /** The thread was held up: time passes without anybody having waited for it. */
  jump(ms: number): void {
    this.#nowMs += ms;
  }
}

/** Milliseconds since 1970 as far as the system knows them: for stamps that others read, never for measuring. */
export function wallClockMs(): number {
  return performance.timeOrigin + performance.now();
}
