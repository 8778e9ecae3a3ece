/**
 * Main side of the stage's isolate: starts it, waits until its face is loaded, ends it by the stop flag, or has another
 * one take over between two units.
 */
import { Fault, InputFault, oneLine } from "../errors/mod.ts";
import { StageBaton } from "../stage/mod.ts";
import { withDeadline } from "../time/mod.ts";
import type { ProgrammeMemory } from "./programme_memory.ts";
import type { StageNews, StageOrder } from "./stage_worker.ts";

const READY_MS_MAX = 20_000;
const STOP_MS_MAX = 2_000;

export type StageSetup = Omit<StageOrder, "programme" | "baton" | "from">;

export class StageThread implements AsyncDisposable {
  /** Rejects when the stage dies: without it there is no programme. Never resolves. */
  readonly died: Promise<never>;
  readonly #worker: Worker;
  readonly #memory: ProgrammeMemory;
  readonly #ready = Promise.withResolvers<void>();
  readonly #stopped = Promise.withResolvers<void>();
  readonly #died = Promise.withResolvers<never>();
  readonly #baton = new StageBaton();

  /** Rejects with InputFault for an avatar that cannot be used, Fault `stage_failed`, `deadline` or the signal's reason. */
  static async start(
    memory: ProgrammeMemory,
    order: StageSetup,
    signal: AbortSignal,
    from?: StageBaton,
  ): Promise<StageThread> {
    const thread = new StageThread(memory, order, from);
    try {
      await withDeadline(thread.#ready.promise, READY_MS_MAX, "loading the avatar", signal);
    } catch (error) {
      thread.#worker.terminate();
      throw error;
    }
    return thread;
  }

  private constructor(memory: ProgrammeMemory, order: StageSetup, from?: StageBaton) {
    this.#memory = memory;
    this.died = this.#died.promise;
    this.died.catch(() => {}); // whoever waits for it is told; nobody has to
    this.#worker = new Worker(new URL("./stage_worker.ts", import.meta.url), {
      type: "module",
      name: "stage",
    });
    this.#worker.onmessage = (event: MessageEvent<StageNews>) => this.#hear(event.data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#fail(event.message);
    };
    const full: StageOrder = {
      ...order,
      programme: memory.message(),
      baton: this.#baton.buffer,
      ...(from ? { from: from.buffer } : {}),
    };
    this.#worker.postMessage(full);
  }

  /**
   * Another stage, with another avatar, goes on after the next unit. Rejects as start() does; this one runs on then.
   * `onTaken` is called just before it gives up its place.
   */
  async replace(order: StageSetup, signal: AbortSignal, onTaken: () => void): Promise<StageThread> {
    const next = await StageThread.start(this.#memory, order, signal, this.#baton);
    onTaken();
    this.#baton.want();
    await withDeadline(this.#stopped.promise, STOP_MS_MAX, "changing the avatar").finally(() =>
      this.#worker.terminate()
    );
    return next;
  }

  #hear(news: StageNews): void {
    if (news.kind === "ready") this.#ready.resolve();
    else if (news.kind === "stopped") this.#stopped.resolve();
    else this.#fail(news.message, news.inputCode);
  }

  #fail(reason: string, inputCode?: string): void {
    const fault = inputCode === undefined
      ? new Fault(`the stage stopped: ${oneLine(reason)}`, { code: "stage_failed" })
      : new InputFault(reason, { code: inputCode });
    this.#ready.reject(fault);
    this.#died.reject(fault);
    this.#stopped.resolve();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#memory.raiseStop();
    await withDeadline(this.#stopped.promise, STOP_MS_MAX, "stopping the stage").catch(() => {
      // It hangs in a native call; terminating it below is all that is left.
    });
    this.#worker.terminate();
  }
}
