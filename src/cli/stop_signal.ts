/**
 * SIGINT, SIGTERM and SIGHUP as an AbortSignal. The first asks everything to end in order; another one a second
 * later, from a person who does not want to wait, ends the process at once with the shell's code for it. One that
 * follows sooner is the same key press: the task runner passes Ctrl-C on to a process that the terminal has already
 * told. Main thread.
 */
import { Fault } from "../errors/mod.ts";
import { type Clock, MonotonicClock } from "../time/mod.ts";

const CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
type Name = keyof typeof CODES;
const SAME_PRESS_MS = 1000;

export class StopSignal implements Disposable {
  readonly #controller = new AbortController();
  readonly #handlers = new Map<Name, () => void>();

  #firstAtMs = 0;

  constructor(clock: Clock = new MonotonicClock()) {
    // Windows knows no SIGTERM and no hang-up.
    const names: readonly Name[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM", "SIGHUP"];
    for (const name of names) {
      const handler = () => {
        if (this.signal.aborted) {
          if (clock.nowMs() - this.#firstAtMs >= SAME_PRESS_MS) Deno.exit(CODES[name]);
          return;
        }
        this.#firstAtMs = clock.nowMs();
        this.#controller.abort(new Fault(`stopped by ${name}`, { code: "stopped" }));
      };
      Deno.addSignalListener(name, handler);
      this.#handlers.set(name, handler);
    }
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  [Symbol.dispose](): void {
    for (const [name, handler] of this.#handlers) Deno.removeSignalListener(name, handler);
    this.#handlers.clear();
  }
}
