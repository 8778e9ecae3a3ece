/**
 * The open door of the control server. In: how to open it. Out: the same door again where it fell shut, as it does when
 * clients hold more connections than the process may have files: nobody has to be let in for that. Main thread. Limits:
 * opened again after REOPEN_MS, for as long as it takes; said at most once in QUIET_MS.
 */
import { Fault, oneLine } from "../errors/mod.ts";
import { delay, MonotonicClock } from "../time/mod.ts";

const REOPEN_MS = 500;
const QUIET_MS = 60_000;

export type HttpDoor = Deno.HttpServer<Deno.NetAddr>;

export class Listener {
  readonly addr: Deno.NetAddr;
  readonly #open: (port: number | undefined) => HttpDoor;
  readonly #onError: (error: unknown) => void;
  readonly #clock = new MonotonicClock();
  readonly #closing = new AbortController();
  #door: HttpDoor;
  #saidMs = -Infinity;

  /** `open` gets the port of the time before, undefined at first. Throws what it throws then. */
  constructor(open: (port: number | undefined) => HttpDoor, onError: (error: unknown) => void) {
    this.#open = open;
    this.#onError = onError;
    this.#door = open(undefined);
    this.addr = this.#door.addr;
    this.#watch();
  }

  /** What is being answered is answered. */
  async shutdown(): Promise<void> {
    this.#closing.abort();
    await this.#door.shutdown();
  }

  #watch(): void {
    this.#door.finished.catch((error) => this.#reopen(error)).catch(() => {}); // closed meanwhile
  }

  /** Rejects when it is to be closed. */
  async #reopen(error: unknown): Promise<void> {
    const nowMs = this.#clock.nowMs();
    if (nowMs - this.#saidMs > QUIET_MS) {
      this.#onError(
        new Fault(
          `the control server takes no connections any more (${oneLine(error)}), opening it again; ` +
            "wanted fewer open connections",
          { code: "door_shut" },
        ),
      );
      this.#saidMs = nowMs;
    }
    for (;;) {
      await delay(REOPEN_MS, this.#closing.signal);
      try {
        this.#door = this.#open(this.addr.port);
        return this.#watch();
      } catch {
        // no better yet
      }
    }
  }
}
