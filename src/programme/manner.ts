/** Expressions and actions by name, on their way to the stage. */
import { CapacityFault } from "../errors/mod.ts";
import { stageCueCode, stageCueNamed } from "../speech/mod.ts";
import type { CueRing } from "../stage/mod.ts";

/** Throws InputFault `unknown_act` naming the nearest one, CapacityFault `acts_full`. */
export function act(name: string, cues: CueRing): void {
  if (cues.push(stageCueCode(stageCueNamed(name)))) return;
  throw new CapacityFault("too many expressions and actions wait, wanted a moment between them", {
    code: "acts_full",
  });
}
