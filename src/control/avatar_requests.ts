/** Checks the bodies of POST /v1/avatar, /v1/avatars and /v1/avatars/stop. What exists is the programme's business. */
import { z } from "zod";
import { HttpProblem } from "./problem.ts";
import type { PrepareRequest } from "./programme_control.ts";

const show = z.strictObject({ avatar: z.string().min(1).max(600) });
const prepare = z.strictObject({
  path: z.string().min(1).max(4096),
  id: z.string().min(1).max(80),
  engine: z.enum(["musetalk", "wav2lip", "ultralight", "all"]).optional(),
  force: z.boolean().optional(),
});
const stop = z.strictObject({ job: z.int().min(1) });

/** The avatar's name. Throws HttpProblem 400, as all of these. */
export function showRequest(body: unknown): string {
  return read(show, body, '{"avatar": "anna"}').avatar;
}

export function prepareRequest(body: unknown): PrepareRequest {
  const { path, id, engine, force } = read(
    prepare,
    body,
    '{"path": "clip.mp4", "id": "anna", "engine": "all"}',
  );
  if (!path.startsWith("/")) {
    throw new HttpProblem(
      400,
      "bad_avatar",
      `path is ${JSON.stringify(path.slice(0, 60))}, wanted an absolute path`,
    );
  }
  return { path, id, ...(engine ? { engine } : {}), ...(force === undefined ? {} : { force }) };
}

export function stopRequest(body: unknown): number {
  return read(stop, body, '{"job": 1}').job;
}

function read<T>(schema: z.ZodType<T>, body: unknown, wanted: string): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const where = issue.path.join(".") || "the body";
  throw new HttpProblem(400, "bad_avatar", `${where}: ${issue.message}, wanted ${wanted}`);
}
