/**
 * What every avatar costs the stage at 1280x720, idle (head, eyes and breath move) and speaking with a mouth that is
 * another one in every frame. Photo avatars are measured where the user has made one.
 */
import { findFolders } from "../../src/app/mod.ts";
import { listAvatars, loadFace } from "../../src/avatar/mod.ts";
import { composeCosts, SIZE } from "./compose.ts";
import { type Figure, figure } from "./figure.ts";

const UNITS = 500;
const P50_MS_MAX = { drawn: 8, generated: 8, photo: 10 } as const;
const TICK_MS = 40;

export async function benchFaces(): Promise<Figure[]> {
  const figures: Figure[] = [];
  const folders = findFolders(Deno.env.toObject(), Deno.cwd());
  for (const { id, kind, folder } of listAvatars(folders.avatars)) {
    if (kind === undefined) continue;
    using face = await loadFace(folder, SIZE);
    if (kind === "video") continue; // measured by bench:engines
    const most = P50_MS_MAX[kind];
    const aim = {
      target: `p50 <= ${most}, p99 <= ${TICK_MS}`,
      reaches: ({ p50, p99 }: { p50: number; p99: number }) => p50 <= most && p99 <= TICK_MS,
    };
    figures.push(figure(`${kind} avatar ${id}, idle`, "ms", composeCosts(face, () => false, UNITS), aim));
    figures.push(
      figure(`${kind} avatar ${id}, speaking`, "ms", composeCosts(face, () => true, UNITS), aim),
    );
  }
  return figures;
}
