/** Checks the bodies of POST /v1/obs, /v1/hold and /v1/panic. Which scenes there are is OBS's business. */
import { z } from "zod";
import type { Wish } from "./checked.ts";
import type { ObsOrder } from "./programme_control.ts";

const startOrStop = z.enum(["start", "stop"]);

export const ORDER: Wish<ObsOrder> = {
  schema: z.union([
    z.strictObject({ scene: z.string().min(1).max(200) }),
    z.strictObject({ record: startOrStop }),
    z.strictObject({ stream: startOrStop }),
    z.strictObject({ virtualCamera: startOrStop }),
    z.strictObject({ connect: z.literal(true) }),
  ]),
  code: "bad_order",
  example:
    '{"scene": NAME}, {"record": "start"}, {"stream": "stop"}, {"virtualCamera": "start"} or {"connect": true}',
};

/** Without `on` the other way round from now. */
export const SWITCH: Wish<{ on?: boolean | undefined }> = {
  schema: z.strictObject({ on: z.boolean().optional() }),
  code: "bad_order",
  example: '{}, {"on": true} or {"on": false}',
};
