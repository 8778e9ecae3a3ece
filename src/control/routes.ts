/** The whole API: every route of every subject, each in a file of its own. */
import { ACT_ROUTES } from "./act_routes.ts";
import { AVATAR_ROUTES } from "./avatar_routes.ts";
import { OBS_ROUTES } from "./obs_routes.ts";
import type { Asset } from "./page_assets.ts";
import { pageRoutes } from "./page_routes.ts";
import type { ProgrammeHouse } from "./programme_house.ts";
import type { Route } from "./route.ts";
import { SAY_ROUTES } from "./say_routes.ts";
import { STATE_ROUTES } from "./state_routes.ts";
import { webrtcRoutes } from "./webrtc_routes.ts";

export function routes(house: ProgrammeHouse, page: ReadonlyMap<string, Asset>): readonly Route[] {
  return [
    ...pageRoutes(page),
    ...STATE_ROUTES,
    ...SAY_ROUTES,
    ...ACT_ROUTES,
    ...AVATAR_ROUTES,
    ...OBS_ROUTES,
    ...webrtcRoutes(house.webrtc),
  ];
}
