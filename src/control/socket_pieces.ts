/**
 * Binary messages of a WebSocket as pieces, with the only backpressure there is: a client that sends more than is
 * spoken is cut off. A text message "end", or the socket's end, ends them. Limits: PIECE_BYTES_MAX a message,
 * WAITING_BYTES_MAX of them waiting.
 */
const PIECE_BYTES_MAX = 1024 * 1024;
/** Messages that wait: at 20 ms each, ten seconds. */
export const PCM_PIECES_MAX = 512;
/** Ten seconds of the fastest samples there are. */
const WAITING_BYTES_MAX = 8 * 1024 * 1024;

const TOO_BIG = 1009;
const POLICY = 1008;

/** Takes messages from the moment of the call, also while nobody reads yet. */
export function socketPieces(
  socket: WebSocket,
  signal: AbortSignal,
  waitingMax: number,
): AsyncGenerator<Uint8Array> {
  socket.binaryType = "arraybuffer";
  const waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  let hasEnded = false;
  let wake = () => {};
  const end = () => {
    hasEnded = true;
    wake();
  };
  socket.addEventListener("message", ({ data }) => {
    if (typeof data === "string") {
      if (data === "end") return end();
      return socket.close(POLICY, "wanted binary messages, or end");
    }
    if (data.byteLength > PIECE_BYTES_MAX) return socket.close(TOO_BIG, "too large");
    const isFull = waiting.length >= waitingMax || waitingBytes + data.byteLength > WAITING_BYTES_MAX;
    if (isFull) return socket.close(POLICY, "faster than it is spoken");
    waiting.push(new Uint8Array(data));
    waitingBytes += data.byteLength;
    wake();
  });
  socket.addEventListener("close", end);
  socket.addEventListener("error", end);
  signal.addEventListener("abort", end, { once: true });
  const read = async function* () {
    for (;;) {
      const piece = waiting.shift();
      if (piece !== undefined) {
        waitingBytes -= piece.length;
        yield piece;
      } else if (hasEnded) return;
      else await new Promise<void>((resolve) => wake = resolve);
    }
  };
  return read();
}
