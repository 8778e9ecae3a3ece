/** LiveTalking's avatar tasks: the same jobs as /v1/avatars, under their names. */
import { z } from "zod";
import { InputFault, NotFoundFault } from "../../errors/mod.ts";
import { readJson } from "../body.ts";
import { checked } from "../checked.ts";
import { mediaPath } from "../media_roots.ts";
import type { ProgrammeSnapshot } from "../programme_control.ts";
import type { Route } from "../route.ts";
import { enveloped } from "./envelope.ts";
import type { CompatSessions } from "./sessions.ts";

const taskBody = z.looseObject({
  model: z.string().nullish(),
  avatar_id: z.string().min(1).max(80),
  video_file: z.string().nullish(),
  video_path: z.string().nullish(),
});
const TASK = {
  schema: taskBody,
  code: "bad_request",
  example: '{"model": "wav2lip", "avatar_id", "video_path"}',
};
const ENGINES: Readonly<Record<string, string>> = {
  musetalk: "musetalk",
  wav2lip: "wav2lip",
  wav2lip256: "wav2lip",
  ultralight: "ultralight",
};
const STATUS: Readonly<Record<string, string>> = {
  running: "running",
  completed: "completed",
  failed: "failed",
  stopped: "failed",
};
const anything = z.looseObject({});

export function avatarTaskRoutes(sessions: CompatSessions, roots: readonly string[]): readonly Route[] {
  const shared = () => sessions.programme(undefined);
  const find = (id: string): ProgrammeSnapshot => {
    const job = shared().jobs().find((one) => String(one["job"]) === id);
    if (job !== undefined) return job;
    throw new NotFoundFault("there is no such task", { code: "no_such_job" });
  };
  return [
    {
      ...{ method: "POST", path: "/api/avatar/task", isGuarded: false, rate: "upload" },
      about: {
        summary: "LiveTalking: begins to make an avatar.",
        takes: { "application/json": taskBody },
        gives: { 200: anything },
      },
      answer: enveloped(async ({ request }) => {
        const { model, avatar_id, video_file, video_path } = checked(TASK, await readJson(request));
        const named = video_path ?? video_file;
        if (!named) {
          throw new InputFault("video_path is missing, wanted a film or picture", { code: "no_file" });
        }
        const engine = ENGINES[model ?? ""];
        const path = mediaPath(named, roots);
        const job = shared().prepare({ path, id: avatar_id, ...(engine ? { engine } : {}) });
        return { task_id: String(job["job"]) };
      }),
    },
    {
      ...{ method: "GET", path: "/api/avatar/task/{id}", isGuarded: false },
      about: { summary: "LiveTalking: how far a task is.", gives: { 200: anything } },
      answer: enveloped(({ names }) => Promise.resolve().then(() => task(find(names["id"]!)))),
    },
    {
      ...{ method: "GET", path: "/api/avatar/tasks", isGuarded: false },
      about: { summary: "LiveTalking: all tasks.", gives: { 200: anything } },
      answer: enveloped(() => Promise.resolve({ tasks: shared().jobs().map(task) })),
    },
    {
      ...{ method: "DELETE", path: "/api/avatar/task/{id}", isGuarded: false },
      about: { summary: "LiveTalking: stops a task.", gives: { 200: anything } },
      answer: enveloped(async ({ names }) => task(await shared().stopJob(Number(find(names["id"]!)["job"])))),
    },
  ];
}

function task(job: ProgrammeSnapshot) {
  const { state, progress, error } = job as { state: string; progress?: number; error?: string };
  return {
    task_id: String(job["job"]),
    avatar_id: job["id"],
    status: STATUS[state] ?? "pending",
    progress: Math.round((state === "completed" ? 1 : progress ?? 0) * 100),
    error_msg: error ?? "",
  };
}
