/**
 * LiveTalking's avatar tasks: the same jobs as those of /v1/avatars, under their names. One runs at a time, so none is ever
 * pending. What their models take beside a film (sizes, shifts, margins) is taken and told as ignored; nobody is notified.
 */
import { z } from "zod";
import { InputFault } from "../../errors/mod.ts";
import { readJson, typeOf } from "../body.ts";
import { checked } from "../checked.ts";
import { spoolForm } from "../form.ts";
import { mediaPath } from "../media_roots.ts";
import { FORM_TYPE } from "../multipart.ts";
import type { Route } from "../route.ts";
import type { Spooled } from "../spool.ts";
import { newAvatarName } from "./avatar_name.ts";
import { AvatarTasks } from "./avatar_tasks.ts";
import { answered, enveloped, refusal } from "./envelope.ts";
import type { LiveTalkingOptions } from "./livetalking_routes.ts";

const taskBody = z.looseObject({
  model: z.string().max(40).nullish(),
  avatar_id: z.string().min(1).max(80),
  video_file: z.string().nullish(),
  video_path: z.string().nullish(),
  task_id: z.union([z.string().max(128), z.int()]).nullish(),
});
const TASK = {
  schema: taskBody,
  code: "bad_request",
  example: '{"model": "wav2lip", "avatar_id": "anna", "video_path": "anna.mp4"}',
};
const ENGINES: ReadonlyMap<string, string> = new Map([
  ["musetalk", "musetalk"],
  ["wav2lip", "wav2lip"],
  ["wav2lip256", "wav2lip"],
  ["wav2lip384", "wav2lip"],
  ["ultralight", "ultralight"],
]);
const TASK_PATH = "/api/avatar/task/{id}";

export function avatarTaskRoutes({ sessions, mediaRoots, room }: LiveTalkingOptions): Route[] {
  const tasks = new AvatarTasks(() => sessions.programme(0));
  const begin = (body: z.output<typeof taskBody>, file?: Spooled) => {
    const { model, avatar_id, video_file, video_path, task_id, ...others } = body;
    const engine = engineOf(model ?? "");
    const named = video_path || video_file;
    if (file === undefined && !named) {
      throw new InputFault("video_path is missing, wanted a film or a picture", { code: "no_file" });
    }
    const path = file?.path ?? mediaPath(named!, mediaRoots);
    const request = { path, id: newAvatarName(avatar_id), ...(engine === undefined ? {} : { engine }) };
    const wishes = { name: nameOf(task_id), model: model ?? "" };
    const name = tasks.begin(request, wishes, () => file?.[Symbol.asyncDispose]());
    return { task_id: name, ignored: Object.keys(others).slice(0, 32) };
  };
  return [
    {
      ...{ method: "POST", path: "/api/avatar/task", isGuarded: false, rate: "upload" },
      about: {
        summary: "LiveTalking: begins to make an avatar.",
        takes: {
          "application/json": taskBody,
          [FORM_TYPE]: taskBody.extend({ video_file: z.file().optional() }),
        },
        gives: { 200: answered },
        refusal,
      },
      answer: enveloped(async ({ request }) => {
        if (typeOf(request) !== FORM_TYPE) return begin(checked(TASK, await readJson(request)));
        const wishes = { files: ["video_file"], purpose: "avatar", room } as const;
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
      about: { summary: "LiveTalking: how far a task is.", gives: { 200: answered }, refusal },
      answer: enveloped(({ names }) => tasks.task(names["id"]!)),
    },
    {
      ...{ method: "GET", path: "/api/avatar/tasks", isGuarded: false },
      about: { summary: "LiveTalking: all tasks.", gives: { 200: answered }, refusal },
      answer: enveloped(() => ({ tasks: tasks.all() })),
    },
    {
      ...{ method: "DELETE", path: TASK_PATH, isGuarded: false },
      about: { summary: "LiveTalking: stops a task and forgets it.", gives: { 200: answered }, refusal },
      answer: enveloped(async ({ names }) => ({
        msg: "Task deleted",
        ...await tasks.delete(names["id"]!),
      })),
    },
  ];
}

/** Undefined: what suits the avatar. Throws InputFault `unknown_model`. */
function engineOf(model: string): string | undefined {
  if (model === "") return undefined;
  const engine = ENGINES.get(model.toLowerCase());
  if (engine !== undefined) return engine;
  throw new InputFault(`there is no such model, wanted one of ${[...ENGINES.keys()].join(", ")}`, {
    code: "unknown_model",
  });
}

/** What the client calls it; undefined where it leaves that to us. */
function nameOf(id: string | number | null | undefined): string | undefined {
  return id === null || id === undefined || id === "" ? undefined : String(id);
}
