/** From a JSON body to a typed request: the schema's first complaint becomes HttpProblem 400 that says what is wanted. */
import type { z } from "zod";
import { HttpProblem } from "./problem.ts";

export interface Wish<T> {
  readonly schema: z.ZodType<T>;
  /** Of the problem, such as "bad_say". */
  readonly code: string;
  /** A body that is right. */
  readonly example: string;
}

export function checked<T>({ schema, code, example }: Wish<T>, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new HttpProblem(400, code, complaint(parsed.error.issues[0]!, body, example));
}

function complaint(issue: z.core.$ZodIssue, body: unknown, example: string): string {
  const wanted = `wanted ${example}`;
  const path = issue.path.map(String);
  const where = path.join(".").slice(0, 60);
  if (issue.code === "unrecognized_keys") {
    const inside = where === "" ? "" : ` in ${where}`;
    return `unknown field ${JSON.stringify(issue.keys[0]!.slice(0, 40))}${inside}, ${wanted}`;
  }
  if (where === "") {
    const isObject = typeof body === "object" && body !== null && !Array.isArray(body);
    return isObject
      ? `the body is ${JSON.stringify(body).slice(0, 80)}, ${wanted}`
      : `the body is not an object, ${wanted}`;
  }
  if (issue.code === "invalid_type") {
    return `${where} is ${kind(valueAt(body, path))}, wanted ${issue.expected}, such as ${example}`;
  }
  return `${where}: ${issue.message}, ${wanted}`;
}

function valueAt(body: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (at, name) => typeof at === "object" && at !== null ? (at as Record<string, unknown>)[name] : undefined,
    body,
  );
}

function kind(value: unknown): string {
  if (value === undefined) return "missing";
  if (value === null) return "null";
  return Array.isArray(value) ? "an array" : typeof value === "object" ? "an object" : `a ${typeof value}`;
}
