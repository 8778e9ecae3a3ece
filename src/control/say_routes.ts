/** Saying, and being cut off. */
import { z } from "zod";
import { readJson } from "./body.ts";
import { checked } from "./checked.ts";
import { json, type Route } from "./route.ts";
import { SAY, sayBody } from "./say_request.ts";

const utterance = z.object({ utterance: z.int().min(1) });
const numbers = z.array(z.int().min(1));

export const SAY_ROUTES: readonly Route[] = [
  {
    method: "POST",
    path: "/v1/say",
    isOfProgramme: true,
    about: {
      summary: "Speaks a text.",
      takes: { "application/json": sayBody },
      gives: { 202: utterance },
    },
    answer: async ({ request, programme }) => {
      const { interrupt, ...said } = checked(SAY, await readJson(request));
      if (interrupt) programme.interrupt();
      return json(programme.say(said), 202);
    },
  },
  {
    method: "POST",
    path: "/v1/interrupt",
    isOfProgramme: true,
    about: {
      summary: "Cuts off what is being said and drops what waits.",
      gives: { 200: z.object({ interrupted: numbers, kept: numbers }) },
    },
    answer: async ({ request, programme }) => {
      await readJson(request);
      return json(programme.interrupt());
    },
  },
];
