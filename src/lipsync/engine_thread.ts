/**
 * The engine worker of all programmes, seen from the main thread: started once, started again when it dies, ended once.
 *
 * In: which engine; seats (start.ts), one a programme. Out: whether it is ready, what happened to it. Policy: a worker
 * that dies or hangs is started again at once with every seat, at most RESTARTS_MAX times; mouths that died with it, and
 * after the last time all, are marked lost by each seat. Nothing waits for it.
 */
import { Fault, InputFault, oneLine } from "../errors/mod.ts";
import { withDeadline } from "../time/mod.ts";
import type { EngineChoice } from "./choose.ts";
import type { EngineMessage, EngineNews, SeatOrder } from "./worker.ts";

const END_MS_MAX = 2_000;
const RESTARTS_MAX = 5;

/** One programme's part of the worker. */
export interface EngineSeat {
  readonly order: SeatOrder;
  /** In one line. */
  readonly onTrouble: ((message: string) => void) | undefined;
  /** It stopped as it was told to. */
  onStopped(): void;
  /** The worker has died over what it had taken; `isFinal`: no other one comes. */
  onLost(isFinal: boolean): void;
}

export type ThreadState = "starting" | "ready" | "failed" | "stopped";

export class EngineThread implements AsyncDisposable {
  readonly #engine: EngineChoice;
  readonly #seats = new Map<number, EngineSeat>();
  readonly #isReady = Promise.withResolvers<void>();
  readonly #isEnded = Promise.withResolvers<void>();
  #worker: Worker;
  #seatCount = 0;
  state: ThreadState = "starting";
  name = "";
  rightContextMs = 0;
  restarts = 0;

  /** Starts the worker. Default: the built-in loudness engine. */
  constructor(engine: EngineChoice = { kind: "loudness" }) {
    this.#engine = engine;
    this.#isReady.promise.catch(() => {}); // told to whoever waits for it
    this.#worker = this.#spawn();
  }

  /** Resolves when the engine is warm. Rejects with InputFault for a bad model, Fault `engine_start`. */
  get ready(): Promise<void> {
    return this.#isReady.promise;
  }

  /** Programmes that it hears for. */
  get seats(): number {
    return this.#seats.size;
  }

  /** A number for another seat. */
  nextSeat(): number {
    return this.#seatCount++;
  }

  /** From now on until leave() the seat is heard for, through every restart. */
  join(seat: EngineSeat): void {
    this.#seats.set(seat.order.seat, seat);
    if (this.state === "failed") seat.onLost(true);
    else this.#post(seat.order);
  }

  /** The seat has stopped, or is not waited for any longer. */
  leave(seat: number): void {
    this.#seats.delete(seat);
  }

  /** The worker hangs, or cannot go on. */
  died(reason: string, code?: string): void {
    if (this.state === "stopped") {
      for (const seat of this.#seats.values()) seat.onStopped();
      return this.#isEnded.resolve();
    }
    this.#worker.terminate();
    const why = reason.replace(/\s+/g, " ").trim();
    if (this.state === "starting" && this.restarts === 0) {
      this.state = "failed";
      this.#isReady.reject(
        code === undefined
          ? new Fault(`the lip-sync engine did not start: ${why}`, { code: "engine_start", retryable: true })
          : new InputFault(why, { code }),
      );
    } else if (this.restarts >= RESTARTS_MAX) {
      this.state = "failed";
      this.#tellAll(`the lip-sync engine died ${RESTARTS_MAX + 1} times, it stays off: ${why}`);
    } else {
      this.restarts++;
      this.state = "starting";
      this.#tellAll(`the lip-sync engine died (${why}), starting it again`);
    }
    const isFinal = this.state === "failed";
    for (const seat of this.#seats.values()) seat.onLost(isFinal);
    if (!isFinal) this.#worker = this.#spawn();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.state === "stopped") return;
    const isRunning = this.state === "ready";
    this.state = "stopped";
    if (isRunning) {
      this.#post("end");
      // The worker ends in any case; its session's memory is freed by it or with it.
      await withDeadline(this.#isEnded.promise, END_MS_MAX, "ending the lip-sync engine").catch(() => {});
    }
    this.#worker.terminate();
  }

  #spawn(): Worker {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "engine" });
    worker.onmessage = (event: MessageEvent<EngineNews>) => {
      if (worker === this.#worker) this.#hear(event.data);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      if (worker === this.#worker) this.died(event.message);
    };
    this.#worker = worker;
    this.#post({ engine: this.#engine });
    for (const { order } of this.#seats.values()) this.#post(order);
    return worker;
  }

  #post(message: EngineMessage): void {
    this.#worker.postMessage(message);
  }

  #hear(news: EngineNews): void {
    if (news.type === "stopped") return this.#seats.get(news.seat)?.onStopped();
    if (news.type === "fault") return this.#seats.get(news.seat)?.onTrouble?.(news.message);
    if (news.type === "ended") return this.#isEnded.resolve();
    if (news.type === "failed") return this.died(oneLine(news.message), news.code);
    this.name = news.name;
    this.rightContextMs = news.rightContextMs;
    if (this.state === "stopped") return;
    this.state = "ready";
    this.#isReady.resolve();
  }

  /** One line for all of them: they have one log. */
  #tellAll(line: string): void {
    const [first] = this.#seats.values();
    first?.onTrouble?.(line);
  }
}
