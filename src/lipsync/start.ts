/**
 * A programme's place at the lip-sync engine: a seat in an engine worker of its own, or in one that it shares.
 *
 * In: the rings that main, engine and stage share. Out: an AsyncDisposable. Main thread. Policy: a worker that takes no
 * speech for `hangMs` though there is some counts as dead (engine_thread.ts starts it again); mouths that died with it
 * are marked lost: the stage speaks on with the mouth it has.
 */
import { oneLine } from "../errors/mod.ts";
import type { SpeechRing } from "../speech/mod.ts";
import { type Epoch, every, withDeadline } from "../time/mod.ts";
import type { EngineChoice } from "./choose.ts";
import { type EngineGauges, engineGauges } from "./engine_gauges.ts";
import { type EngineSeat, EngineThread, type ThreadState } from "./engine_thread.ts";
import type { MouthRing } from "./mouth_ring.ts";

const READY_MS_MAX = 20_000;
const STOP_MS_MAX = 2_000;
const HANG_MS = 10_000;
/** Looks within that time. */
const LOOKS = 10;

export interface StartEngineOptions {
  /** Of a worker of its own. Default: the built-in loudness engine. */
  readonly engine?: EngineChoice;
  /** The worker of several programmes, its owner's to end. */
  readonly thread?: EngineThread;
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
  readonly state: ThreadState;
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
  const { thread = new EngineThread(options.engine), signal } = options;
  const engine = new SeatedEngine(options, thread);
  try {
    await withDeadline(thread.ready, READY_MS_MAX, "starting the lip-sync engine", signal);
  } catch (error) {
    await engine[Symbol.asyncDispose]();
    throw error;
  }
  return engine;
}

class SeatedEngine implements RunningEngine {
  readonly gauges: EngineGauges;
  readonly #options: StartEngineOptions;
  readonly #thread: EngineThread;
  readonly #seat: number;
  readonly #stop = new SharedArrayBuffer(4);
  readonly #isStopped = Promise.withResolvers<void>();
  readonly #watch: Disposable;
  #isOver = false;
  #takenFrames = 0;
  /** Looks in a row that saw nothing taken. */
  #idleLooks = 0;

  constructor(options: StartEngineOptions, thread: EngineThread) {
    this.#options = options;
    this.#thread = thread;
    this.#seat = thread.nextSeat();
    this.gauges = options.gauges ?? engineGauges();
    thread.join(this.#place());
    this.#watch = every((options.hangMs ?? HANG_MS) / LOOKS, () => this.#look());
  }

  state(): EngineState {
    const { state, name, rightContextMs, restarts } = this.#thread;
    return { state: this.#isOver ? "stopped" : state, name, rightContextMs, restarts };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    const isRunning = this.#thread.state === "ready";
    const { speech, mouths, thread, onTrouble } = this.#options;
    this.#watch[Symbol.dispose]();
    Atomics.store(new Int32Array(this.#stop), 0, 1);
    speech.ring.wake();
    mouths.ring.wake();
    if (isRunning) {
      await withDeadline(this.#isStopped.promise, STOP_MS_MAX, "stopping the lip-sync engine").catch((
        error,
      ) => onTrouble?.(`${oneLine(error)}; ended by force`));
    }
    this.#thread.leave(this.#seat);
    if (thread === undefined) await this.#thread[Symbol.asyncDispose]();
  }

  #place(): EngineSeat {
    const { speech, mouths, epoch, onTrouble } = this.#options;
    return {
      order: {
        seat: this.#seat,
        samplesPerFrame: speech.samplesPerFrame,
        speechSlots: speech.ring.slots,
        speech: speech.ring.buffer,
        mouthSlots: mouths.ring.slots,
        mouths: mouths.ring.buffer,
        epoch: epoch.buffer,
        gauges: this.gauges.buffer,
        stop: this.#stop,
      },
      onTrouble,
      onStopped: () => this.#isStopped.resolve(),
      onLost: (isFinal) => {
        this.gauges.set("lostBefore", isFinal ? Infinity : this.gauges.get("takenBefore"));
        if (this.#isOver) this.#isStopped.resolve();
      },
    };
  }

  /** A call into a library that never comes back holds the worker: nothing in there could tell. */
  #look(): void {
    const { speech, mouths, hangMs = HANG_MS } = this.#options;
    const taken = this.gauges.get("framesIn");
    const isAtRest = speech.ring.queued === 0 || mouths.ring.queued === mouths.ring.slots;
    if (this.#thread.state !== "ready" || isAtRest || taken !== this.#takenFrames) this.#idleLooks = 0;
    else this.#idleLooks++;
    this.#takenFrames = taken;
    if (this.#idleLooks < LOOKS) return;
    this.#idleLooks = 0;
    this.#thread.died(`it took nothing for ${hangMs} ms`);
  }
}
