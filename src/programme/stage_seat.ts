/**
 * Whoever is on stage: one thread at a time, replaced when another avatar is to be shown.
 *
 * In: orders. Out: the thread that runs, its death. Main thread. Changes come one after another; one that fails leaves
 * the stage as it is.
 */
import { Fault } from "../errors/mod.ts";
import type { ProgrammeMemory } from "./programme_memory.ts";
import { type StageSetup, StageThread } from "./stage_thread.ts";

export class StageSeat implements AsyncDisposable {
  /** Rejects when the stage dies: without it there is no programme. Never resolves. */
  readonly died: Promise<never>;
  readonly #died = Promise.withResolvers<never>();
  readonly #memory: ProgrammeMemory;
  #thread: StageThread;
  #isChanging = false;

  static async start(memory: ProgrammeMemory, order: StageSetup, signal: AbortSignal): Promise<StageSeat> {
    return new StageSeat(memory, await StageThread.start(memory, order, signal));
  }

  private constructor(memory: ProgrammeMemory, thread: StageThread) {
    this.#memory = memory;
    this.#thread = thread;
    this.died = this.#died.promise;
    this.died.catch(() => {}); // whoever waits for it is told; nobody has to
    this.#watch(thread);
  }

  /** Throws Fault `changing` (retryable) while a change is under way, and what loading the avatar throws. */
  async show(order: StageSetup, signal: AbortSignal, onTaken: () => void): Promise<void> {
    if (this.#isChanging) {
      throw new Fault("the avatar is being changed already, wanted a moment between two changes", {
        code: "changing",
        retryable: true,
      });
    }
    this.#isChanging = true;
    try {
      this.#thread = await this.#thread.replace(order, signal, onTaken);
      this.#watch(this.#thread);
    } finally {
      this.#isChanging = false;
    }
  }

  #watch(thread: StageThread): void {
    thread.died.catch((error) => {
      if (thread === this.#thread) this.#died.reject(error);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#memory.raiseStop();
    await this.#thread[Symbol.asyncDispose]();
  }
}
