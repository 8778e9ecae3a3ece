/**
 * Rules against the running OBS. In: the rules and reactions of the configuration, what there is in OBS. Out: one line for
 * each name that is not there, with the nearest one; each line is told once for as long as it holds. No requests.
 */
import { partsOf } from "./perform.ts";
import type { Cause, Reaction, Rule } from "./script.ts";
import { noScene, noSource, type View } from "./wants.ts";

export interface Script {
  readonly rules: readonly Rule[];
  readonly reactions: readonly Reaction[];
}

export interface Found {
  /** "obs.rules[0].do[1]", where the configuration has it. */
  readonly where: string;
  readonly says: string;
}

export function problemsOf({ rules, reactions }: Script, view: View): Found[] {
  const ofRules = rules.flatMap((rule, index) =>
    rule.do.flatMap((deed, place): Found[] => {
      const found = partsOf(deed, view);
      return "missing" in found ? [{ where: `obs.rules[${index}].do[${place}]`, says: found.missing }] : [];
    })
  );
  const ofReactions = reactions.flatMap((reaction, index): Found[] => {
    const says = missingCause(reaction.on, view);
    return says === undefined ? [] : [{ where: `obs.reactions[${index}].on`, says }];
  });
  return [...ofRules, ...ofReactions];
}

function missingCause(cause: Cause, { inventory, names }: View): string | undefined {
  if (typeof cause === "string") return undefined;
  if ("scene" in cause) {
    const scene = names.source(cause.scene);
    return inventory.scenes.has(scene) ? undefined : noScene(scene, inventory).missing;
  }
  const input = names.source("muted" in cause ? cause.muted : cause.unmuted);
  return inventory.inputs.has(input) ? undefined : noSource(input, inventory).missing;
}

/** Sources whose filters the rules name. */
export function filteredSources(rules: readonly Rule[]): string[] {
  const deeds = rules.flatMap((rule) => rule.do);
  return [...new Set(deeds.flatMap((deed) => "filter" in deed ? [deed.of] : []))];
}

/** Remembers what is wrong now, so that each line is told once. */
export class Checked {
  #problems: readonly Found[] = [];

  get problems(): readonly string[] {
    return this.#problems.map(({ where, says }) => `${where}: ${says}`);
  }

  /** Whether the check has told of this already. */
  knows(says: string): boolean {
    return this.#problems.some((problem) => problem.says === says);
  }

  /** Answers the lines that are new. */
  update(problems: readonly Found[]): string[] {
    const before = new Set(this.problems);
    this.#problems = problems;
    return this.problems.filter((line) => !before.has(line));
  }
}
