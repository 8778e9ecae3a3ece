/** Checks the body of POST /v1/act. Which names there are is the programme's business. */
import { HttpProblem } from "./problem.ts";

/** The name. Throws HttpProblem 400 naming the field. */
export function actRequest(body: unknown): string {
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw bad('the body is not an object, wanted {"name": "nod"}');
  }
  const { name, ...more } = body as Record<string, unknown>;
  const [other] = Object.keys(more);
  if (other !== undefined) {
    throw bad(`unknown field ${JSON.stringify(other.slice(0, 40))}, wanted name`);
  }
  if (typeof name !== "string") throw bad("name is missing or no string, wanted an expression or an action");
  return name;
}

function bad(detail: string): HttpProblem {
  return new HttpProblem(400, "bad_act", detail);
}
