/** Expressions and actions by name, on their way to the stage. */
import { CapacityFault } from "../errors/mod.ts";
import { cueCode, cueNamed, type CueNames } from "../speech/mod.ts";
import type { CueRing } from "../stage/mod.ts";

/** Throws InputFault `unknown_act` naming the nearest one of `names`, CapacityFault `acts_full`. */
export function act(name: string, cues: CueRing, names: CueNames): void {
  if (cues.push(cueCode(cueNamed(name, names), names))) return;
  throw new CapacityFault("too many expressions and actions wait, wanted a moment between them", {
    code: "acts_full",
  });
}
