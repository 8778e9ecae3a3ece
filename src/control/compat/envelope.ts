/**
 * How LiveTalking answers: {"code":0,"msg":"ok","data":...}, and code -1 with the reason for what cannot be, both with status
 * 200. A body that is too large, too slow or of a wrong type keeps its status.
 */
import { z } from "zod";
import { Fault } from "../../errors/mod.ts";
import { describe } from "../problem.ts";
import { json, type Visit } from "../route.ts";

export const envelope = z.object({ code: z.literal(0), msg: z.literal("ok"), data: z.unknown() });
export const refusal = z.object({
  code: z.literal(-1),
  msg: z.string().min(1),
  /** The problem's code. */
  error: z.string(),
  data: z.object({}),
});
/** What a 200 is. */
export const answered = z.union([envelope, refusal]);

const KEPT: ReadonlySet<number> = new Set([408, 413, 415]);

/** A handler whose value becomes `data`, and whose faults become answers of that kind. */
export function enveloped(answer: (visit: Visit) => unknown): (visit: Visit) => Promise<Response> {
  return async (visit) => {
    try {
      const value = await answer(visit);
      return value instanceof Response ? value : json({ code: 0, msg: "ok", data: value ?? {} });
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      const { status, code, detail, headers } = describe(error);
      if (status === 500) throw error; // told and logged as any other
      const response = json(
        { code: -1, msg: detail, error: code, data: {} },
        KEPT.has(status) ? status : 200,
      );
      for (const [name, value] of Object.entries(headers)) response.headers.set(name, value);
      return response;
    }
  };
}
