/**
 * Programme events over a WebSocket, as JSON: {"kind": ...}; with a pace the state comes along as {"kind":"state","state":{...}}.
 * A client that does not read is cut off at UNREAD_BYTES_MAX: till then it holds that and nobody up.
 */
import { delay } from "../time/mod.ts";
import type { ProgrammeControl } from "./programme_control.ts";

const UNREAD_BYTES_MAX = 256 * 1024;
const POLICY = 1008;
const GOING_AWAY = 1001;
const ENDS = "the programme ends";

/** Runs until the socket closes, the signal aborts or the events end; closes the socket then. Never rejects. */
export function serveEvents(
  socket: WebSocket,
  programme: ProgrammeControl,
  signal: AbortSignal,
  { stateMs }: { readonly stateMs?: number } = {},
): void {
  const leaving = new AbortController();
  const until = AbortSignal.any([signal, leaving.signal]);
  const send = (value: object) => {
    if (socket.readyState !== WebSocket.OPEN) return;
    if (socket.bufferedAmount > UNREAD_BYTES_MAX) return socket.close(POLICY, "not reading");
    socket.send(JSON.stringify(value));
  };
  const leave = () => leaving.abort();
  socket.addEventListener("close", leave);
  socket.addEventListener("error", leave);
  signal.addEventListener("abort", () => socket.close(GOING_AWAY, ENDS), { once: true });
  socket.addEventListener("open", () => {
    const events = async () => {
      for await (const event of programme.events(until)) send(event);
      leave(); // the programme has ended: no more states either
    };
    const states = async () => {
      while (stateMs !== undefined && !until.aborted) {
        send({ kind: "state", state: programme.state() });
        await delay(stateMs, until);
      }
    };
    // it has left, or the programme is not there, or has ended
    Promise.all([events(), states()]).catch(() => {}).finally(() => socket.close(GOING_AWAY, ENDS));
  });
}
