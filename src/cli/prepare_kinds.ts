/**
 * What `prepare` makes of what it is given, and which flags that takes.
 *
 * In: the path's name, whether a folder is another program's, the flags. Out: the kind; InputFault `bad_flag` for a flag
 * that would do nothing. Pure.
 */
import { InputFault } from "../errors/mod.ts";
import { isPictureName } from "../prepare/mod.ts";
import type { FlagValues } from "./command.ts";

/** A photo avatar of a photo; a video avatar of clips, or of another program's folder. */
export type PrepareKind = "photo" | "clip" | "import";

/** Beside --id, --force, --progress, --json and the settings, which all take. */
const TAKES: Readonly<Record<PrepareKind, readonly string[]>> = {
  photo: ["background"],
  clip: ["engine", "speaking", "action", "musetalk", "shift", "preview"],
  import: ["actions"],
};

/** With one of them a photo is a film of one picture. */
const MAKE_A_CLIP = ["engine", "speaking", "action"] as const;

const NAMES: Readonly<Record<PrepareKind, string>> = {
  photo: "a photo",
  clip: "a clip",
  import: "a folder of MuseTalk or LiveTalking",
};

export function prepareKind(
  path: string,
  isForeign: boolean,
  flags: Pick<FlagValues, "isGiven">,
): PrepareKind {
  if (isForeign) return "import";
  return isPictureName(path) && !MAKE_A_CLIP.some((name) => flags.isGiven(name)) ? "photo" : "clip";
}

/** Throws InputFault `bad_flag`, which names the flag, what was given and what takes the flag. */
export function refuseFlags(kind: PrepareKind, path: string, flags: Pick<FlagValues, "isGiven">): void {
  for (const [other, names] of Object.entries(TAKES) as [PrepareKind, readonly string[]][]) {
    const name = names.find((one) => other !== kind && flags.isGiven(one));
    if (name === undefined) continue;
    const is = kind === "clip" && isPictureName(path)
      ? `a photo with --${MAKE_A_CLIP.join(", --")}, which becomes a video avatar`
      : NAMES[kind];
    throw new InputFault(`--${name} does nothing for ${is}, wanted it with ${NAMES[other]} only`, {
      code: "bad_flag",
    });
  }
}
