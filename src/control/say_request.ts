/** Checks the body of POST /v1/say. What the text may contain is the speech queue's business. */
import { HttpProblem } from "./problem.ts";
import type { SayRequest } from "./programme_control.ts";

const FIELDS = new Set(["text", "voice", "metadata", "interruptible"]);

/** Throws HttpProblem 400 naming the field. */
export function sayRequest(body: unknown): SayRequest {
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw bad('the body is not an object, wanted {"text": "..."}');
  }
  const { text, voice, metadata, interruptible } = body as Record<string, unknown>;
  for (const name of Object.keys(body)) {
    if (!FIELDS.has(name)) {
      throw bad(`unknown field ${JSON.stringify(name.slice(0, 40))}, wanted ${[...FIELDS].join(", ")}`);
    }
  }
  if (typeof text !== "string") throw bad(`text is ${kind(text)}, wanted a string`);
  if (voice !== undefined && typeof voice !== "string") throw bad(`voice is ${kind(voice)}, wanted a string`);
  if (interruptible !== undefined && typeof interruptible !== "boolean") {
    throw bad(`interruptible is ${kind(interruptible)}, wanted true or false`);
  }
  return {
    text,
    ...(voice === undefined ? {} : { voice }),
    ...(metadata === undefined ? {} : { metadata }),
    ...(interruptible === undefined ? {} : { interruptible }),
  };
}

function bad(detail: string): HttpProblem {
  return new HttpProblem(400, "bad_say", detail);
}

function kind(value: unknown): string {
  if (value === undefined) return "missing";
  if (value === null) return "null";
  return Array.isArray(value) ? "an array" : `a ${typeof value}`;
}
