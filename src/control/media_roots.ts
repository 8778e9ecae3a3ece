/**
 * Files of this machine that a client may name: inside the folders of `mediaRoots` and nowhere else, links followed before it
 * is decided. A path of another machine's layout is tried by its last parts, so "../data/audio/a.wav" is found as
 * data/audio/a.wav, audio/a.wav or a.wav.
 */
import { join, sep } from "node:path";
import { HttpProblem } from "./problem.ts";

const PATH_CHARS_MAX = 1024;
const PARTS_MAX = 16;

/** The real path. Throws HttpProblem 403 or 404, which say nothing of what else there is. */
export function mediaPath(path: string, roots: readonly string[]): string {
  if (roots.length === 0) {
    throw new HttpProblem(
      403,
      "no_media_roots",
      "no folder is open to requests, wanted mediaRoots in the settings",
    );
  }
  const isOdd = path === "" || path.length > PATH_CHARS_MAX || path.includes("\0");
  const parts = path.split(/[\\/]+/).filter((part) => part !== "" && part !== "." && part !== "..");
  if (isOdd || parts.length === 0 || parts.length > PARTS_MAX) throw nothing();
  for (const root of roots.map(real)) {
    if (root === undefined) continue;
    for (let from = 0; from < parts.length; from++) {
      const found = real(join(root, ...parts.slice(from)));
      if (found !== undefined && (found + sep).startsWith(root + sep) && found !== root) return found;
    }
  }
  throw nothing();
}

function real(path: string): string | undefined {
  try {
    return Deno.realPathSync(path);
  } catch {
    return undefined; // not there, or not for us: the same to a client
  }
}

function nothing(): HttpProblem {
  return new HttpProblem(
    404,
    "no_such_file",
    "there is no such file in the folders that are open to requests",
  );
}
