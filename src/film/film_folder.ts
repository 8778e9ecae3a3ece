/** The clips of a video avatar's folder, for whoever reads its films without painting its face. */
import { z } from "zod";
import { InputFault, oneLine } from "../errors/mod.ts";
import { type Clip, clip, CLIPS_MAX } from "./clip.ts";
import { badFile, fileLabel, pathInFolder } from "./in_file.ts";

const MANIFEST = "avatar.json";
const film = z.looseObject({ kind: z.literal("video"), clips: z.array(clip).min(1).max(CLIPS_MAX) });

/** Throws InputFault `bad_avatar` where the folder is none of a video avatar. */
export function readClips(folder: string): readonly Clip[] {
  const label = fileLabel(folder, MANIFEST);
  let value: unknown;
  try {
    value = JSON.parse(Deno.readTextFileSync(pathInFolder(folder, MANIFEST, "a manifest")));
  } catch (error) {
    if (error instanceof InputFault) throw error;
    throw badFile(label, `is not JSON (${oneLine(error)}), wanted a manifest`, error);
  }
  const parsed = film.safeParse(value);
  if (parsed.success) return parsed.data.clips;
  const issue = parsed.error.issues[0]!;
  throw badFile(
    label,
    `is not a video avatar's manifest (${issue.path.join(".")}: ${issue.message}), wanted one`,
  );
}
