/** Checks the bodies of POST /v1/obs, /v1/hold and /v1/panic. Which scenes there are is OBS's business. */
import { z } from "zod";
import { HttpProblem } from "./problem.ts";
import type { ObsOrder } from "./programme_control.ts";

const startOrStop = z.enum(["start", "stop"]);
const order = z.union([
  z.strictObject({ scene: z.string().min(1).max(200) }),
  z.strictObject({ record: startOrStop }),
  z.strictObject({ stream: startOrStop }),
  z.strictObject({ virtualCamera: startOrStop }),
  z.strictObject({ connect: z.literal(true) }),
]);
const onOrOff = z.strictObject({ on: z.boolean().optional() });

const ORDER_WANTED =
  '{"scene": NAME}, {"record": "start"}, {"stream": "stop"}, {"virtualCamera": "start"} or {"connect": true}';

/** Throws HttpProblem 400, as the other one. */
export function obsRequest(body: unknown): ObsOrder {
  const parsed = order.safeParse(body);
  if (parsed.success) return parsed.data;
  throw bad(body, ORDER_WANTED);
}

/** Undefined: the other way round from now. */
export function switchRequest(body: unknown): boolean | undefined {
  const parsed = onOrOff.safeParse(body);
  if (parsed.success) return parsed.data.on;
  throw bad(body, '{}, {"on": true} or {"on": false}');
}

function bad(body: unknown, wanted: string): HttpProblem {
  const given = (JSON.stringify(body) ?? "nothing").slice(0, 100);
  return new HttpProblem(400, "bad_order", `the body is ${given}, wanted ${wanted}`);
}
