/** Holding still, panic and OBS. */
import { z } from "zod";
import { readJson } from "./body.ts";
import { checked } from "./checked.ts";
import { ORDER, SWITCH } from "./obs_requests.ts";
import { json, type Route } from "./route.ts";

const still = z.looseObject({ isHeld: z.boolean(), isPanic: z.boolean() });
const obs = z.looseObject({});

export const OBS_ROUTES: readonly Route[] = [
  {
    method: "POST",
    path: "/v1/hold",
    isOfProgramme: true,
    about: {
      summary: "Holds the avatar still, or lets it go on.",
      takes: { "application/json": SWITCH.schema },
      gives: { 200: still },
    },
    answer: async ({ request, programme }) =>
      json(programme.hold(checked(SWITCH, await readJson(request)).on)),
  },
  {
    method: "POST",
    path: "/v1/panic",
    isOfProgramme: true,
    about: {
      summary: "As hold, and OBS shows its other scene.",
      takes: { "application/json": SWITCH.schema },
      gives: { 200: still },
    },
    answer: async ({ request, programme }) =>
      json(programme.panic(checked(SWITCH, await readJson(request)).on)),
  },
  {
    method: "GET",
    path: "/v1/obs",
    isOfProgramme: true,
    about: { summary: "What is known of OBS.", gives: { 200: obs } },
    answer: async ({ programme }) => json(await programme.obs()),
  },
  {
    method: "POST",
    path: "/v1/obs",
    isOfProgramme: true,
    about: {
      summary: "Has OBS do one thing.",
      takes: { "application/json": ORDER.schema },
      gives: { 200: obs },
    },
    answer: async ({ request, programme }) =>
      json(await programme.orderObs(checked(ORDER, await readJson(request)))),
  },
];
