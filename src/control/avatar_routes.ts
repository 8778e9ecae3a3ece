/** Which avatars there are, which one is shown, and those being made. */
import { z } from "zod";
import { newAvatarId, PREPARE, SHOW, STOP_JOB } from "./avatar_requests.ts";
import { readJson, uploadPieces } from "./body.ts";
import { checked } from "./checked.ts";
import { json, type Route } from "./route.ts";
import { spool } from "./spool.ts";
import type { SpoolRoom } from "./spool_room.ts";

const job = z.looseObject({ job: z.int().min(1), state: z.string() });

const uploadQuery = z.object({
  id: newAvatarId,
  engine: z.enum(["musetalk", "wav2lip", "ultralight", "all"]).exactOptional(),
  force: z.enum(["true", "false"]).exactOptional(),
});
const UPLOAD = { schema: uploadQuery, code: "bad_avatar", example: "?id=anna&engine=all" };

/** Making one of a file that comes with the request. */
export function avatarUploadRoute(room: SpoolRoom): Route {
  return {
    method: "POST",
    path: "/v1/avatars/upload",
    isOfProgramme: true,
    rate: "upload",
    about: {
      summary: "Begins to make an avatar of a picture or a film, which is the body.",
      query: uploadQuery,
      takes: { "image/*": null, "video/*": null, "application/octet-stream": null },
      gives: { 202: job },
    },
    answer: async ({ request, url, programme }) => {
      const { session: _session, ...query } = Object.fromEntries(url.searchParams);
      const { id, engine, force } = checked(UPLOAD, query);
      const file = await spool(uploadPieces(request, room.fileBytesMax), "avatar", room);
      try {
        const wishes = {
          ...(engine === undefined ? {} : { engine }),
          ...(force === undefined ? {} : { force: force === "true" }),
        };
        const begun = programme.prepare(
          { path: file.path, id, ...wishes },
          () => file[Symbol.asyncDispose](),
        );
        return json(begun, 202);
      } catch (error) {
        await file[Symbol.asyncDispose]();
        throw error;
      }
    },
  };
}

/** `pathOf`: where a path that a client names really is; throws for one that is not open to it. */
export function avatarRoutes(pathOf: (path: string) => string): readonly Route[] {
  return [...AVATAR_ROUTES, prepareRoute(pathOf)];
}

const AVATAR_ROUTES: readonly Route[] = [
  {
    method: "GET",
    path: "/v1/engines",
    isOfProgramme: true,
    about: { summary: "What moves the lips, and what could.", gives: { 200: z.looseObject({}) } },
    answer: ({ programme }) => json(programme.engines()),
  },
  {
    method: "POST",
    path: "/v1/avatar",
    isOfProgramme: true,
    about: {
      summary: "Shows another avatar; answers when it is on stage.",
      takes: { "application/json": SHOW.schema },
      gives: { 200: SHOW.schema },
    },
    answer: async ({ request, programme }) => {
      const { avatar } = checked(SHOW, await readJson(request));
      await programme.showAvatar(avatar);
      return json({ avatar });
    },
  },
  {
    method: "GET",
    path: "/v1/avatars",
    isOfProgramme: true,
    about: {
      summary: "Every avatar that can be shown.",
      gives: { 200: z.object({ shown: z.string(), avatars: z.array(z.looseObject({})) }) },
    },
    answer: ({ programme }) => json(programme.avatars()),
  },
  {
    method: "GET",
    path: "/v1/avatars/{avatar}/thumbnail",
    isOfProgramme: true,
    about: { summary: "What an avatar looks like, 256 pixels wide.", gives: { 200: "image/webp" } },
    answer: async ({ names, programme }) =>
      new Response(await programme.thumbnail(names["avatar"]!), {
        headers: { "Content-Type": "image/webp", "Cache-Control": "private, max-age=60" },
      }),
  },
  {
    method: "GET",
    path: "/v1/avatars/jobs",
    isOfProgramme: true,
    about: { summary: "Avatars being made, and made.", gives: { 200: z.object({ jobs: z.array(job) }) } },
    answer: ({ programme }) => json({ jobs: programme.jobs() }),
  },
  {
    method: "POST",
    path: "/v1/avatars/stop",
    isOfProgramme: true,
    about: {
      summary: "Stops making one.",
      takes: { "application/json": STOP_JOB.schema },
      gives: { 200: job },
    },
    answer: async ({ request, programme }) =>
      json(await programme.stopJob(checked(STOP_JOB, await readJson(request)).job)),
  },
];

function prepareRoute(pathOf: (path: string) => string): Route {
  return {
    method: "POST",
    path: "/v1/avatars",
    isOfProgramme: true,
    about: {
      summary:
        "Begins to make an avatar of a picture or a clip of this machine; see also /v1/avatars/upload.",
      takes: { "application/json": PREPARE.schema },
      gives: { 202: job },
    },
    answer: async ({ request, programme }) => {
      const { path, id, engine, force } = checked(PREPARE, await readJson(request));
      const wishes = { ...(engine ? { engine } : {}), ...(force === undefined ? {} : { force }) };
      return json(programme.prepare({ path: pathOf(path), id, ...wishes }), 202);
    },
  };
}
