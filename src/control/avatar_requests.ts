/** Checks the bodies of POST /v1/avatar, /v1/avatars and /v1/avatars/stop. What exists is the programme's business. */
import { z } from "zod";
import type { Wish } from "./checked.ts";

/** It becomes a folder's name and a word of a command: nothing that could be a flag. */
export const newAvatarId = z.string().regex(
  /^[a-z0-9][a-z0-9-]{0,39}$/,
  "wanted 1 to 40 of a-z, 0-9 and -, the first no -",
);

const wishes = {
  id: newAvatarId,
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
