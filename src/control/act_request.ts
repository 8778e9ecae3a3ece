/** Checks the body of POST /v1/act. Which names there are is the programme's business. */
import { z } from "zod";
import type { Wish } from "./checked.ts";

export const ACT: Wish<{ name: string }> = {
  schema: z.strictObject({ name: z.string().max(600) }),
  code: "bad_act",
  example: '{"name": "nod"}',
};
