/**
 * Signalling over a WebSocket, as pages of this kind do it: {"type":"offer","sdp","avatar"?} in, {"type":"answer","sdp","sessionid"}
 * out, {"type":"ice-candidate","candidate"} both ways, {"type":"error","code","detail"} for what cannot be. One session a
 * socket; another offer takes the place of the first. The session outlives the socket: it ends with its connection.
 * Limits: MESSAGE_CHARS_MAX a message, MESSAGES_MAX in all, OFFERS_MAX of them offers, WAITING_CHARS_MAX not answered yet,
 * QUIET_MS_MAX until the first offer; a client that does not read is cut off at UNREAD_BYTES_MAX.
 */
import { z } from "zod";
import { Fault, InputFault, oneLine } from "../errors/mod.ts";
import { delay } from "../time/mod.ts";
import { withoutPaths } from "./problem.ts";
import type { IceCandidate, WebRtcControl } from "./webrtc_control.ts";

const MESSAGE_CHARS_MAX = 120_000;
const MESSAGES_MAX = 200;
const OFFERS_MAX = 10;
/** Several offers, and far more candidates than one has. */
const WAITING_CHARS_MAX = 512 * 1024;
const UNREAD_BYTES_MAX = 256 * 1024;
const QUIET_MS_MAX = 30_000;
/** Codes of RFC 6455, section 7.4.1. */
const TOO_BIG = 1009;
const POLICY = 1008;

const candidate = z.object({
  candidate: z.string().max(1000),
  sdpMid: z.string().max(32).nullish(),
  sdpMLineIndex: z.int().min(0).max(32).nullish(),
});
const message = z.discriminatedUnion("type", [
  z.object({ type: z.literal("offer"), sdp: z.string(), avatar: z.string().min(1).max(600).optional() }),
  z.object({ type: z.literal("ice-candidate"), candidate: candidate.nullable() }),
  z.object({ type: z.literal("bye") }),
]);
type Message = z.output<typeof message>;

const WANTED =
  'wanted {"type":"offer","sdp"}, {"type":"ice-candidate","candidate":{"candidate":"..."}} or {"type":"bye"}';

export interface SignallingLimits {
  /** Asked before each offer; what it throws is told, and the offer not answered. */
  readonly takeOffer?: () => void;
}

/** Runs until the socket closes or the signal aborts. Never rejects. */
export function serveSignalling(
  socket: WebSocket,
  webrtc: WebRtcControl,
  signal: AbortSignal,
  { takeOffer }: SignallingLimits = {},
): void {
  const leaving = new AbortController();
  const until = AbortSignal.any([signal, leaving.signal]);
  let session: string | undefined;
  let count = 0;
  let offers = 0;
  let waitingChars = 0;
  /** Messages are answered one after another. */
  let working = Promise.resolve();

  const send = (value: object) => {
    if (socket.readyState !== WebSocket.OPEN) return;
    if (socket.bufferedAmount > UNREAD_BYTES_MAX) return socket.close(POLICY, "not reading");
    socket.send(JSON.stringify(value));
  };
  const take = async (said: Message) => {
    if (said.type === "offer") {
      if (++offers > OFFERS_MAX) return socket.close(POLICY, "too many offers");
      takeOffer?.();
      const before = session;
      session = undefined;
      if (before !== undefined) await webrtc.close(before).catch(() => {}); // it has ended by itself
      const onCandidate = (found: IceCandidate | null) => send({ type: "ice-candidate", candidate: found });
      const { sdp, avatar } = said;
      const answer = await webrtc.offer({ sdp, onCandidate, ...(avatar ? { avatar } : {}) }, until);
      session = answer.session;
      send({ type: "answer", sdp: answer.sdp, sessionid: session });
    } else if (said.type === "bye") {
      if (session !== undefined) await webrtc.close(session);
      session = undefined;
    } else if (session !== undefined) {
      await webrtc.addCandidate(session, said.candidate as IceCandidate | null);
    } else throw new InputFault("a candidate came before an offer was answered", { code: "no_such_session" });
  };

  socket.addEventListener("message", ({ data }) => {
    if (typeof data !== "string" || data.length > MESSAGE_CHARS_MAX) {
      return socket.close(TOO_BIG, "too large");
    }
    if (++count > MESSAGES_MAX) return socket.close(POLICY, "too many messages");
    waitingChars += data.length;
    if (waitingChars > WAITING_CHARS_MAX) return socket.close(POLICY, "faster than it is answered");
    working = working.then(() => until.aborted ? undefined : take(read(data)))
      .catch((error) => send(problem(error)))
      .finally(() => waitingChars -= data.length);
  });
  const leave = () => leaving.abort();
  socket.addEventListener("close", leave);
  socket.addEventListener("error", leave);
  signal.addEventListener("abort", () => socket.close(1001, "the programme ends"), { once: true });
  delay(QUIET_MS_MAX, until).then(() => {
    if (count === 0) socket.close(POLICY, "no offer came");
  }, () => {}); // it has left
}

function read(text: string): Message {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new InputFault(`the message is not JSON, ${WANTED}`, { code: "bad_json" });
  }
  const parsed = message.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new InputFault(`the message cannot be read, ${WANTED}`, { code: "bad_message" });
}

function problem(error: unknown): object {
  const isOurs = error instanceof Fault;
  return {
    type: "error",
    code: isOurs ? error.code : "internal",
    detail: isOurs ? withoutPaths(oneLine(error)) : "the programme could not do that; its log says why",
  };
}
