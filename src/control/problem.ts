/**
 * Errors as HTTP answers (application/problem+json). A Fault's one line is meant for people and goes out, without
 * paths of this machine; anything else becomes a bare 500.
 */
import { CapacityFault, DeviceFault, Fault, InputFault, NotFoundFault, oneLine } from "../errors/mod.ts";

/** Thrown by the parts of this folder to answer with a certain status. */
export class HttpProblem extends Fault {
  constructor(
    readonly status: number,
    code: string,
    detail: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(detail, { code });
  }
}

const TITLES: Readonly<Record<number, string>> = {
  400: "Bad request",
  401: "Token missing or wrong",
  403: "Not allowed from here",
  404: "No such thing",
  405: "Wrong method",
  408: "Too slow",
  409: "Not possible now",
  413: "Too large",
  415: "Wrong content type",
  416: "No such part",
  426: "WebSocket wanted",
  429: "Too many, try again",
  500: "Internal error",
  503: "Not ready",
  507: "No room",
};

/** Faults that are no failure: the programme is not in the state that the request wants. */
const CONFLICTS: ReadonlySet<string> = new Set(["webrtc_off", "recording", "not_recording"]);

export function problemResponse(error: unknown): Response {
  const { status, code, detail, headers } = describe(error);
  const title = TITLES[status] ?? "Error";
  const body = JSON.stringify({ type: `urn:lipcam:problem:${code}`, title, status, detail });
  return new Response(body + "\n", {
    status,
    headers: { "Content-Type": "application/problem+json", ...headers },
  });
}

/** What an error is to a client: status, code, one line, headers. 500 where it is no Fault of ours. */
export function describe(error: unknown): {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly headers: Readonly<Record<string, string>>;
} {
  if (error instanceof HttpProblem) {
    const { status, code, message, headers } = error;
    return { status, code, detail: message, headers };
  }
  if (error instanceof Fault && CONFLICTS.has(error.code)) return fromFault(409, error);
  if (error instanceof NotFoundFault) return fromFault(404, error);
  if (error instanceof InputFault) return fromFault(400, error);
  if (error instanceof CapacityFault) return fromFault(429, error, { "Retry-After": "1" });
  if (error instanceof DeviceFault || (error instanceof Fault && error.retryable)) {
    return fromFault(503, error);
  }
  return {
    status: 500,
    code: "internal",
    detail: "the programme could not do that; its log says why",
    headers: {},
  };
}

function fromFault(status: number, fault: Fault, headers: Record<string, string> = {}) {
  return { status, code: fault.code, detail: withoutPaths(oneLine(fault)), headers };
}

/** In quotes a path may hold anything else, spaces too. */
const QUOTED_PATH = /(["'`])\/[^"'`\n]*\/([^"'`/\n]+)\1/g;
/** One that begins a word, as in "text/plain" and "1/2" none does. */
const PLAIN_PATH = /(?<![\p{L}\p{N}_.~/%@+-])(?:\/+[^\s"'`()[\]{}<>:,;|/]+)+\/+([^\s"'`()[\]{}<>:,;|/]+)/gu;

/** Replaces absolute paths, which are nobody's business over the network, by their last part. */
export function withoutPaths(text: string): string {
  return text.replace(QUOTED_PATH, "$1$2$1").replace(PLAIN_PATH, "$1");
}
