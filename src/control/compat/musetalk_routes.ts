/**
 * The routes that pages of the MuseTalk WebRTC integration speak, answered by the same programme as /v1. A page that plays the
 * file itself gets its address; its session's stream is silent meanwhile and its frames are counted from the file's first.
 */
import { extname } from "node:path";
import { z } from "zod";
import { Fault, NotFoundFault, oneLine } from "../../errors/mod.ts";
import { delay } from "../../time/mod.ts";
import { fileAnswer } from "../file_answer.ts";
import { mediaPath } from "../media_roots.ts";
import { HttpProblem, withoutPaths } from "../problem.ts";
import type { ProgrammeControl } from "../programme_control.ts";
import { json, type Route, type Visit } from "../route.ts";
import { serveSignalling } from "../signalling.ts";
import { offerAsJson } from "../webrtc_routes.ts";
import type { CompatSessions } from "./sessions.ts";

const LOOK_MS = 500;
const PREPARE_MS_MAX = 20 * 60_000;
const TYPES: Readonly<Record<string, string>> = {
  ".wav": "audio/wav",
  ".mp3": "audio/mpeg",
  ".ogg": "audio/ogg",
  ".m4a": "audio/mp4",
  ".flac": "audio/flac",
};
const status = z.looseObject({ status: z.string() });

export function museTalkRoutes(sessions: CompatSessions, roots: readonly string[]): readonly Route[] {
  const { house } = sessions;
  const post = (
    path: string,
    summary: string,
    query: z.ZodObject | undefined,
    answer: Route["answer"],
  ): Route => ({
    ...{ method: "POST", path, isGuarded: false },
    about: { summary: `MuseTalk: ${summary}`, gives: { 200: status }, ...(query ? { query } : {}) },
    answer: plain(answer),
  });
  return [
    {
      ...{ method: "GET", path: "/api/webrtc/musetalk/status", isGuarded: false },
      about: {
        summary: "MuseTalk: whether it runs, and the avatars.",
        gives: {
          200: z.object({
            initialized: z.boolean(),
            current_avatar: z.string().nullable(),
            loaded_avatars: z.array(z.string()),
          }),
        },
      },
      answer: () => {
        if (!house.isReady) return json({ initialized: false, current_avatar: null, loaded_avatars: [] });
        const { shown, avatars } = house.of().avatars() as { shown: string; avatars: { id: string }[] };
        return json({
          initialized: true,
          current_avatar: shown,
          loaded_avatars: avatars.map(({ id }) => id),
        });
      },
    },
    post("/api/webrtc/avatar/initialize", "nothing is left to be done.", undefined, () => {
      house.of().state();
      return json({ status: "success" });
    }),
    post(
      "/api/webrtc/avatar/prepare",
      "makes an avatar of a film; answers when it is done.",
      z.object({ avatar_id: z.string(), video_path: z.string() }),
      async ({ url, signal }) => {
        const id = wanted(url, "avatar_id");
        const path = mediaPath(wanted(url, "video_path"), roots);
        const programme = house.of();
        const { job } = programme.prepare({ path, id }) as { job: number };
        await prepared(programme, job, signal);
        return json({ status: "success", avatar_id: id });
      },
    ),
    post(
      "/api/webrtc/realtime/start",
      "speaks a file while the page plays it itself.",
      z.object({ session_id: z.string(), avatar_id: z.string().exactOptional(), audio_path: z.string() }),
      async ({ url }) => {
        const session = wanted(url, "session_id");
        const path = mediaPath(wanted(url, "audio_path"), roots);
        const { fps } = house.webrtc.status(session);
        const programme = house.of(session);
        const avatar = url.searchParams.get("avatar_id");
        const { shown } = programme.avatars() as { shown: string };
        if (avatar && avatar !== shown) await programme.showAvatar(avatar);
        const { utterance } = programme.sayFile(path, {});
        house.webrtc.beginTake(session, { utterance, isSilent: true });
        sessions.plays(session, path);
        return json({ status: "realtime_started", audio_url: `/api/webrtc/audio/${session}`, fps });
      },
    ),
    {
      ...{ method: "GET", path: "/api/webrtc/audio/{session}", isGuarded: false },
      about: {
        summary: "MuseTalk: the file that a session follows.",
        gives: { 200: "audio/*", 206: "audio/*" },
      },
      answer: async ({ request, names }) => {
        const path = sessions.file(names["session"]!);
        if (path === undefined) {
          throw new NotFoundFault("this session follows no file", { code: "no_such_file" });
        }
        const type = TYPES[extname(path).toLowerCase()] ?? "application/octet-stream";
        return await fileAnswer(request, path, type, `audio${extname(path)}`);
      },
    },
    {
      ...{ method: "POST", path: "/api/webrtc/offer", isGuarded: false, rate: "offer" },
      about: { summary: "MuseTalk: an offer as JSON.", gives: { 200: z.looseObject({ sdp: z.string() }) } },
      answer: (visit) => offerAsJson(visit, house.webrtc),
    },
    {
      ...{ method: "GET", path: "/api/webrtc/ws", isGuarded: false, isSocket: true, rate: "offer" },
      about: { summary: "MuseTalk: signalling.", gives: { 101: null } },
      answer: (visit) => {
        const { socket, response } = visit.upgrade();
        serveSignalling(socket, house.webrtc, visit.signal);
        return response;
      },
    },
  ];
}

/** As FastAPI's clients read it: {"detail"} beside our own fields. */
function plain(answer: Route["answer"]): Route["answer"] {
  return async (visit: Visit) => {
    try {
      return await answer(visit);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      const code = error instanceof HttpProblem ? error.status : error instanceof NotFoundFault ? 404 : 400;
      const detail = withoutPaths(oneLine(error));
      return json({ status: "error", message: detail, detail }, code);
    }
  };
}

function wanted(url: URL, name: string): string {
  const value = url.searchParams.get(name);
  if (value) return value;
  throw new HttpProblem(422, "bad_query", `${name} is missing in the address, wanted it`);
}

async function prepared(programme: ProgrammeControl, job: number, signal: AbortSignal): Promise<void> {
  for (let waitedMs = 0; waitedMs < PREPARE_MS_MAX; waitedMs += LOOK_MS) {
    const now = programme.jobs().find((one) => one["job"] === job);
    if (now?.["state"] === "completed") return;
    if (now?.["state"] !== "running") {
      throw new Fault(String(now?.["error"] ?? "it was stopped"), { code: "prepare_failed" });
    }
    await delay(LOOK_MS, signal);
  }
  throw new Fault("making the avatar takes longer than 20 minutes; it goes on", { code: "deadline" });
}
