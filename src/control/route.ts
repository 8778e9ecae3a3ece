/**
 * One entry of the API: method and path, who may ask, what it takes and gives, and the function that answers. What it
 * takes and gives is written once, as zod schemas: the route checks with them and /openapi.json shows them.
 */
import type { z } from "zod";
import type { ProgrammeControl } from "./programme_control.ts";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** Which of a client's allowances a request is taken from. */
export type RateKind = "offer" | "upload" | "other";

/** A request on its way through a route. */
export interface Visit {
  readonly request: Request;
  readonly url: URL;
  /** What stands where the path has braces: {session: "..."}. */
  readonly names: Readonly<Record<string, string>>;
  /** Aborts when the client leaves or the server closes. */
  readonly signal: AbortSignal;
  /** Of `?session=ID`; without one the shared programme. Throws NotFoundFault `no_such_session`. */
  readonly programme: ProgrammeControl;
  /** Whether the client asks for a WebSocket. */
  readonly isUpgrade: boolean;
  /** One more of what is asked for inside a WebSocket. Throws HttpProblem 429. */
  take(kind: RateKind): void;
  /** Makes a WebSocket of it; answer with `response`. Throws HttpProblem 426 where none is asked for, CapacityFault. */
  upgrade(): { readonly socket: WebSocket; readonly response: Response };
}

/** By content type; for anything but JSON and forms the schema is null. */
export type Contents = Readonly<Record<string, z.ZodType | null>>;

/** A JSON value's schema, the content type of anything else, what it is by content type, or null where there is no body. */
export type Shape = z.ZodType | string | Contents | null;

export interface RouteAbout {
  /** One line. */
  readonly summary: string;
  /** Beside `session`, which every route of a programme takes. */
  readonly query?: z.ZodObject;
  readonly takes?: Contents;
  /** By status. Problems need not be named. */
  readonly gives: Readonly<Record<number, Shape>>;
  /** How its own problems are told where clients of other servers want them so: as JSON, with whatever status. */
  readonly refusal?: z.ZodType;
}

export interface Route {
  readonly method: Method;
  /** "/v1/state", "/whep/{session}". */
  readonly path: string;
  /** Whether the token, or the page's cookie, is wanted. Default true. */
  readonly isGuarded?: boolean;
  /** Whether the answer goes on until the client leaves. Default false. */
  readonly isStream?: boolean;
  /** Whether a WebSocket can be opened here. Default false. */
  readonly isSocket?: boolean;
  /** Whether `?session=` chooses the programme. Default false. */
  readonly isOfProgramme?: boolean;
  /** Default "other". */
  readonly rate?: RateKind;
  readonly about: RouteAbout;
  readonly answer: (visit: Visit) => Response | Promise<Response>;
}

export function json(value: unknown, status = 200): Response {
  return new Response(JSON.stringify(value) + "\n", {
    status,
    headers: { "Content-Type": "application/json" },
  });
}

export function streamed(body: ReadableStream<Uint8Array<ArrayBuffer>>, type: string): Response {
  return new Response(body, { headers: { "Content-Type": type } });
}
