/**
 * The shared cells between the main side, which opens and closes nodes, and the stage thread, which writes to them.
 *
 * State, and who may move it: idle -> open (main: fd and generation are set), open -> lost (stage: a write failed,
 * it will not touch the fd again), open -> closing (main wants it back), closing -> closed (stage has seen it), and
 * lost | closed -> idle (main: the fd is closed). The stage uses the fd only while it reads `open` in the same tick,
 * so a descriptor is never closed under a write, nor is a reused number written to.
 */
import { changed, type FrameSize } from "../time/mod.ts";
import type { CameraFormat } from "./v4l2.ts";

export type CameraState = "idle" | "open" | "lost" | "closing" | "closed";
const STATES: readonly CameraState[] = ["idle", "open", "lost", "closing", "closed"];
const IDLE = 0;
const OPEN = 1;
const LOST = 2;
const CLOSING = 3;
const CLOSED = 4;

const STATE = 0;
const FD = 1;
const GENERATION = 2;
const ERRNO_CELL = 3;
const WRITTEN = 4;
const DROPPED = 5;
const CELLS = 6;

export interface CameraLinkShape {
  readonly size: FrameSize;
  readonly format: CameraFormat;
}

export class CameraLink {
  readonly buffer: SharedArrayBuffer;
  readonly #cells: Int32Array<SharedArrayBuffer>;

  /** Without a buffer a new link; with one, the same link seen from another isolate. */
  constructor(readonly shape: CameraLinkShape, buffer?: SharedArrayBuffer) {
    this.buffer = buffer ?? new SharedArrayBuffer(CELLS * 4);
    this.#cells = new Int32Array(this.buffer);
  }

  get state(): CameraState {
    return STATES[Atomics.load(this.#cells, STATE)]!;
  }
  /** Changes with every opening. */
  get generation(): number {
    return Atomics.load(this.#cells, GENERATION);
  }
  get fd(): number {
    return Atomics.load(this.#cells, FD);
  }
  /** Of the last loss; 0 before any. */
  get errno(): number {
    return Atomics.load(this.#cells, ERRNO_CELL);
  }
  /** Frames written since the start. */
  get written(): number {
    return Atomics.load(this.#cells, WRITTEN) >>> 0;
  }
  /** Frames that found no open node or were not taken. */
  get dropped(): number {
    return Atomics.load(this.#cells, DROPPED) >>> 0;
  }

  /** Main: a node is ready for the stage. Only from idle. */
  offer(fd: number): void {
    Atomics.store(this.#cells, FD, fd);
    Atomics.add(this.#cells, GENERATION, 1);
    this.#move(IDLE, OPEN);
  }

  /** Main: asks for the descriptor back; nothing happens where it is back already. */
  recall(): void {
    this.#move(OPEN, CLOSING);
  }

  /** Main: the stage thread has ended, so nobody uses the descriptor. */
  stageEnded(): void {
    this.#move(OPEN, CLOSED);
    this.#move(CLOSING, CLOSED);
  }

  /** Main: the descriptor is closed. */
  settle(): void {
    this.#move(LOST, IDLE);
    this.#move(CLOSED, IDLE);
  }

  /** Main: resolves when the state is no longer `from`, or after `timeoutMs`. */
  async changed(from: CameraState, timeoutMs: number): Promise<void> {
    await changed(this.#cells, STATE, STATES.indexOf(from), timeoutMs);
  }

  /** Stage: a write failed with `errno`; the descriptor will not be used again. */
  lose(errno: number): void {
    Atomics.store(this.#cells, ERRNO_CELL, errno);
    if (!this.#move(OPEN, LOST)) this.#move(CLOSING, LOST);
  }

  /** Stage: it has seen that the descriptor is wanted back. */
  acknowledge(): void {
    this.#move(CLOSING, CLOSED);
  }

  /** Stage: cheap counters. */
  countWritten(): void {
    Atomics.add(this.#cells, WRITTEN, 1);
  }
  countDropped(): void {
    Atomics.add(this.#cells, DROPPED, 1);
  }

  #move(from: number, to: number): boolean {
    if (Atomics.compareExchange(this.#cells, STATE, from, to) !== from) return false;
    Atomics.notify(this.#cells, STATE);
    return true;
  }
}
