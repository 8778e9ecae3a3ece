/**
 * Which deeds an occasion asks for. In: the rules and what happened. Out: deeds, in the order of the rules; the cues that
 * need no rule ([scene:NAME], [show:NAME], [hide:NAME]) first. No state, any thread.
 */
import type { Deed, Occasion, Rule, Trigger } from "./script.ts";

export function deedsFor(rules: readonly Rule[], occasion: Occasion): Deed[] {
  const trigger = triggerOf(occasion);
  if (trigger === undefined) return [];
  const byRule = rules.filter((rule) => isSame(rule.when, trigger)).flatMap((rule) => rule.do);
  return [...builtIn(occasion), ...byRule];
}

/** The deed of a cue that needs no rule. */
function builtIn(occasion: Occasion): Deed[] {
  if (occasion.kind !== "cue" || occasion.argument === undefined) return [];
  const name = occasion.argument.trim();
  if (name === "") return [];
  switch (plain(occasion.name)) {
    case "scene":
      return [{ scene: name }];
    case "show":
      return [{ show: name }];
    case "hide":
      return [{ hide: name }];
    default:
      return [];
  }
}

function triggerOf(occasion: Occasion): Trigger | undefined {
  switch (occasion.kind) {
    case "speaking":
    case "idle":
    case "interrupted":
      return occasion.kind;
    case "cue":
      return { cue: occasion.name };
    case "action":
      return { action: occasion.name };
    case "degraded":
      return occasion.isDegraded ? "degraded" : "recovered";
    case "panic":
      return occasion.isOn ? "panic" : "panic over";
    case "subtitle":
      return undefined;
  }
}

function isSame(one: Trigger, other: Trigger): boolean {
  if (typeof one === "string" || typeof other === "string") return one === other;
  if ("cue" in one) return "cue" in other && plain(one.cue) === plain(other.cue);
  return "action" in other && plain(one.action) === plain(other.action);
}

function plain(name: string): string {
  return name.trim().toLowerCase();
}
