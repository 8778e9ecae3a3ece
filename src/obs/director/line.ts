/**
 * One connection to OBS's websocket, protocol version 5. In: requests, singly or as a batch that OBS does in order.
 * Out: their answers, and every event. Main thread; it ends once and is not used again.
 *
 * Limits: each request is answered within `answerMsMax` or the connection is given up, since what OBS then does with it is
 * unknown; a message over 16 MiB or that is no JSON ends it too. What OBS refuses is an Answer, not an error.
 */
import {
  EventSubscription,
  type IncomingMessage,
  OBSWebSocket,
  OBSWebSocketError,
  type RequestBatchRequest,
} from "obs-websocket-js/json";
import type { OBSRequestTypes, OBSResponseTypes } from "obs-websocket-js/json";
import { Fault, oneLine } from "../../errors/mod.ts";
import { withDeadline } from "../../time/mod.ts";
import { openingFault } from "./line_fault.ts";

const RPC_VERSION = 1;
const MESSAGE_CHARACTERS_MAX = 16 * 1024 * 1024;
const CLOSE_MS_MAX = 300;

export type Request = RequestBatchRequest;
export type RequestName = keyof OBSRequestTypes;

export type Answer<T> =
  | { readonly isDone: true; readonly data: T }
  /** OBS's own code: 600 not found, 604 wrong state, 605 unknown kind... */
  | { readonly isDone: false; readonly code: number; readonly says: string };

/** Whoever answers requests: a line, a session that has one, a test. */
export interface Obs {
  /** Rejects with a Fault where nobody answers; what OBS refuses is in the answer. */
  ask<T extends RequestName>(type: T, data?: OBSRequestTypes[T]): Promise<Answer<OBSResponseTypes[T]>>;
  /** In one message, done one after the other without a pause; one answer each, those after a refused one too. */
  batch(requests: readonly Request[]): Promise<Answer<Readonly<Record<string, unknown>>>[]>;
}

export interface ObsEvent {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface LineOptions {
  readonly url: string;
  readonly password: string | undefined;
  readonly answerMsMax: number;
  readonly signal: AbortSignal;
  readonly onEvent: (event: ObsEvent) => void;
}

export class Line implements Obs, AsyncDisposable {
  readonly #socket: Socket;
  readonly #answerMsMax: number;
  readonly #over = new AbortController();

  /** Connects and says who we are. Rejects with a Fault of line_fault.ts; nothing is left open then. */
  static async open(options: LineOptions): Promise<Line> {
    const { url, password, answerMsMax, signal } = options;
    const line = new Line(options);
    const action = `connecting to OBS at ${url}`;
    try {
      const hello = line.#socket.connect(url, password, {
        rpcVersion: RPC_VERSION,
        eventSubscriptions: EventSubscription.All,
      });
      const over = AbortSignal.any([signal, line.over]);
      await withDeadline(hello, answerMsMax, action, over);
      return line;
    } catch (error) {
      line.#socket.drop();
      signal.throwIfAborted();
      throw await openingFault(error, { url, hasPassword: password !== undefined, answerMsMax, signal });
    }
  }

  private constructor({ answerMsMax, onEvent }: LineOptions) {
    this.#answerMsMax = answerMsMax;
    this.#socket = new Socket(onEvent, (fault) => this.#end(fault));
    // The error comes first and says why; the close after it says 1006 only.
    this.#socket.on("ConnectionError", (error) => this.#end(lost(error)));
    this.#socket.on("ConnectionClosed", (error) => this.#end(lost(error)));
  }

  /** Aborts with a Fault when the connection is gone. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  async ask<T extends RequestName>(
    type: T,
    data?: OBSRequestTypes[T],
  ): Promise<Answer<OBSResponseTypes[T]>> {
    try {
      return { isDone: true, data: await this.#within(type, () => this.#socket.call(type, data)) };
    } catch (error) {
      if (error instanceof OBSWebSocketError) {
        return { isDone: false, code: error.code, says: error.message ?? "" };
      }
      throw error;
    }
  }

  async batch(requests: readonly Request[]): Promise<Answer<Readonly<Record<string, unknown>>>[]> {
    if (requests.length === 0) return [];
    const what = requests.length === 1 ? requests[0]!.requestType : `${requests.length} requests`;
    const results: unknown = await this.#within(what, () => this.#socket.callBatch([...requests]));
    if (!Array.isArray(results) || results.length !== requests.length) {
      throw this.#end(nonsense(`no answers to ${what}`));
    }
    return results.map((result) => {
      const { requestStatus, responseData } = result ?? {};
      if (requestStatus?.result === true) return { isDone: true, data: responseData ?? {} };
      const { code = 0, comment = "" } = requestStatus ?? {};
      return { isDone: false, code: Number(code), says: String(comment) };
    });
  }

  async #within<T>(what: string, send: () => Promise<T>): Promise<T> {
    this.over.throwIfAborted();
    try {
      return await withDeadline(send(), this.#answerMsMax, `OBS's answer to ${what}`, this.over);
    } catch (error) {
      if (error instanceof OBSWebSocketError) throw error;
      this.over.throwIfAborted();
      throw this.#end(error instanceof Fault ? error : nonsense(`${what}: ${oneLine(error)}`));
    }
  }

  /** Gives the connection up at once. */
  #end(fault: Fault): Fault {
    if (!this.over.aborted) this.#over.abort(fault);
    this.#socket.drop();
    return fault;
  }

  /** Says good-bye; within 300 ms. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.over.aborted) {
      const leaving = withDeadline(this.#socket.disconnect(), CLOSE_MS_MAX, "leaving OBS");
      await leaving.catch(() => {}); // then without a good-bye
    }
    this.#end(new Fault("the connection to OBS is closed", { code: "obs_closed" }));
  }
}

/** The library's client, which answers no garbage and can be dropped. */
class Socket extends OBSWebSocket {
  readonly #onEvent: (event: ObsEvent) => void;
  readonly #onNonsense: (fault: Fault) => void;

  constructor(onEvent: (event: ObsEvent) => void, onNonsense: (fault: Fault) => void) {
    super();
    this.#onEvent = onEvent;
    this.#onNonsense = onNonsense;
  }

  drop(): void {
    const socket = this.socket as unknown as { terminate?: () => void } | undefined;
    socket?.terminate?.();
  }

  protected override async decodeMessage(data: string): Promise<IncomingMessage> {
    const message = await this.#read(data);
    const { op, d } = message as { op: number; d?: Record<string, unknown> };
    if (op === 5 && typeof d?.eventType === "string") {
      const { eventType, eventData } = d;
      this.#onEvent({ type: eventType, data: isObject(eventData) ? eventData : {} });
    }
    return message;
  }

  async #read(data: unknown): Promise<IncomingMessage> {
    let fault = nonsense("something that is not text");
    if (typeof data === "string") {
      if (data.length <= MESSAGE_CHARACTERS_MAX) {
        try {
          const message = await super.decodeMessage(data);
          if (isObject(message)) return message;
        } catch (error) {
          if (!(error instanceof SyntaxError)) throw error;
        }
        fault = nonsense(`${JSON.stringify(data.slice(0, 40))}`);
      } else fault = nonsense(`a message of ${data.length} characters`);
    }
    this.#onNonsense(fault);
    throw fault;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function nonsense(what: string): Fault {
  return new Fault(`OBS's websocket sent ${what}, wanted a message of protocol 5`, {
    code: "obs_nonsense",
    retryable: true,
  });
}

/** While opening, line_fault.ts says more, from the cause. */
function lost(error: OBSWebSocketError): Fault {
  const { code, message } = error;
  const isKicked = code === 4011;
  const says = isKicked
    ? "OBS ended the connection (a person did, in Tools, WebSocket Server Settings); it is left alone"
    : `the connection to OBS ended (${code}${message ? `: ${message}` : ""})`;
  return new Fault(says, {
    code: isKicked ? "obs_kicked" : "obs_lost",
    retryable: !isKicked,
    cause: error,
  });
}
