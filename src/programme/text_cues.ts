/**
 * What in brackets is done instead of spoken, whoever does it: the stage, the avatar's film, OBS. In: the avatar's own
 * cues, which change with the avatar, and names from the rules for OBS. Out: the names that texts are read with.
 */
import type { Rule } from "../obs/mod.ts";
import type { CueNames } from "../speech/mod.ts";
import type { AvatarCues } from "./video_part.ts";

/** What OBS does by itself, with or without rules. */
const OBS_CUES = ["scene", "show", "hide"] as const;

/** Names that a rule for OBS waits for. */
export function ruledCues(rules: readonly Rule[]): string[] {
  return rules.flatMap(({ when }) =>
    typeof when === "object" && "cue" in when ? [when.cue.trim().toLowerCase()] : []
  );
}

export class TextCues implements CueNames {
  readonly withArgument: readonly string[];
  readonly #avatar: AvatarCues;
  readonly #ruled: readonly string[];

  /** `ruled`: names that a rule waits for, in lower case; they may carry an argument. */
  constructor(avatar: AvatarCues, ruled: readonly string[]) {
    this.#avatar = avatar;
    this.#ruled = ruled;
    this.withArgument = [...new Set([...OBS_CUES, ...ruled])];
  }

  get plain(): readonly string[] {
    return [...this.#avatar.plain, ...this.#ruled];
  }

  get codes(): ReadonlyMap<string, number> {
    return this.#avatar.codes;
  }

  /** Whether the avatar does it; also an action that brings its own sound. */
  isOfAvatar(name: string): boolean {
    return this.#avatar.plain.includes(name) || this.#avatar.codes.has(name);
  }

  /** Whether OBS does it, by itself or because a rule waits for it; the avatar may do something, too. */
  isForObs(name: string): boolean {
    return this.withArgument.includes(name);
  }
}
