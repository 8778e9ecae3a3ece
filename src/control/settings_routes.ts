/** Voices, settings, what is wrong with the machine, numbers for a monitor. */
import { z } from "zod";
import { exposition, EXPOSITION_TYPE, type Metric } from "../metrics/mod.ts";
import { readJson } from "./body.ts";
import { checked } from "./checked.ts";
import { withoutPaths } from "./problem.ts";
import { json, type Route } from "./route.ts";

/** Null: any that fits the text. */
const voiceBody = z.strictObject({ voice: z.string().min(1).max(200).nullable() });
const VOICE = { schema: voiceBody, code: "bad_voice", example: '{"voice": "en-us"}' };
const changes = z.strictObject({
  voice: z.string().min(1).max(200).exactOptional(),
  expression: z.string().min(1).max(40).exactOptional(),
});
const CHANGES = {
  schema: changes,
  code: "bad_setting",
  example: '{"voice": "en-us", "expression": "happy"}; other settings are of the next start',
};

export const SETTINGS_ROUTES: readonly Route[] = [
  {
    method: "GET",
    path: "/v1/voices",
    isOfProgramme: true,
    about: {
      summary: "Voices of the speech engine, and which speaks where a text names none.",
      gives: {
        200: z.object({
          voice: z.string().nullable(),
          voices: z.array(z.object({ id: z.string(), name: z.string(), languages: z.array(z.string()) })),
        }),
      },
    },
    answer: ({ programme }) => json(programme.voices()),
  },
  {
    method: "POST",
    path: "/v1/voice",
    isOfProgramme: true,
    about: {
      summary: "The voice of texts from now on that name none.",
      takes: { "application/json": voiceBody },
      gives: { 200: voiceBody },
    },
    answer: async ({ request, programme }) => {
      const { voice } = checked(VOICE, await readJson(request));
      programme.setVoice(voice);
      return json({ voice });
    },
  },
  {
    method: "GET",
    path: "/v1/config",
    isOfProgramme: true,
    about: { summary: "The settings, without secrets and paths.", gives: { 200: z.looseObject({}) } },
    answer: ({ programme }) => json(programme.settings()),
  },
  {
    method: "POST",
    path: "/v1/config",
    isOfProgramme: true,
    about: {
      summary: "Changes what can be changed while it runs.",
      takes: { "application/json": changes },
      gives: { 200: changes },
    },
    answer: async ({ request, programme }) => {
      const wanted = checked(CHANGES, await readJson(request));
      if (wanted.voice !== undefined) programme.setVoice(wanted.voice);
      if (wanted.expression !== undefined) programme.act(wanted.expression);
      return json(wanted);
    },
  },
  {
    method: "GET",
    path: "/v1/doctor",
    isOfProgramme: true,
    about: {
      summary: "What is wrong with this machine, and the mends.",
      gives: { 200: z.object({ findings: z.array(z.looseObject({ id: z.string(), state: z.string() })) }) },
    },
    answer: async ({ programme }) => {
      const findings = (await programme.findings()).map((finding) => ({
        ...finding,
        says: withoutPaths(String(finding["says"])),
      }));
      return json({ findings });
    },
  },
];

/** `own`: of the server, beside those of the programme. */
export function metricsRoute(own: () => readonly Metric[]): Route {
  return {
    method: "GET",
    path: "/metrics",
    isOfProgramme: true,
    about: { summary: "Every number there is, for Prometheus.", gives: { 200: "text/plain" } },
    answer: ({ programme }) =>
      new Response(exposition([...programme.metrics(), ...own()]), {
        headers: { "Content-Type": EXPOSITION_TYPE },
      }),
  };
}
