/** Timers for main-side code: every wait on the outside has a deadline and an abort signal. */
import { Fault, oneLine } from "../errors/mod.ts";

/** Resolves after `ms`; rejects with the signal's reason when it aborts first. */
export function delay(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal!.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    }, ms);
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}

/**
 * Settles as `work` does, or rejects: with Fault `deadline` after `ms`, or with the signal's reason. `what` is the
 * start of the sentence, e.g. "speaking with espeak-ng". The work itself is not stopped; give it the signal too.
 */
export async function withDeadline<T>(
  work: Promise<T>,
  ms: number,
  what: string,
  signal?: AbortSignal,
): Promise<T> {
  const done = new AbortController();
  const anySignal = signal ? AbortSignal.any([signal, done.signal]) : done.signal;
  const limit = delay(ms, anySignal).then((): never => {
    throw new Fault(`${what} took longer than ${ms} ms`, { code: "deadline", retryable: true });
  });
  limit.catch(() => {}); // when the work wins, the aborted wait has nobody left to tell
  try {
    return await Promise.race([work, limit]);
  } finally {
    done.abort();
  }
}

/**
 * Calls `run` every `periodMs` until disposed; a slow call is never overlapped, missed calls are not caught up. What
 * `run` throws goes to `onError`, and the next call comes all the same.
 */
export function every(
  periodMs: number,
  run: () => void | Promise<void>,
  onError: (error: unknown) => void = firstToStderr(),
): Disposable {
  let timer: ReturnType<typeof setTimeout>;
  let isStopped = false;
  const again = () => {
    timer = setTimeout(async () => {
      try {
        await run();
      } catch (error) {
        onError(error);
      }
      if (!isStopped) again();
    }, periodMs);
  };
  again();
  return {
    [Symbol.dispose]() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}

/** For callers with no better place: the first error is said, those after it would flood the terminal. */
function firstToStderr(): (error: unknown) => void {
  let isSaid = false;
  return (error) => {
    if (!isSaid) console.error(`lipcam: a repeated call failed: ${oneLine(error)}`);
    isSaid = true;
  };
}
