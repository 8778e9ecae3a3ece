/**
 * The routes that pages of the MuseTalk WebRTC integration speak, answered by the same programme as /v1. A page that plays the
 * file itself gets its address; its session's stream is silent meanwhile and its frames are counted from the file's first.
 */
import { extname } from "node:path";
import { z } from "zod";
import { Fault, NotFoundFault } from "../../errors/mod.ts";
import { probeAudioFile } from "../../speech/mod.ts";
import { readJson } from "../body.ts";
import { checked } from "../checked.ts";
import { fileAnswer } from "../file_answer.ts";
import { mediaPath } from "../media_roots.ts";
import { describe, HttpProblem } from "../problem.ts";
import { type Contents, json, type Route, type Visit } from "../route.ts";
import { serveSignalling } from "../signalling.ts";
import { answerOffer, offerBody } from "../webrtc_routes.ts";
import { avatarName, newAvatarName } from "./avatar_name.ts";
import { prepareAvatar } from "./prepare_avatar.ts";
import type { CompatSessions } from "./sessions.ts";

/** Browsers play by content, but one that is named rightly starts sooner. */
const TYPES: Readonly<Record<string, string>> = {
  ...{ ".wav": "audio/wav", ".mp3": "audio/mpeg", ".ogg": "audio/ogg", ".opus": "audio/ogg" },
  ...{ ".m4a": "audio/mp4", ".aac": "audio/aac", ".flac": "audio/flac" },
  ...{ ".mp4": "video/mp4", ".webm": "video/webm" },
};
const ANY_TYPE = "application/octet-stream";
const PLAYED: Contents = Object.fromEntries([...Object.values(TYPES), ANY_TYPE].map((type) => [type, null]));
const museOffer = offerBody.extend({ avatar_id: z.string().max(600).nullish() });
const OFFER = { schema: museOffer, code: "bad_offer", example: '{"sdp": "v=0...", "type": "offer"}' };
const status = z.looseObject({ status: z.string() });
const answerBody = z.object({ sdp: z.string(), type: z.literal("answer"), sessionid: z.string() });
const refusal = z.object({ status: z.literal("error"), message: z.string(), detail: z.string() });
const statusBody = z.object({
  initialized: z.boolean(),
  current_avatar: z.string().nullable(),
  loaded_avatars: z.array(z.string()),
});

export function museTalkRoutes(sessions: CompatSessions, mediaRoots: readonly string[]): readonly Route[] {
  const { house } = sessions;
  return [
    {
      ...{ method: "GET", path: "/api/webrtc/musetalk/status", isGuarded: false },
      about: { summary: "MuseTalk: whether it runs, and the avatars.", gives: { 200: statusBody }, refusal },
      answer: plain(() => {
        if (!house.isReady) return { initialized: false, current_avatar: null, loaded_avatars: [] };
        const { shown, avatars } = house.of().avatars() as { shown: string; avatars: { id: string }[] };
        return { initialized: true, current_avatar: shown, loaded_avatars: avatars.map(({ id }) => id) };
      }),
    },
    {
      ...{ method: "POST", path: "/api/webrtc/avatar/initialize", isGuarded: false },
      about: { summary: "MuseTalk: nothing is left to be done.", gives: { 200: status }, refusal },
      answer: plain(() => {
        house.of().state(); // throws while it is starting
        return { status: "success" };
      }),
    },
    {
      ...{ method: "POST", path: "/api/webrtc/avatar/prepare", isGuarded: false, rate: "upload" },
      about: {
        summary: "MuseTalk: makes an avatar of a film; answers when it is done.",
        query: z.object({ avatar_id: z.string(), video_path: z.string() }),
        gives: { 200: status },
        refusal,
      },
      answer: plain(async ({ url, signal }) => {
        const id = newAvatarName(wanted(url, "avatar_id"));
        const path = () => mediaPath(wanted(url, "video_path"), mediaRoots);
        await prepareAvatar(house.of(), id, path, signal);
        return { status: "success", avatar_id: id };
      }),
    },
    {
      ...{ method: "POST", path: "/api/webrtc/realtime/start", isGuarded: false },
      about: {
        summary: "MuseTalk: speaks a file while the page plays it itself.",
        query: z.object({
          session_id: z.string(),
          avatar_id: z.string().exactOptional(),
          audio_path: z.string().exactOptional(),
        }),
        gives: { 200: status },
        refusal,
      },
      answer: plain(({ url }) => start(url, sessions, mediaRoots)),
    },
    {
      ...{ method: "GET", path: "/api/webrtc/audio/{name}", isGuarded: false },
      about: { summary: "MuseTalk: the file to be played.", gives: { 200: PLAYED, 206: PLAYED }, refusal },
      answer: plain(async ({ request, names }) => {
        const path = sessions.file(names["name"]!);
        if (path === undefined) {
          throw new NotFoundFault("there is no such file, wanted the audio_url of a start", {
            code: "no_such_file",
          });
        }
        const extension = extname(path).toLowerCase();
        const type = TYPES[extension] ?? ANY_TYPE;
        // once more: a folder may have become a link meanwhile
        return await fileAnswer(request, mediaPath(path, mediaRoots), type, `audio${extension}`);
      }),
    },
    {
      ...{ method: "POST", path: "/api/webrtc/offer", isGuarded: false, rate: "offer" },
      about: {
        summary: "MuseTalk: watches the programme. With an avatar, a programme of its own.",
        takes: { "application/json": museOffer },
        gives: { 200: answerBody },
        refusal,
      },
      answer: plain(async ({ request, signal }) => {
        const { sdp, avatar_id, avatar = avatar_id } = checked(OFFER, await readJson(request));
        const own = avatar ? { avatar: avatarName(avatar) } : {};
        const answer = await answerOffer(house.webrtc, { sdp, ...own }, signal);
        return { sdp: answer.sdp, type: "answer", sessionid: answer.session };
      }),
    },
    {
      ...{ method: "GET", path: "/api/webrtc/ws", isGuarded: false, isSocket: true },
      about: { summary: "MuseTalk: signalling, as at /v1/webrtc.", gives: { 101: null } },
      answer: (visit) => {
        const { socket, response } = visit.upgrade();
        serveSignalling(socket, house.webrtc, visit.signal, { takeOffer: () => visit.take("offer") });
        return response;
      },
    },
  ];
}

async function start(url: URL, sessions: CompatSessions, mediaRoots: readonly string[]) {
  const { webrtc } = sessions.house;
  const session = wanted(url, "session_id");
  const { fps } = webrtc.status(session);
  const programme = sessions.programme(session);
  const named = url.searchParams.get("audio_path");
  const path = named ? mediaPath(named, mediaRoots) : undefined;
  if (path !== undefined) await probeAudioFile(path);
  const avatar = avatarName(url.searchParams.get("avatar_id") ?? "");
  const { shown } = programme.avatars() as { shown: string };
  if (avatar !== "" && avatar !== shown) await programme.showAvatar(avatar);
  if (sessions.isPlaying(session)) programme.interrupt(); // a new start takes the place of the last
  if (path === undefined) return { status: "realtime_started", audio_url: null, fps };
  const said = programme.sayFile(path, { keepsSilence: true });
  webrtc.beginTake(session, { utterance: said.utterance, isSilent: true });
  const name = sessions.plays(session, path, said.ended);
  return { status: "realtime_started", audio_url: `/api/webrtc/audio/${name}`, fps };
}

/** A handler whose faults are told as pages of theirs and of FastAPI's read them. */
function plain(answer: (visit: Visit) => unknown): Route["answer"] {
  return async (visit) => {
    try {
      const value = await answer(visit);
      return value instanceof Response ? value : json(value);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      const { status, detail, headers } = describe(error);
      if (status === 500) throw error; // told and logged as any other
      const response = json({ status: "error", message: detail, detail }, status);
      for (const [name, value] of Object.entries(headers)) response.headers.set(name, value);
      return response;
    }
  };
}

function wanted(url: URL, name: string): string {
  const value = url.searchParams.get(name);
  if (value) return value;
  throw new HttpProblem(422, "bad_query", `${name} is missing in the address, wanted it`);
}
