/**
 * Main side of the engine worker: starts it, waits until it is warm, tells how it is, ends it.
 *
 * In: the rings that main, engine and stage share. Out: an AsyncDisposable. Policy: a worker that dies is started
 * again at once, at most RESTARTS_MAX times; so is one that takes no speech for `hangMs` though there is some. Mouths
 * that died with it, and after the last time all, are marked lost: the stage speaks on with the mouth it has.
 */
import { Fault, InputFault, oneLine } from "../errors/mod.ts";
import type { SpeechRing } from "../speech/mod.ts";
import { type Epoch, every, withDeadline } from "../time/mod.ts";
import type { EngineChoice } from "./choose.ts";
import { type EngineGauges, engineGauges } from "./engine_gauges.ts";
import type { MouthRing } from "./mouth_ring.ts";
import type { EngineNews, EngineOrder } from "./worker.ts";

const READY_MS_MAX = 20_000;
const STOP_MS_MAX = 2_000;
const RESTARTS_MAX = 5;
const HANG_MS = 10_000;
/** Looks within that time. */
const LOOKS = 10;

export interface StartEngineOptions {
  /** Default: the built-in loudness engine. */
  readonly engine?: EngineChoice;
  /** The engine's own copy of the speech. */
  readonly speech: SpeechRing;
  readonly mouths: MouthRing;
  readonly epoch: Epoch;
  readonly gauges?: EngineGauges;
  /** A worker that takes nothing for so long hangs. Default 10 000; a starved machine can be slow for seconds. */
  readonly hangMs?: number;
  /** Faults and restarts, one line each. */
  readonly onTrouble?: (message: string) => void;
  readonly signal?: AbortSignal;
}

export interface EngineState {
  readonly state: "starting" | "ready" | "failed" | "stopped";
  readonly name: string;
  readonly rightContextMs: number;
  readonly restarts: number;
}

export interface RunningEngine extends AsyncDisposable {
  readonly gauges: EngineGauges;
  state(): EngineState;
}

/** Resolves when the engine is warm; rejects with InputFault for a bad model, Fault `engine_start`, `deadline` or the signal's reason. */
export async function startEngine(options: StartEngineOptions): Promise<RunningEngine> {
  const engine = new WorkerEngine(options);
  try {
    await withDeadline(engine.ready, READY_MS_MAX, "starting the lip-sync engine", options.signal);
  } catch (error) {
    await engine[Symbol.asyncDispose]();
    throw error;
  }
  return engine;
}

class WorkerEngine implements RunningEngine {
  readonly gauges: EngineGauges;
  readonly ready: Promise<void>;
  readonly #options: StartEngineOptions;
  readonly #stop = new SharedArrayBuffer(4);
  readonly #isReady = Promise.withResolvers<void>();
  readonly #isStopped = Promise.withResolvers<void>();
  #worker: Worker;
  #state: EngineState["state"] = "starting";
  #name = "";
  #rightContextMs = 0;
  #restarts = 0;
  readonly #watch: Disposable;
  #takenFrames = 0;
  /** Looks in a row that saw nothing taken. */
  #idleLooks = 0;

  constructor(options: StartEngineOptions) {
    this.#options = options;
    this.gauges = options.gauges ?? engineGauges();
    this.ready = this.#isReady.promise;
    this.#worker = this.#spawn();
    this.#watch = every((options.hangMs ?? HANG_MS) / LOOKS, () => this.#look());
  }

  state(): EngineState {
    return {
      state: this.#state,
      name: this.#name,
      rightContextMs: this.#rightContextMs,
      restarts: this.#restarts,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const isRunning = this.#state === "ready";
    this.#state = "stopped";
    this.#watch[Symbol.dispose]();
    Atomics.store(new Int32Array(this.#stop), 0, 1);
    this.#options.speech.ring.wake();
    this.#options.mouths.ring.wake();
    if (isRunning) {
      await withDeadline(this.#isStopped.promise, STOP_MS_MAX, "stopping the lip-sync engine").catch((
        error,
      ) => this.#options.onTrouble?.(`${oneLine(error)}; ended by force`));
    }
    this.#worker.terminate();
  }

  #spawn(): Worker {
    const { speech, mouths, epoch } = this.#options;
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "engine" });
    worker.onmessage = (event: MessageEvent<EngineNews>) => this.#hear(event.data);
    worker.onerror = (event) => {
      event.preventDefault();
      this.#died(event.message);
    };
    const order: EngineOrder = {
      engine: this.#options.engine ?? { kind: "loudness" },
      samplesPerFrame: speech.samplesPerFrame,
      speechSlots: speech.ring.slots,
      speech: speech.ring.buffer,
      mouthSlots: mouths.ring.slots,
      mouths: mouths.ring.buffer,
      epoch: epoch.buffer,
      gauges: this.gauges.buffer,
      stop: this.#stop,
    };
    worker.postMessage(order);
    return worker;
  }

  #hear(news: EngineNews): void {
    if (news.type === "stopped") return this.#isStopped.resolve();
    if (news.type === "fault") return this.#options.onTrouble?.(news.message);
    if (news.type === "failed") return this.#died(news.message, news.code);
    this.#name = news.name;
    this.#rightContextMs = news.rightContextMs;
    if (this.#state === "stopped") return;
    this.#state = "ready";
    this.#isReady.resolve();
  }

  /** A call into a library that never comes back holds the worker: nothing in there could tell. */
  #look(): void {
    const { speech, mouths, hangMs = HANG_MS } = this.#options;
    const taken = this.gauges.get("framesIn");
    const isAtRest = speech.ring.queued === 0 || mouths.ring.queued === mouths.ring.slots;
    if (this.#state !== "ready" || isAtRest || taken !== this.#takenFrames) this.#idleLooks = 0;
    else this.#idleLooks++;
    this.#takenFrames = taken;
    if (this.#idleLooks < LOOKS) return;
    this.#idleLooks = 0;
    this.#died(`it took nothing for ${hangMs} ms`);
  }

  #died(reason: string, code?: string): void {
    if (this.#state === "stopped") return this.#isStopped.resolve();
    this.#worker.terminate();
    this.gauges.set("lostBefore", this.gauges.get("takenBefore"));
    const why = reason.replace(/\s+/g, " ").trim();
    if (this.#state === "starting" && this.#restarts === 0) {
      this.#state = "failed";
      this.#isReady.reject(
        code === undefined
          ? new Fault(`the lip-sync engine did not start: ${why}`, { code: "engine_start", retryable: true })
          : new InputFault(why, { code }),
      );
    } else if (this.#restarts >= RESTARTS_MAX) {
      this.#state = "failed";
      this.gauges.set("lostBefore", Infinity);
      this.#options.onTrouble?.(`the lip-sync engine died ${RESTARTS_MAX + 1} times, it stays off: ${why}`);
    } else {
      this.#restarts++;
      this.#state = "starting";
      this.#options.onTrouble?.(`the lip-sync engine died (${why}), starting it again`);
      this.#worker = this.#spawn();
    }
  }
}
