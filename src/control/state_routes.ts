/** What the programme does now and what happens in it: state, events, pictures, its end. */
import { z } from "zod";
import { MJPEG_CONTENT_TYPE } from "../preview/mod.ts";
import { readJson } from "./body.ts";
import { serveEvents } from "./event_socket.ts";
import { json, type Route, streamed } from "./route.ts";
import { eventStream } from "./sse.ts";

const STATE_MS = 1000;

export const STATE_ROUTES: readonly Route[] = [
  {
    method: "GET",
    path: "/v1/state",
    isOfProgramme: true,
    about: { summary: "Everything about the programme right now.", gives: { 200: z.looseObject({}) } },
    answer: ({ programme }) => json(programme.state()),
  },
  {
    method: "GET",
    path: "/v1/events",
    isOfProgramme: true,
    isStream: true,
    isSocket: true,
    about: {
      summary:
        "Speech events as they are heard, as SSE or a WebSocket; with `state` the state every second too.",
      query: z.object({ state: z.string().optional() }),
      gives: { 200: "text/event-stream" },
    },
    answer: (visit) => {
      const { programme, url, signal } = visit;
      const pace = url.searchParams.has("state") ? { stateMs: STATE_MS } : {};
      if (visit.isUpgrade) {
        const { socket, response } = visit.upgrade();
        serveEvents(socket, programme, signal, pace);
        return response;
      }
      return streamed(eventStream(programme, signal, pace), "text/event-stream");
    },
  },
  {
    method: "GET",
    path: "/preview.mjpeg",
    isOfProgramme: true,
    isStream: true,
    about: { summary: "The pictures, as Motion JPEG.", gives: { 200: MJPEG_CONTENT_TYPE } },
    answer: ({ programme, signal }) => streamed(programme.watch(signal), MJPEG_CONTENT_TYPE),
  },
  {
    method: "POST",
    path: "/v1/stop",
    isOfProgramme: true,
    about: {
      summary: "Ends the programme.",
      gives: { 202: z.object({ stopping: z.literal(true) }) },
    },
    answer: async ({ request, programme }) => {
      await readJson(request);
      programme.stop();
      return json({ stopping: true }, 202);
    },
  },
];
