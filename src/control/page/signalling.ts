/**
 * How an offer gets to the programme and the answer back: WHEP (POST, PATCH, DELETE) or a WebSocket. In: an offer, then
 * candidates as they are found. Out: the answer, the session's name. One object a connection; close() ends the session
 * too. Usable without the rest of the page.
 */
/// <reference lib="dom" />

export type SignallingKind = "whep" | "websocket";

/** Why there is no answer: too many watch, it was refused, nobody is there. */
export type Refusal = "full" | "refused" | "away";

export class RefusedError extends Error {
  readonly reason: Refusal;

  constructor(reason: Refusal) {
    super(`the offer was not answered: ${reason}`);
    this.reason = reason;
  }
}

export interface Answer {
  readonly sdp: string;
  readonly session: string;
}

export interface Signalling {
  /** Rejects with RefusedError. */
  offer(sdp: string): Promise<Answer>;
  /** Ours. May come before the answer: kept until then. Null: there are no more. */
  candidate(candidate: RTCIceCandidate | null): void;
  /** Ends the session. */
  close(): void;
}

const ANSWER_MS_MAX = 12_000;
const FULL = 503;

/** `onCandidate`: the programme's own, from the answer on, where they are not in it. */
export function signallingBy(
  kind: SignallingKind,
  onCandidate: (candidate: RTCIceCandidateInit | null) => void,
): Signalling {
  return kind === "whep" ? new Whep() : new SocketSignalling(onCandidate);
}

class Whep implements Signalling {
  #location: string | undefined;
  #kept: (RTCIceCandidate | null)[] = [];
  #isClosed = false;

  async offer(sdp: string): Promise<Answer> {
    const response = await fetch("/whep", {
      method: "POST",
      headers: { "Content-Type": "application/sdp" },
      body: sdp,
      signal: AbortSignal.timeout(ANSWER_MS_MAX),
    }).catch(() => {
      throw new RefusedError("away");
    });
    const location = response.headers.get("Location");
    if (!response.ok || location === null) {
      throw new RefusedError(response.status === FULL ? "full" : "refused");
    }
    this.#location = location;
    if (this.#isClosed) this.close(); // it left while it was waiting
    else this.#send(this.#kept.splice(0));
    return { sdp: await response.text(), session: location.split("/").at(-1)! };
  }

  candidate(candidate: RTCIceCandidate | null): void {
    if (this.#location === undefined) this.#kept.push(candidate);
    else this.#send([candidate]);
  }

  /** As RFC 8840 writes them. Direct ways need none of this: the programme sees where packets come from. */
  #send(candidates: readonly (RTCIceCandidate | null)[]): void {
    if (candidates.length === 0 || this.#location === undefined) return;
    const lines = candidates.flatMap((one) =>
      one === null ? ["a=end-of-candidates"] : [`a=mid:${one.sdpMid ?? "0"}`, `a=${one.candidate}`]
    );
    fetch(this.#location, {
      method: "PATCH",
      headers: { "Content-Type": "application/trickle-ice-sdpfrag" },
      body: `${lines.join("\r\n")}\r\n`,
    }).catch(() => {}); // the connection may come about without them; if not, it is tried again
  }

  close(): void {
    this.#isClosed = true;
    if (this.#location === undefined) return;
    fetch(this.#location, { method: "DELETE", keepalive: true }).catch(() => {}); // it has gone with the programme
    this.#location = undefined;
  }
}

type Message =
  | { readonly type: "answer"; readonly sdp: string; readonly sessionid: string }
  | { readonly type: "error"; readonly code: string }
  | { readonly type: "ice-candidate"; readonly candidate: RTCIceCandidateInit | null };

class SocketSignalling implements Signalling {
  readonly #socket = new WebSocket(`${location.protocol.replace("http", "ws")}//${location.host}/v1/webrtc`);
  readonly #onCandidate: (candidate: RTCIceCandidateInit | null) => void;
  #kept: (RTCIceCandidate | null)[] = [];
  #isAnswered = false;

  constructor(onCandidate: (candidate: RTCIceCandidateInit | null) => void) {
    this.#onCandidate = onCandidate;
  }

  async offer(sdp: string): Promise<Answer> {
    const socket = this.#socket;
    const answer = await new Promise<Answer>((resolve, reject) => {
      const refuse = (reason: Refusal) => reject(new RefusedError(reason));
      const timer = setTimeout(refuse, ANSWER_MS_MAX, "away");
      socket.addEventListener("open", () => this.#tell({ type: "offer", sdp }));
      socket.addEventListener("close", () => refuse("away"));
      socket.addEventListener("message", ({ data }) => {
        const message: Message = JSON.parse(data);
        if (message.type === "ice-candidate") return this.#onCandidate(message.candidate);
        clearTimeout(timer);
        if (message.type === "answer") resolve({ sdp: message.sdp, session: message.sessionid });
        else refuse(message.code === "too_many_peers" ? "full" : "refused");
      });
    });
    this.#isAnswered = true;
    for (const candidate of this.#kept.splice(0)) this.candidate(candidate);
    return answer;
  }

  candidate(candidate: RTCIceCandidate | null): void {
    if (!this.#isAnswered) this.#kept.push(candidate);
    else this.#tell({ type: "ice-candidate", candidate: candidate?.toJSON() ?? null });
  }

  #tell(message: object): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  close(): void {
    this.#tell({ type: "bye" });
    this.#socket.close();
  }
}
