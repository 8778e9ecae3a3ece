/** How LiveTalking answers: {"code":0,"msg":"ok","data":...}, and code -1 with the reason for what cannot be, always 200. */
import { Fault, oneLine } from "../../errors/mod.ts";
import { withoutPaths } from "../problem.ts";
import { json, type Visit } from "../route.ts";

export function ok(data: unknown = {}): Response {
  return json({ code: 0, msg: "ok", data });
}

/** A handler whose faults become answers of that kind. */
export function enveloped(answer: (visit: Visit) => Promise<unknown>): (visit: Visit) => Promise<Response> {
  return async (visit) => {
    try {
      const value = await answer(visit);
      return value instanceof Response ? value : ok(value ?? {});
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      return json({ code: -1, msg: withoutPaths(oneLine(error)), data: {} });
    }
  };
}
