/** The whole API: every route of every subject, each in a file of its own, and its description. */
import { z } from "zod";
import { ACT_ROUTES } from "./act_routes.ts";
import { AVATAR_ROUTES, avatarUploadRoute } from "./avatar_routes.ts";
import { OBS_ROUTES } from "./obs_routes.ts";
import { compatRoutes } from "./compat/mod.ts";
import type { Asset } from "./page_assets.ts";
import { openRoutes, pageLinkRoute } from "./open_routes.ts";
import type { ProgrammeHouse } from "./programme_house.ts";
import { openApi } from "./openapi.ts";
import { json, type Route } from "./route.ts";
import { RECORD_ROUTES } from "./record_routes.ts";
import { SAY_ROUTES } from "./say_routes.ts";
import { SETTINGS_ROUTES } from "./settings_routes.ts";
import { soundRoutes } from "./sound_routes.ts";
import { STATE_ROUTES } from "./state_routes.ts";
import { webrtcRoutes } from "./webrtc_routes.ts";

export interface TableOptions {
  readonly house: ProgrammeHouse;
  readonly page: ReadonlyMap<string, Asset>;
  readonly uploadBytesMax: number;
  /** Of this program, told in the API's description. */
  readonly version: string;
  /** Routes of other servers' clients too, and without the token: their folders. */
  readonly compat?: { readonly mediaRoots: readonly string[] };
  /** Makes a link that lets a browser in once. */
  readonly pageLink: () => string;
}

/** These are other servers' as well. */
const SHARED_WITH_COMPAT = new Set(["/offer", "/api/webrtc/status/{session}"]);

export function routes(options: TableOptions): readonly Route[] {
  const { house, page, uploadBytesMax, version, compat, pageLink } = options;
  const all: readonly Route[] = [
    ...openRoutes(page, () => house.isReady),
    ...STATE_ROUTES,
    ...SAY_ROUTES,
    ...ACT_ROUTES,
    ...AVATAR_ROUTES,
    ...OBS_ROUTES,
    ...RECORD_ROUTES,
    ...SETTINGS_ROUTES,
    ...soundRoutes(uploadBytesMax),
    avatarUploadRoute(uploadBytesMax),
    ...webrtcRoutes(house.webrtc).map((route) =>
      compat && SHARED_WITH_COMPAT.has(route.path) ? { ...route, isGuarded: false } : route
    ),
    pageLinkRoute(pageLink),
    ...(compat === undefined ? [] : compatRoutes(house, compat.mediaRoots)),
  ];
  const described: Route = {
    method: "GET",
    path: "/openapi.json",
    isGuarded: false,
    about: { summary: "This description.", gives: { 200: z.looseObject({ openapi: z.string() }) } },
    answer: () => json(document),
  };
  const document = openApi([...all, described], version);
  return [...all, described];
}
