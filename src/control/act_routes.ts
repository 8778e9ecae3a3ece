/** Expressions and actions. */
import { z } from "zod";
import { ACT } from "./act_request.ts";
import { readJson } from "./body.ts";
import { checked } from "./checked.ts";
import { json, type Route } from "./route.ts";

const names = z.array(z.string());

export const ACT_ROUTES: readonly Route[] = [
  {
    method: "GET",
    path: "/v1/act",
    isOfProgramme: true,
    about: {
      summary: "The expressions and actions there are.",
      gives: { 200: z.object({ expressions: names, actions: names }) },
    },
    answer: ({ programme }) => json(programme.acts()),
  },
  {
    method: "POST",
    path: "/v1/act",
    isOfProgramme: true,
    about: {
      summary: "Shows an expression from now on, or does an action once.",
      takes: { "application/json": ACT.schema },
      gives: { 202: z.object({ acting: z.string() }) },
    },
    answer: async ({ request, programme }) => {
      const { name } = checked(ACT, await readJson(request));
      programme.act(name);
      return json({ acting: name.trim().toLowerCase() }, 202);
    },
  },
];
