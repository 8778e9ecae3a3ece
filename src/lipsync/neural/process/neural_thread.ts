/**
 * The host's worker of all programmes' video engines, seen from the main thread: started by the first seat, ended once.
 *
 * In: messages of seats (start_neural.ts). Out: news to them. Nothing waits for it: a host that dies leaves viseme mouths.
 */
import { withDeadline } from "../../../time/mod.ts";
import type { HostMessage, HostNews } from "./host_worker.ts";

const STOP_MS_MAX = 2_000;

/** One programme's part. */
export interface NeuralSeat {
  hear(news: HostNews): void;
  /** The host has died, `why` in one line; no other one comes. */
  onLost(why: string): void;
}

export class NeuralThread implements AsyncDisposable {
  readonly #seats = new Map<number, NeuralSeat>();
  readonly #stopped = Promise.withResolvers<void>();
  #worker: Worker | undefined;
  #seatCount = 0;
  /** Why there is no host any more. */
  #lost: string | undefined;

  /** Programmes that it renders for, or would. */
  get seats(): number {
    return this.#seats.size;
  }

  /** Answers the number of the seat, to be used in its messages until leave(). */
  join(seat: NeuralSeat): number {
    const number = this.#seatCount++;
    this.#seats.set(number, seat);
    if (this.#lost !== undefined) seat.onLost(this.#lost);
    else this.#worker ??= this.#spawn();
    return number;
  }

  leave(number: number): void {
    this.#seats.delete(number);
  }

  post(message: HostMessage): void {
    this.#worker?.postMessage(message);
  }

  #spawn(): Worker {
    const worker = new Worker(new URL("./host_worker.ts", import.meta.url), {
      type: "module",
      name: "engine host",
    });
    worker.onmessage = (event: MessageEvent<HostNews>) => this.#hear(event.data);
    worker.onerror = (event) => {
      event.preventDefault();
      this.#fail(event.message);
    };
    return worker;
  }

  #hear(news: HostNews): void {
    if (news.type === "stopped") this.#stopped.resolve();
    else if (news.type === "failed") this.#fail(news.line);
    else this.#seats.get(news.seat)?.hear(news);
  }

  #fail(why: string): void {
    if (this.#lost !== undefined) return;
    this.#lost = why;
    this.#worker?.terminate();
    this.#worker = undefined;
    for (const seat of this.#seats.values()) seat.onLost(why);
    this.#stopped.resolve();
  }

  /** After every seat has left. A host that does not stop is ended by force. */
  async [Symbol.asyncDispose](): Promise<void> {
    const worker = this.#worker;
    if (worker === undefined) return;
    this.post({ kind: "stop" });
    await withDeadline(this.#stopped.promise, STOP_MS_MAX, "stopping the video engine").catch(() => {});
    this.#worker = undefined;
    worker.terminate();
  }
}
