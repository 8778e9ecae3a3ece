/**
 * Sees to it that a WebSocket that is to be closed is closed. Deno waits for the other end to answer the close, and one that
 * does not read never does: then the connection is dropped. In: a socket. Out: when its place is free. Main thread. Limits:
 * looked at every LOOK_MS, dropped ANSWER_MS after its close was seen.
 */
import { delay } from "../time/mod.ts";

const LOOK_MS = 1000;
const ANSWER_MS = 2000;
/** Where connections cannot be dropped, so many that were left standing give their places back; each may hold 256 kB. */
const STANDING_MAX = 64;

let standing = 0;

/**
 * Resolves when the socket is closed, or was told to and its connection is dropped or may be left standing. Never rejects.
 * `drop`: ends the connection, false where it cannot.
 */
export async function endInTime(
  socket: WebSocket,
  drop: () => boolean,
  { lookMs = LOOK_MS, answerMs = ANSWER_MS }: { readonly lookMs?: number; readonly answerMs?: number } = {},
): Promise<void> {
  const over = new AbortController();
  const end = () => over.abort();
  socket.addEventListener("close", end);
  socket.addEventListener("error", end);
  try {
    // Looked at instead of told: Deno closes one too that does not answer its pings, and says nothing of it.
    while (socket.readyState < WebSocket.CLOSING) await delay(lookMs, over.signal);
    await delay(answerMs, over.signal);
  } catch {
    return; // it is closed
  }
  if (drop()) return;
  const closed = Promise.withResolvers<void>();
  over.signal.addEventListener("abort", () => closed.resolve());
  if (standing >= STANDING_MAX) return await closed.promise;
  standing++;
  closed.promise.then(() => standing--);
}
