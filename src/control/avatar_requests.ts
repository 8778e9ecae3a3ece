/** Checks the bodies of POST /v1/avatar, /v1/avatars and /v1/avatars/stop. What exists is the programme's business. */
import { z } from "zod";
import type { Wish } from "./checked.ts";

const wishes = {
  id: z.string().min(1).max(80),
  engine: z.enum(["musetalk", "wav2lip", "ultralight", "all"]).optional(),
};

export const SHOW: Wish<{ avatar: string }> = {
  schema: z.strictObject({ avatar: z.string().min(1).max(600) }),
  code: "bad_avatar",
  example: '{"avatar": "anna"}',
};

const prepareBody = z.strictObject({
  path: z.string().min(1).max(4096).regex(/^\//, "wanted an absolute path"),
  ...wishes,
  force: z.boolean().optional(),
});

export const PREPARE: Wish<z.output<typeof prepareBody>> = {
  schema: prepareBody,
  code: "bad_avatar",
  example: '{"path": "/somewhere/clip.mp4", "id": "anna", "engine": "all"}',
};

export const STOP_JOB: Wish<{ job: number }> = {
  schema: z.strictObject({ job: z.int().min(1) }),
  code: "bad_avatar",
  example: '{"job": 1}',
};
