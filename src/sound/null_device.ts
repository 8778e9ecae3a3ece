/**
 * The null device: nothing is heard, but time goes on.
 *
 * In: the monotonic clock. Out: how many blocks are due. It takes over wherever there is no sound device or the
 * device has stopped, so that the buffer keeps its depth. One thread; no timer of its own: its owner asks often.
 */
import type { Clock } from "../time/mod.ts";
import { BLOCK_MS } from "./child_protocol.ts";

/** After a longer stop (a suspended machine) what was missed is not made up for. */
const CATCH_UP_MS_MAX = 500;

export class NullDevice {
  #anchorMs: number;
  #takenBlocks = 0;

  constructor(readonly clock: Clock) {
    this.#anchorMs = clock.nowMs();
  }

  /** Starts counting afresh from now. */
  restart(): void {
    this.#anchorMs = this.clock.nowMs();
    this.#takenBlocks = 0;
  }

  /** When the next block is due. */
  get dueAtMs(): number {
    return this.#anchorMs + (this.#takenBlocks + 1) * BLOCK_MS;
  }

  /** Takes one block where one is due; answers whether. */
  take(): boolean {
    const lateMs = this.clock.nowMs() - this.dueAtMs;
    if (lateMs < 0) return false;
    if (lateMs > CATCH_UP_MS_MAX) this.restart();
    this.#takenBlocks++;
    return true;
  }
}
