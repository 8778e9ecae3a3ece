/**
 * Files of this machine that a client may name: inside the folders of `mediaRoots` and nowhere else, links followed before it
 * is decided. A path of another machine's layout is found by its last parts, the longest match first: "../data/audio/a.wav"
 * is data/audio/a.wav, audio/a.wav or a.wav in one of the folders.
 */
import { isAbsolute, join, sep } from "node:path";
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
  const folders = roots.map(real).filter((root) => root !== undefined);
  const isInside = (found: string) =>
    folders.some((root) => found !== root && found.startsWith(root.endsWith(sep) ? root : root + sep));
  const places = parts.flatMap((_, from) => folders.map((root) => join(root, ...parts.slice(from))));
  for (const place of isAbsolute(path) ? [path, ...places] : places) {
    const found = real(place);
    if (found !== undefined && isInside(found)) return found;
  }
  throw nothing();
}

/** Of a file or a folder: a pipe would be waited for, a device may never end. */
function real(path: string): string | undefined {
  try {
    const { isFile, isDirectory } = Deno.statSync(path);
    return isFile || isDirectory ? Deno.realPathSync(path) : undefined;
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
