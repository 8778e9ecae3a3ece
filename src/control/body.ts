/**
 * Reads the JSON body of a request: at most 256 kB, counted while reading, within 5 seconds, nested at most 32 deep.
 * Throws HttpProblem 400, 408, 413 or 415.
 */
import { Fault } from "../errors/mod.ts";
import { withDeadline } from "../time/mod.ts";
import { HttpProblem } from "./problem.ts";

export const BODY_BYTES_MAX = 256 * 1024;
export const BODY_MS_MAX = 5000;
const NESTING_MAX = 32;

/** Undefined where there is no body. */
export async function readJson(request: Request, deadlineMs = BODY_MS_MAX): Promise<unknown> {
  if (request.body === null || request.headers.get("content-length") === "0") return undefined;
  const type = request.headers.get("content-type") ?? "none";
  if (!/^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i.test(type)) {
    throw new HttpProblem(
      415,
      "not_json",
      `the body's content type is not understood, wanted application/json`,
    );
  }
  if (Number(request.headers.get("content-length") ?? 0) > BODY_BYTES_MAX) throw tooLarge();
  const bytes = await readBytes(request.body, deadlineMs);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new HttpProblem(400, "bad_utf8", "the body is not UTF-8");
  }
  if (nesting(text) > NESTING_MAX) {
    throw new HttpProblem(400, "too_deep", `the body is nested deeper than ${NESTING_MAX} levels`);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new HttpProblem(400, "bad_json", "the body is not JSON");
  }
}

async function readBytes(body: ReadableStream<Uint8Array>, deadlineMs: number): Promise<Uint8Array> {
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const readAll = async () => {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      bytes += value.length;
      if (bytes > BODY_BYTES_MAX) throw tooLarge();
      chunks.push(value);
    }
  };
  try {
    await withDeadline(readAll(), deadlineMs, "reading the body");
  } catch (error) {
    reader.cancel().catch(() => {}); // the connection may be gone; nothing is left to tell
    if (error instanceof HttpProblem) throw error;
    if (error instanceof Fault && error.code === "deadline") {
      throw new HttpProblem(408, "slow_body", `the body did not arrive within ${deadlineMs} ms`, closing);
    }
    throw new HttpProblem(400, "cut_body", "the body ended early");
  }
  const whole = new Uint8Array(bytes);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

/** What is unread of the body must not be taken for the next request. */
const closing = { Connection: "close" };

function tooLarge(): HttpProblem {
  return new HttpProblem(413, "too_large", `the body is larger than ${BODY_BYTES_MAX} bytes`, closing);
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
