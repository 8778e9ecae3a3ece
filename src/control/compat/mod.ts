import type { ProgrammeHouse } from "../programme_house.ts";
import type { Route } from "../route.ts";
import type { SpoolRoom } from "../spool_room.ts";
import { avatarTaskRoutes } from "./avatar_task_routes.ts";
import { liveOfferRoute } from "./live_offer.ts";
import { liveTalkingRoutes } from "./livetalking_routes.ts";
import { museTalkRoutes } from "./musetalk_routes.ts";
import { CompatSessions } from "./sessions.ts";

export { NumberedHouse } from "./numbered_house.ts";

export interface CompatOptions {
  /** In which sessions are named by numbers. */
  readonly house: ProgrammeHouse;
  readonly mediaRoots: readonly string[];
  readonly room: SpoolRoom;
}

/** Also of the other servers, and without a token here. */
const STATUS_PATH = "/api/webrtc/status/{session}";

/** Our own routes, and those that clients of other servers speak: none of these wants a token. */
export function withCompat(
  own: readonly Route[],
  { house, mediaRoots, room }: CompatOptions,
): readonly Route[] {
  const sessions = new CompatSessions(house);
  const options = { sessions, mediaRoots, room };
  const compat = [
    liveOfferRoute(sessions),
    ...liveTalkingRoutes(options),
    ...avatarTaskRoutes(options),
    ...museTalkRoutes(sessions, mediaRoots),
  ];
  const isReplaced = ({ method, path }: Route) =>
    compat.some((route) => route.method === method && route.path === path);
  return [
    ...own.filter((route) => !isReplaced(route))
      .map((route) => route.path === STATUS_PATH ? { ...route, isGuarded: false } : route),
    ...compat,
  ];
}
