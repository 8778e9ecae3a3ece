/**
 * The routes that clients of LiveTalking speak, answered by the same programme as /v1: names and envelopes are translated
 * here and nothing else happens. What differs is in docs/compat.md.
 */
import { z } from "zod";
import { probeAudioFile } from "../../speech/mod.ts";
import { readJson } from "../body.ts";
import { checked } from "../checked.ts";
import { fileAnswer } from "../file_answer.ts";
import { spoolForm } from "../form.ts";
import { mediaPath } from "../media_roots.ts";
import { FORM_TYPE } from "../multipart.ts";
import type { Contents, Route } from "../route.ts";
import { speakFile } from "../spoken_file.ts";
import type { SpoolRoom } from "../spool_room.ts";
import { customAction } from "./custom_actions.ts";
import { answered, enveloped, refusal } from "./envelope.ts";
import { HUMAN, human, sayHuman } from "./human.ts";
import { SessionRecordings } from "./recordings.ts";
import { type CompatSessions, sessionName } from "./sessions.ts";
import { talkEvents } from "./talk_events.ts";

const ofSession = z.looseObject({ sessionid: sessionName });
const OF_SESSION = { schema: ofSession, code: "bad_request", example: '{"sessionid": 123456789}' };
const recordBody = z.looseObject({ sessionid: sessionName, type: z.enum(["start_record", "end_record"]) });
const RECORD = {
  schema: recordBody,
  code: "bad_request",
  example: '{"sessionid": 123456789, "type": "start_record"}',
};
const audioType = z.looseObject({ sessionid: sessionName, audiotype: z.int().min(0) });
const AUDIO_TYPE = {
  schema: audioType,
  code: "bad_request",
  example: '{"sessionid": 123456789, "audiotype": 2}',
};
const audioForm = z.object({ sessionid: z.string().optional(), file: z.file() });

export interface LiveTalkingOptions {
  readonly sessions: CompatSessions;
  readonly mediaRoots: readonly string[];
  readonly room: SpoolRoom;
}

export function liveTalkingRoutes({ sessions, mediaRoots, room }: LiveTalkingOptions): Route[] {
  const recordings = new SessionRecordings(sessions);
  return [
    post("/human", "speaks a text.", json(human), async ({ request }) => {
      return { utterance: sayHuman(sessions, checked(HUMAN, await readJson(request))) };
    }),
    {
      ...post("/humanaudio", "speaks a sound file.", { [FORM_TYPE]: audioForm }, async ({ request }) => {
        const wishes = { files: ["file"], purpose: "sound", room } as const;
        const { fields, file } = await spoolForm(request, wishes);
        const metadata = {};
        sessions.says(metadata, "");
        try {
          const programme = sessions.programme(fields["sessionid"]);
          return { utterance: (await speakFile(programme, file, { metadata })).utterance };
        } catch (error) {
          await file?.[Symbol.asyncDispose]();
          throw error;
        }
      }),
      rate: "upload",
    },
    post("/interrupt_talk", "cuts speech off.", json(ofSession), async ({ request }) => {
      const { sessionid } = checked(OF_SESSION, await readJson(request));
      sessions.programme(sessionid).interrupt();
    }),
    post("/is_speaking", "whether it speaks.", json(ofSession), async ({ request }) => {
      const { sessionid } = checked(OF_SESSION, await readJson(request));
      const { picture } = sessions.programme(sessionid).state() as { picture?: { phase?: string } };
      return picture?.phase === "speaking" || picture?.phase === "paused";
    }),
    post("/record", "begins or ends a recording.", json(recordBody), async ({ request }) => {
      const { sessionid, type } = checked(RECORD, await readJson(request));
      if (type === "start_record") await recordings.start(sessionid);
      else await recordings.end(sessionid);
    }),
    {
      ...{ method: "GET", path: "/record/{sessionid}", isGuarded: false },
      about: {
        summary: "LiveTalking: the last recording of a session.",
        gives: { 200: "video/mp4", 206: "video/mp4" },
      },
      answer: async ({ request, names }) => {
        const { id, path } = await recordings.path(names["sessionid"]);
        return await fileAnswer(request, path, "video/mp4", id);
      },
    },
    post("/set_audiotype", "does an action once.", json(audioType), async ({ request }) => {
      const { sessionid, audiotype } = checked(AUDIO_TYPE, await readJson(request));
      const programme = sessions.programme(sessionid);
      const action = customAction(audiotype, sessions.brought(sessionid), programme.acts().actions);
      if (action === undefined) return {};
      const { name, audiopath } = action;
      if (audiopath === undefined) programme.act(name);
      else {
        const path = mediaPath(audiopath, mediaRoots);
        await probeAudioFile(path);
        programme.sayFile(path, { cue: name });
      }
      return { action: name };
    }),
    {
      ...{ method: "GET", path: "/sse", isGuarded: false, isStream: true },
      about: {
        summary: "LiveTalking: where speech begins and ends.",
        query: z.object({ sessionid: z.string().exactOptional() }),
        gives: { 200: { "text/event-stream": null, "application/json": refusal } },
        refusal,
      },
      answer: enveloped(({ url, signal }) => {
        const programme = sessions.programme(url.searchParams.get("sessionid"));
        return talkEvents(programme, (metadata) => sessions.saidWith(metadata), signal);
      }),
    },
  ];
}

function post(
  path: string,
  summary: string,
  takes: Contents,
  answer: Parameters<typeof enveloped>[0],
): Route {
  return {
    ...{ method: "POST", path, isGuarded: false },
    about: { summary: `LiveTalking: ${summary}`, takes, gives: { 200: answered }, refusal },
    answer: enveloped(answer),
  };
}

function json(schema: z.ZodType): Contents {
  return { "application/json": schema };
}
