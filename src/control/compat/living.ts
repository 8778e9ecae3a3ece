/**
 * What is remembered of sessions. In: a map in the order of what came first, and who lives. Out: the map with at most `max`
 * entries, of which none is of a session that goes on: those that ended go first, the oldest of them before the others.
 */
import { NotFoundFault } from "../../errors/mod.ts";
import type { WebRtcControl } from "../webrtc_control.ts";

/** Of sessions that live there are never many: where these alone are more than `max`, all of them stay. */
export function forgetEnded<T>(
  map: Map<string, T>,
  max: number,
  isLive: (key: string, value: T) => boolean,
): void {
  if (map.size <= max) return;
  for (const [key, value] of [...map]) {
    if (map.size <= max) return;
    if (!isLive(key, value)) map.delete(key);
  }
}

export function isLive(webrtc: WebRtcControl, session: string): boolean {
  try {
    webrtc.status(session);
    return true;
  } catch (error) {
    if (error instanceof NotFoundFault) return false;
    throw error;
  }
}
