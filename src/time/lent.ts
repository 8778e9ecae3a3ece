/**
 * What a library's threads work on: closed when the work is over, and never under it.
 *
 * In: things that must be closed, promises of work on them. Out: the work's results, or a Fault `deadline`; what a deadline
 * has passed over is closed when its work ends after all. Main-side code.
 */
import { withDeadline } from "./wait.ts";

export class Lent implements AsyncDisposable {
  readonly #stack = new AsyncDisposableStack();
  #late: Promise<unknown> | undefined;

  /** It is closed in the reverse order of what was given. */
  use<T extends Disposable | AsyncDisposable>(one: T): T {
    return this.#stack.use(one);
  }

  /**
   * As withDeadline, without a signal: a process that ends while a library's thread is at work may crash, and one piece of
   * work is soon over. `drop` takes what came too late.
   */
  async within<T>(work: Promise<T>, ms: number, what: string, drop?: (late: T) => void): Promise<T> {
    let isOver = false;
    const settled = work.then((result) => {
      isOver = true;
      return result;
    }, (error: unknown) => {
      isOver = true;
      throw error;
    });
    try {
      return await withDeadline(settled, ms, what);
    } catch (error) {
      if (!isOver) this.#late = settled.then(drop);
      throw error;
    }
  }

  /** Does not wait for what is late. */
  async [Symbol.asyncDispose](): Promise<void> {
    const close = () => this.#stack.disposeAsync();
    if (this.#late === undefined) return await close();
    this.#late.then(close, close).catch(() => {}); // the deadline has been said
  }
}

/** As withDeadline; what opens too late, or after the signal's abort, is closed. */
export async function openedInTime<T extends AsyncDisposable>(
  opening: Promise<T>,
  ms: number,
  what: string,
  signal?: AbortSignal,
): Promise<T> {
  try {
    return await withDeadline(opening, ms, what, signal);
  } catch (error) {
    opening.then((late) => late[Symbol.asyncDispose]()).catch(() => {}); // why it is not wanted has been said
    throw error;
  }
}
