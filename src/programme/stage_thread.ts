/** Main side of the stage's isolate: starts it, waits until its face is loaded, ends it by the stop flag. */
import { Fault, InputFault, oneLine } from "../errors/mod.ts";
import { withDeadline } from "../time/mod.ts";
import type { ProgrammeMemory } from "./programme_memory.ts";
import type { StageNews, StageOrder } from "./stage_worker.ts";

const READY_MS_MAX = 20_000;
const STOP_MS_MAX = 2_000;

export class StageThread implements AsyncDisposable {
  /** Rejects when the stage dies: without it there is no programme. Never resolves. */
  readonly died: Promise<never>;
  readonly #worker: Worker;
  readonly #memory: ProgrammeMemory;
  readonly #ready = Promise.withResolvers<void>();
  readonly #stopped = Promise.withResolvers<void>();
  readonly #died = Promise.withResolvers<never>();

  /** Rejects with InputFault for an avatar that cannot be used, Fault `stage_failed`, `deadline` or the signal's reason. */
  static async start(
    memory: ProgrammeMemory,
    order: Omit<StageOrder, "programme">,
    signal: AbortSignal,
  ): Promise<StageThread> {
    const thread = new StageThread(memory, order);
    try {
      await withDeadline(thread.#ready.promise, READY_MS_MAX, "loading the avatar", signal);
    } catch (error) {
      thread.#worker.terminate();
      throw error;
    }
    return thread;
  }

  private constructor(memory: ProgrammeMemory, order: Omit<StageOrder, "programme">) {
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
    const full: StageOrder = { ...order, programme: memory.message() };
    this.#worker.postMessage(full);
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
