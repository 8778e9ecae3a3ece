/**
 * Makes an avatar and waits for it, as clients of MuseTalk do (one to five minutes with their models). One that is there
 * already is there at once. The work goes on where its client has left.
 */
import { delay } from "../../time/mod.ts";
import { HttpProblem, withoutPaths } from "../problem.ts";
import type { ProgrammeControl, ProgrammeSnapshot } from "../programme_control.ts";

const LOOK_MS = 250;
const PREPARE_MS_MAX = 20 * 60_000;

/** `path` is asked only where there is something to be made. Rejects with HttpProblem 400, 503, CapacityFault. */
export async function prepareAvatar(
  programme: ProgrammeControl,
  id: string,
  path: () => string,
  signal: AbortSignal,
): Promise<void> {
  const { avatars } = programme.avatars() as { avatars: readonly ProgrammeSnapshot[] };
  if (avatars.some((one) => one["id"] === id)) return;
  const { job } = programme.prepare({ path: path(), id });
  for (let waitedMs = 0; waitedMs < PREPARE_MS_MAX; waitedMs += LOOK_MS) {
    const now = programme.jobs().find((one) => one["job"] === job);
    if (now?.["state"] === "completed") return;
    if (now?.["state"] !== "running") {
      const why = withoutPaths(String(now?.["error"] ?? "it was stopped"));
      throw new HttpProblem(400, "prepare_failed", `making the avatar failed: ${why}`);
    }
    await delay(LOOK_MS, signal).catch(() => {});
    if (signal.aborted) {
      throw new HttpProblem(503, "closing", "the programme ends, and making the avatar with it");
    }
  }
  throw new HttpProblem(503, "deadline", "making the avatar takes longer than 20 minutes; it goes on");
}
