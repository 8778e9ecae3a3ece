/** What needs no token: the page with everything it is made of, and whether the programme is there. */
import { z } from "zod";
import { readJson } from "./body.ts";
import type { Asset } from "./page_assets.ts";
import { json, type Route } from "./route.ts";

/** `isReady`: whether the shared programme runs. */
export function openRoutes(page: ReadonlyMap<string, Asset>, isReady: () => boolean): readonly Route[] {
  const assets = [...page].map(([path, { type, bytes }]): Route => ({
    method: "GET",
    path,
    isGuarded: false,
    about: { summary: path === "/" ? "The page." : "A part of the page.", gives: { 200: type } },
    answer: () => new Response(bytes, { headers: { "Content-Type": type } }),
  }));
  return [...assets, {
    method: "GET",
    path: "/healthz",
    isGuarded: false,
    about: { summary: "Whether the process answers.", gives: { 200: z.object({ status: z.literal("ok") }) } },
    answer: () => json({ status: "ok" }),
  }, {
    method: "GET",
    path: "/readyz",
    isGuarded: false,
    about: {
      summary: "Whether the programme runs.",
      gives: {
        200: z.object({ status: z.literal("ready") }),
        503: z.object({ status: z.literal("starting") }),
      },
    },
    answer: () => isReady() ? json({ status: "ready" }) : json({ status: "starting" }, 503),
  }];
}

/** Wants the token: whoever has it may let a browser in. */
export function pageLinkRoute(pageLink: () => string): Route {
  return {
    method: "POST",
    path: "/v1/page-link",
    about: {
      summary: "A link that lets a browser in, once, within ten minutes.",
      gives: { 200: z.object({ url: z.string() }) },
    },
    answer: async ({ request }) => {
      await readJson(request);
      return json({ url: pageLink() });
    },
  };
}
