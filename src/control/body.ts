/**
 * Reads the body of a request, counted while it comes and within a deadline: JSON (256 kB, 5 s, nested at most 32 deep),
 * a text of one type, or bytes handed on as they come. Throws HttpProblem 400, 408, 413 or 415.
 */
import { Fault } from "../errors/mod.ts";
import { delay, withDeadline } from "../time/mod.ts";
import { HttpProblem } from "./problem.ts";

export const BODY_BYTES_MAX = 256 * 1024;
export const BODY_MS_MAX = 5000;
const QUIET_MS_MAX = 30_000;
/** For the slowest line that the largest file may come by; a client that drips holds its place no longer. */
const UPLOAD_MS_MAX = 30 * 60_000;
const NESTING_MAX = 32;

export interface BodyLimits {
  readonly bytesMax?: number;
  /** For all of it. */
  readonly msMax?: number;
}

/** Undefined where there is no body. */
export async function readJson(request: Request, limits: BodyLimits = {}): Promise<unknown> {
  if (!hasBody(request)) return undefined;
  checkType(request, "application/json");
  const text = await decoded(request, limits);
  if (text === "") return undefined;
  if (nesting(text) > NESTING_MAX) {
    throw new HttpProblem(400, "too_deep", `the body is nested deeper than ${NESTING_MAX} levels`);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new HttpProblem(400, "bad_json", "the body is not JSON");
  }
}

/** A body of exactly this type, empty where there is none. */
export async function readText(request: Request, type: string, bytesMax = BODY_BYTES_MAX): Promise<string> {
  checkType(request, type);
  return await decoded(request, { bytesMax });
}

/**
 * Whether the client says that there is one: a request without a length or an encoding has none (RFC 9112, 6.3), except in
 * HTTP/2, where one that has a type has.
 */
export function hasBody({ body, headers }: Request): boolean {
  if (body === null || headers.get("content-length") === "0") return false;
  return ["content-length", "transfer-encoding", "content-type"].some((name) => headers.has(name));
}

/** "audio/wav" of "Audio/WAV; x=y"; "none" without one. */
export function typeOf(request: Request): string {
  return (request.headers.get("content-type") ?? "none").split(";", 1)[0]!.trim().toLowerCase();
}

/** Throws HttpProblem 415 for another type, or for a text that is not in UTF-8. */
export function checkType(request: Request, type: string): void {
  const charset = /;\s*charset="?([^";]*)"?/i.exec(request.headers.get("content-type") ?? "")?.[1];
  if (typeOf(request) === type && (charset === undefined || /^utf-?8$/i.test(charset.trim()))) return;
  throw new HttpProblem(415, "bad_type", `the body's content type is not understood, wanted ${type}`);
}

async function decoded(request: Request, limits: BodyLimits): Promise<string> {
  const bytes = await readBytes(request, limits);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new HttpProblem(400, "bad_utf8", "the body is not UTF-8");
  }
}

/** All of it, of any type. */
export async function readBytes(
  request: Request,
  { bytesMax = BODY_BYTES_MAX, msMax = BODY_MS_MAX }: BodyLimits = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of bodyPieces(request, { bytesMax, msMax })) {
    chunks.push(chunk);
    bytes += chunk.length;
  }
  const whole = new Uint8Array(bytes);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

export interface PieceLimits {
  readonly bytesMax: number;
  /** For all of it; without it as long as it likes. */
  readonly msMax?: number;
  /** For each piece to come. Default `msMax`, or 30 s. */
  readonly quietMsMax?: number;
}

/** Of a file that is sent: QUIET_MS_MAX between two pieces, UPLOAD_MS_MAX for all of it. */
export function uploadPieces(request: Request, bytesMax: number): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  return bodyPieces(request, { bytesMax, msMax: UPLOAD_MS_MAX, quietMsMax: QUIET_MS_MAX });
}

/** Its pieces as they come. Whoever stops reading, for whatever reason, ends the body. */
export async function* bodyPieces(
  request: Request,
  limits: PieceLimits,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const { bytesMax, msMax, quietMsMax = msMax ?? QUIET_MS_MAX } = limits;
  if (request.body === null) return;
  if (Number(request.headers.get("content-length") ?? 0) > bytesMax) throw tooLarge(bytesMax);
  const reader = request.body.getReader();
  const late = new AbortController();
  const over = new AbortController();
  if (msMax !== undefined) delay(msMax, over.signal).then(() => late.abort(), () => {}); // over in time
  let bytes = 0;
  let isWhole = false;
  try {
    for (;;) {
      const { value, done } = await next(reader, quietMsMax, late.signal);
      if (done) {
        isWhole = true;
        return;
      }
      bytes += value.length;
      if (bytes > bytesMax) throw tooLarge(bytesMax);
      yield value;
    }
  } finally {
    over.abort();
    if (!isWhole) reader.cancel().catch(() => {}); // the connection may be gone; nothing is left to tell
  }
}

async function next(
  reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>,
  msMax: number,
  late: AbortSignal,
): Promise<ReadableStreamReadResult<Uint8Array<ArrayBuffer>>> {
  try {
    return await withDeadline(reader.read(), msMax, "reading the body", late);
  } catch (error) {
    const isLate = late.aborted || (error instanceof Fault && error.code === "deadline");
    if (isLate) {
      throw new HttpProblem(408, "slow_body", `the body did not arrive within ${msMax} ms`, CLOSING);
    }
    throw new HttpProblem(400, "cut_body", "the body ended early");
  }
}

/** What is unread of the body must not be taken for the next request. */
const CLOSING = { Connection: "close" };

export function tooLarge(bytesMax: number): HttpProblem {
  return new HttpProblem(413, "too_large", `the body is larger than ${bytesMax} bytes`, CLOSING);
}

/** How deep arrays and objects are nested, without parsing: the parser itself must not meet a tower of brackets. */
function nesting(text: string): number {
  let depth = 0;
  let deepest = 0;
  let isString = false;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (isString) {
      if (char === "\\") at++;
      else if (char === '"') isString = false;
    } else if (char === '"') isString = true;
    else if (char === "[" || char === "{") deepest = Math.max(deepest, ++depth);
    else if (char === "]" || char === "}") depth--;
  }
  return deepest;
}
