/**
 * Waiting for a shared cell without blocking the thread, until it changes or a time has passed.
 *
 * Atomics.waitAsync alone does not keep the event loop alive: a thread that waits for nothing else would end in the
 * middle of its wait. The timer does, and is cleared as soon as the wait is over.
 */

/** Resolves when `cells[index]` is no longer `value` and somebody notified, or after `timeoutMs`. Never rejects. */
export async function changed(
  cells: Int32Array<SharedArrayBuffer>,
  index: number,
  value: number,
  timeoutMs: number,
): Promise<void> {
  const waiting = Atomics.waitAsync(cells, index, value, timeoutMs);
  if (!waiting.async) return;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const passed = new Promise<void>((resolve) => timer = setTimeout(resolve, timeoutMs));
  await Promise.race([waiting.value, passed]);
  clearTimeout(timer);
}
