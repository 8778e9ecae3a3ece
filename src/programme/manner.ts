/** Expressions and actions by name: what may be asked for, and the number the stage knows it by. */
import { CapacityFault, InputFault } from "../errors/mod.ts";
import { type CueRing, MANNER_CUES } from "../stage/mod.ts";
import { nearest } from "../text/mod.ts";

/** Throws InputFault `unknown_act` naming the nearest one, CapacityFault `acts_full`. */
export function act(name: string, cues: CueRing): void {
  const index = MANNER_CUES.indexOf(name.trim().toLowerCase());
  if (index < 0) {
    const near = nearest(name.trim().toLowerCase(), MANNER_CUES);
    const hint = near === undefined ? "" : `, did you mean ${near}?`;
    throw new InputFault(
      `no expression or action is called ${JSON.stringify(name.slice(0, 40))}, wanted one of ${
        MANNER_CUES.join(", ")
      }${hint}`,
      { code: "unknown_act" },
    );
  }
  if (!cues.push(1 + index)) {
    throw new CapacityFault("too many expressions and actions wait, wanted a moment of patience", {
      code: "acts_full",
    });
  }
}
