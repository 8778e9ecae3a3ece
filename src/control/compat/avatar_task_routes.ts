/**
 * LiveTalking's avatar tasks: the same jobs as those of /v1/avatars, under their names. One runs at a time, so none is ever
 * pending. What their models take beside a film (sizes, shifts, margins) is taken and told as ignored; nobody is notified.
 */
import { z } from "zod";
import { InputFault, NotFoundFault } from "../../errors/mod.ts";
import { readJson, typeOf } from "../body.ts";
import { checked } from "../checked.ts";
import { spoolForm } from "../form.ts";
import { mediaPath } from "../media_roots.ts";
import { FORM_TYPE } from "../multipart.ts";
import { withoutPaths } from "../problem.ts";
import type { PrepareRequest, ProgrammeSnapshot } from "../programme_control.ts";
import type { Route } from "../route.ts";
import type { Spooled } from "../spool.ts";
import { enveloped } from "./envelope.ts";
import type { LiveTalkingOptions } from "./livetalking_routes.ts";

const taskBody = z.looseObject({
  model: z.string().max(40).nullish(),
  avatar_id: z.string().min(1).max(80),
  video_file: z.string().nullish(),
  video_path: z.string().nullish(),
});
const TASK = {
  schema: taskBody,
  code: "bad_request",
  example: '{"model": "wav2lip", "avatar_id": "anna", "video_path": "anna.mp4"}',
};
const ENGINES: Readonly<Record<string, string>> = {
  musetalk: "musetalk",
  wav2lip: "wav2lip",
  wav2lip256: "wav2lip",
  wav2lip384: "wav2lip",
  ultralight: "ultralight",
};
const STATUS: Readonly<Record<string, string>> = {
  running: "running",
  completed: "completed",
  failed: "failed",
  stopped: "failed",
};
const envelope = z.object({ code: z.int(), msg: z.string(), data: z.unknown() });
const TASK_PATH = "/api/avatar/task/{id}";

export function avatarTaskRoutes({ sessions, mediaRoots, uploadBytesMax }: LiveTalkingOptions): Route[] {
  const shared = () => sessions.programme(0);
  const deleted = new Set<number>();
  const jobs = () => shared().jobs().filter(({ job }) => !deleted.has(Number(job)));
  const find = (id: string): ProgrammeSnapshot => {
    const job = jobs().find((one) => String(one["job"]) === id);
    if (job !== undefined) return job;
    throw new NotFoundFault("there is no such task, wanted a task_id of one that was begun here", {
      code: "no_such_job",
    });
  };
  const begin = (body: z.output<typeof taskBody>, file?: Spooled) => {
    const { model, avatar_id: id, video_file, video_path, ...others } = body;
    const engine = engineOf(model ?? "");
    const named = video_path || video_file;
    if (file === undefined && !named) {
      throw new InputFault("video_path is missing, wanted a film or a picture", { code: "no_file" });
    }
    const path = file?.path ?? mediaPath(named!, mediaRoots);
    const request: PrepareRequest = { path, id, ...(engine === undefined ? {} : { engine }) };
    const job = shared().prepare(request, () => file?.[Symbol.asyncDispose]());
    return { task_id: String(job["job"]), ignored: Object.keys(others).slice(0, 32) };
  };
  return [
    {
      ...{ method: "POST", path: "/api/avatar/task", isGuarded: false, rate: "upload" },
      about: {
        summary: "LiveTalking: begins to make an avatar.",
        takes: { "application/json": taskBody, [FORM_TYPE]: taskBody.extend({ video_file: z.file() }) },
        gives: { 200: envelope },
      },
      answer: enveloped(async ({ request }) => {
        if (typeOf(request) !== FORM_TYPE) return begin(checked(TASK, await readJson(request)));
        const wishes = { files: ["video_file"], purpose: "avatar", bytesMax: uploadBytesMax } as const;
        const { fields, file } = await spoolForm(request, wishes);
        try {
          return begin(checked(TASK, { ...fields }), file);
        } catch (error) {
          await file?.[Symbol.asyncDispose]();
          throw error;
        }
      }),
    },
    {
      ...{ method: "GET", path: TASK_PATH, isGuarded: false },
      about: { summary: "LiveTalking: how far a task is.", gives: { 200: envelope } },
      answer: enveloped(({ names }) => taskOf(find(names["id"]!))),
    },
    {
      ...{ method: "GET", path: "/api/avatar/tasks", isGuarded: false },
      about: { summary: "LiveTalking: all tasks.", gives: { 200: envelope } },
      answer: enveloped(() => ({ tasks: jobs().map(taskOf) })),
    },
    {
      ...{ method: "DELETE", path: TASK_PATH, isGuarded: false },
      about: { summary: "LiveTalking: stops a task and forgets it.", gives: { 200: envelope } },
      answer: enveloped(async ({ names }) => {
        const job = Number(find(names["id"]!)["job"]);
        const ended = taskOf(await shared().stopJob(job));
        const known = new Set(shared().jobs().map((one) => Number(one["job"])));
        for (const old of deleted) if (!known.has(old)) deleted.delete(old);
        deleted.add(job);
        return ended;
      }),
    },
  ];
}

/** Undefined: what suits the avatar. Throws InputFault `unknown_model`. */
function engineOf(model: string): string | undefined {
  if (model === "") return undefined;
  const engine = ENGINES[model.toLowerCase()];
  if (engine !== undefined) return engine;
  throw new InputFault(`there is no such model, wanted one of ${Object.keys(ENGINES).join(", ")}`, {
    code: "unknown_model",
  });
}

function taskOf(job: ProgrammeSnapshot) {
  const { state, progress, error } = job as { state: string; progress?: number; error?: string };
  return {
    task_id: String(job["job"]),
    avatar_id: job["id"],
    status: STATUS[state] ?? "pending",
    progress: Math.round((state === "completed" ? 1 : progress ?? 0) * 100),
    error_msg: state === "stopped" ? "it was stopped" : withoutPaths(error ?? ""),
  };
}
