/** Checks the body of POST /v1/say. What the text may contain is the speech queue's business. */
import { z } from "zod";
import type { Wish } from "./checked.ts";

export const sayBody = z.strictObject({
  text: z.string(),
  voice: z.string().exactOptional(),
  metadata: z.unknown().exactOptional(),
  interruptible: z.boolean().exactOptional(),
  /** Cuts off what is being said first. */
  interrupt: z.boolean().optional(),
});

export const SAY: Wish<z.output<typeof sayBody>> = {
  schema: sayBody,
  code: "bad_say",
  example: '{"text": "Hello.", "voice": "en-us", "metadata": {}, "interruptible": true, "interrupt": false}',
};
