/** Recordings: begun, ended, listed, fetched. */
import { z } from "zod";
import { readJson } from "./body.ts";
import { checked } from "./checked.ts";
import { fileAnswer } from "./file_answer.ts";
import { json, type Route } from "./route.ts";

const orderBody = z.strictObject({
  record: z.enum(["start", "stop"]),
  format: z.enum(["mp4", "webm"]).exactOptional(),
});
const ORDER = { schema: orderBody, code: "bad_record", example: '{"record": "start", "format": "mp4"}' };
const TYPES: Readonly<Record<string, string>> = { mp4: "video/mp4", webm: "video/webm" };
const FILM = { "video/mp4": null, "video/webm": null };

export const RECORD_ROUTES: readonly Route[] = [
  {
    method: "GET",
    path: "/v1/record",
    isOfProgramme: true,
    about: {
      summary: "What is being recorded, and what was.",
      gives: {
        200: z.object({
          recording: z.string().nullable(),
          files: z.array(z.object({ id: z.string(), bytes: z.int() })),
        }),
      },
    },
    answer: ({ programme }) => json(programme.recordings()),
  },
  {
    method: "POST",
    path: "/v1/record",
    isOfProgramme: true,
    about: {
      summary: "Begins a recording, or ends it and answers when its file is whole.",
      takes: { "application/json": orderBody },
      gives: { 200: z.object({ id: z.string() }) },
    },
    answer: async ({ request, programme }) => {
      const { record, format = "mp4" } = checked(ORDER, await readJson(request));
      const id = record === "start" ? programme.startRecording(format) : programme.stopRecording();
      return json({ id: await id });
    },
  },
  {
    method: "GET",
    path: "/v1/record/{id}",
    isOfProgramme: true,
    about: { summary: "A finished recording.", gives: { 200: FILM, 206: FILM } },
    answer: async ({ request, names, programme }) => {
      const id = names["id"]!;
      const type = TYPES[id.slice(id.lastIndexOf(".") + 1)] ?? "application/octet-stream";
      return await fileAnswer(request, programme.recordingPath(id), type, id);
    },
  },
];
