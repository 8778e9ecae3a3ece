/** The whole API: every route of every subject, each in a file of its own, and its description. */
import { z } from "zod";
import type { Metric } from "../metrics/mod.ts";
import { ACT_ROUTES } from "./act_routes.ts";
import { avatarRoutes, avatarUploadRoute } from "./avatar_routes.ts";
import { OBS_ROUTES } from "./obs_routes.ts";
import { withCompat } from "./compat/mod.ts";
import type { Asset } from "./page_assets.ts";
import { openRoutes, pageLinkRoute } from "./open_routes.ts";
import type { ProgrammeHouse } from "./programme_house.ts";
import { openApi } from "./openapi.ts";
import { json, type Route } from "./route.ts";
import { RECORD_ROUTES } from "./record_routes.ts";
import { SAY_ROUTES } from "./say_routes.ts";
import { metricsRoute, SETTINGS_ROUTES } from "./settings_routes.ts";
import { soundRoutes } from "./sound_routes.ts";
import { SpoolRoom } from "./spool_room.ts";
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
  /** Where a path that a client names really is; throws for one that is not open to it. */
  readonly pathOf: (path: string) => string;
  /** Numbers of the server's own. */
  readonly metrics: () => readonly Metric[];
  /** Makes a link that lets a browser in once. */
  readonly pageLink: () => string;
}

export function routes(options: TableOptions): readonly Route[] {
  const { house, page, uploadBytesMax, version, compat, pageLink, pathOf, metrics } = options;
  const room = new SpoolRoom(uploadBytesMax);
  const own: readonly Route[] = [
    ...openRoutes(page, () => house.isReady),
    ...STATE_ROUTES,
    ...SAY_ROUTES,
    ...ACT_ROUTES,
    ...avatarRoutes(pathOf),
    ...OBS_ROUTES,
    ...RECORD_ROUTES,
    ...SETTINGS_ROUTES,
    ...soundRoutes(room),
    avatarUploadRoute(room),
    ...webrtcRoutes(house.webrtc),
    metricsRoute(metrics),
    pageLinkRoute(pageLink),
  ];
  const all = compat === undefined ? own : withCompat(own, { ...compat, house, room });
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
