/**
 * The routes that clients of LiveTalking speak, answered by the same programme as /v1: names and envelopes are translated
 * here and nothing else happens. What differs is in docs/compat.md.
 */
import { z } from "zod";
import { InputFault, NotFoundFault } from "../../errors/mod.ts";
import { readForm, readJson } from "../body.ts";
import { checked } from "../checked.ts";
import { fileAnswer } from "../file_answer.ts";
import type { Route, RouteAbout } from "../route.ts";
import { spool } from "../spool.ts";
import { enveloped } from "./envelope.ts";
import type { CompatSessions } from "./sessions.ts";
import { talkEvents } from "./talk_events.ts";

const session = z.union([z.string().max(128), z.int()]).nullish();
const anything = z.looseObject({});
const human = z.looseObject({
  sessionid: session,
  text: z.string(),
  type: z.string().nullish(),
  interrupt: z.boolean().nullish(),
  tts: z.looseObject({ voice: z.string().nullish() }).nullish(),
});
const ofSession = z.looseObject({ sessionid: session });
const recordBody = z.looseObject({ sessionid: session, type: z.enum(["start_record", "end_record"]) });
const audioType = z.looseObject({ sessionid: session, audiotype: z.int().min(0) });

const UPLOAD_BYTES_MAX = 64 * 1024 * 1024;
/** Theirs numbers what an application adds from 2 on: 0 and 1 are the avatar's own idle and speech. */
const FIRST_ACTION = 2;

const wish = <T>(schema: z.ZodType<T>, example: string) => ({ schema, code: "bad_request", example });
const about = (summary: string, takes?: RouteAbout["takes"]): RouteAbout => ({
  summary: `LiveTalking: ${summary}`,
  ...(takes ? { takes } : {}),
  gives: { 200: anything },
});
const jsonBody = (schema: z.ZodType) => ({ "application/json": schema });

export function liveTalkingRoutes(sessions: CompatSessions): readonly Route[] {
  const post = (path: string, what: RouteAbout, answer: Parameters<typeof enveloped>[0]): Route => ({
    ...{ method: "POST", path, isGuarded: false, about: what },
    answer: enveloped(answer),
  });
  return [
    post("/human", about("speaks a text.", jsonBody(human)), async ({ request }) => {
      const body = checked(wish(human, '{"sessionid", "text", "type": "echo"}'), await readJson(request));
      const { sessionid, text, type, interrupt, tts, ...own } = body;
      if (type === "chat") {
        throw new InputFault("no language model answers here, wanted type echo with the text to speak", {
          code: "no_chat",
        });
      }
      const programme = sessions.programme(sessionid);
      if (interrupt) programme.interrupt();
      const voice = tts?.voice;
      const { utterance } = programme.say({ text, metadata: { text, own }, ...(voice ? { voice } : {}) });
      return { utterance };
    }),
    {
      ...post(
        "/humanaudio",
        about("speaks a sound file.", { "multipart/form-data": null }),
        async ({ request }) => {
          const form = await readForm(request, UPLOAD_BYTES_MAX);
          const file = form.get("file");
          if (!(file instanceof File)) {
            throw new InputFault("the form has no file, wanted fields sessionid and file", {
              code: "no_file",
            });
          }
          const programme = sessions.programme(form.get("sessionid"));
          const spooled = await spool(file.stream(), "sound");
          try {
            const said = programme.sayFile(spooled.path, { metadata: { text: "", own: {} } });
            said.ended.then(() => spooled[Symbol.asyncDispose]());
            return { utterance: said.utterance };
          } catch (error) {
            await spooled[Symbol.asyncDispose]();
            throw error;
          }
        },
      ),
      rate: "upload",
    },
    post("/interrupt_talk", about("cuts speech off.", jsonBody(ofSession)), async ({ request }) => {
      const { sessionid } = checked(wish(ofSession, '{"sessionid"}'), await readJson(request));
      sessions.programme(sessionid).interrupt();
    }),
    {
      ...post("/is_speaking", about("whether it speaks.", jsonBody(ofSession)), async ({ request }) => {
        const { sessionid } = checked(wish(ofSession, '{"sessionid"}'), await readJson(request));
        const { picture } = sessions.programme(sessionid).state() as { picture?: { phase?: string } };
        return picture?.phase === "speaking" || picture?.phase === "paused";
      }),
    },
    post("/record", about("begins or ends a recording.", jsonBody(recordBody)), async ({ request }) => {
      const { sessionid, type } = checked(
        wish(recordBody, '{"sessionid", "type": "start_record"}'),
        await readJson(request),
      );
      const programme = sessions.programme(sessionid);
      if (type === "start_record") await programme.startRecording("mp4");
      else sessions.recorded(sessionid, await programme.stopRecording());
    }),
    {
      ...{ method: "GET", path: "/record/{sessionid}", isGuarded: false },
      about: { summary: "LiveTalking: the last recording of a session.", gives: { 200: "video/mp4" } },
      answer: async ({ request, names }) => {
        const id = sessions.recording(names["sessionid"]);
        if (id === undefined) {
          throw new NotFoundFault("this session has no recording", { code: "no_such_recording" });
        }
        const path = sessions.programme(names["sessionid"]).recordingPath(id);
        return await fileAnswer(request, path, "video/mp4", id);
      },
    },
    post("/set_audiotype", about("does an action once.", jsonBody(audioType)), async ({ request }) => {
      const { sessionid, audiotype } = checked(
        wish(audioType, '{"sessionid", "audiotype": 2}'),
        await readJson(request),
      );
      const programme = sessions.programme(sessionid);
      const { actions } = programme.acts();
      if (audiotype < FIRST_ACTION) return programme.act("neutral");
      const name = actions[audiotype - FIRST_ACTION];
      if (name === undefined) {
        throw new InputFault(
          `audiotype is ${audiotype}, wanted ${FIRST_ACTION} to ${FIRST_ACTION + actions.length - 1}: ${
            actions.join(", ")
          }`,
          { code: "unknown_act" },
        );
      }
      programme.act(name);
    }),
    {
      ...{ method: "GET", path: "/sse", isGuarded: false, isStream: true },
      about: {
        summary: "LiveTalking: where speech begins and ends.",
        query: z.object({ sessionid: z.string().exactOptional() }),
        gives: { 200: "text/event-stream" },
      },
      answer: ({ url, signal }) => talkEvents(sessions.programme(url.searchParams.get("sessionid")), signal),
    },
  ];
}
