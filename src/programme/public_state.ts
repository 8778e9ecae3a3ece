/** The state as others may see it: without paths of this machine. Device names stay: they say which camera it is. */
import { withoutPaths } from "../control/mod.ts";
import type { AvatarJob } from "./avatar_jobs.ts";
import type { ProgrammeState } from "./state.ts";

/**
 * A link to the page lets somebody in: only its address is told. Where OBS connects to, sockets in a folder of this user,
 * is told where only this machine can ask.
 */
export function publicState(state: ProgrammeState, isLocalOnly: boolean): Record<string, unknown> {
  const { recording, obs, notes, page } = state;
  const { feed } = obs;
  return {
    ...state,
    ...(recording === undefined ? {} : { recording: { ...recording, path: lastPart(recording.path) } }),
    ...(feed === undefined || isLocalOnly ? {} : { obs: { ...obs, feed: { ...feed, places: [] } } }),
    ...(page === undefined ? {} : { page: page.replace(/\?.*$/, "") }),
    notes: isLocalOnly ? notes : notes.map(withoutPaths),
  };
}

export function publicJob(job: AvatarJob): Record<string, unknown> {
  return job.error === undefined ? { ...job } : { ...job, error: withoutPaths(job.error) };
}

function lastPart(path: string): string {
  return path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
}
