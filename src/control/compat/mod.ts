import type { ProgrammeHouse } from "../programme_house.ts";
import type { Route } from "../route.ts";
import { avatarTaskRoutes } from "./avatar_task_routes.ts";
import { liveTalkingRoutes } from "./livetalking_routes.ts";
import { museTalkRoutes } from "./musetalk_routes.ts";
import { CompatSessions } from "./sessions.ts";

/** Routes that clients of other servers speak: none of them wants a token. */
export function compatRoutes(house: ProgrammeHouse, mediaRoots: readonly string[]): readonly Route[] {
  const sessions = new CompatSessions(house);
  return [
    ...liveTalkingRoutes(sessions),
    ...avatarTaskRoutes(sessions, mediaRoots),
    ...museTalkRoutes(sessions, mediaRoots),
  ];
}
