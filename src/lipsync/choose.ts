/** From a name in the configuration to an engine. Called in the engine's own thread. */
import { InputFault } from "../errors/mod.ts";
import type { LipsyncEngine } from "./engine.ts";
import { LoudnessEngine } from "./loudness.ts";

export const ENGINE_KINDS = ["loudness"] as const;

export interface EngineChoice {
  readonly kind: typeof ENGINE_KINDS[number];
}

/** Throws InputFault `bad_engine` for a name that no engine has. */
export function createEngine(choice: EngineChoice): LipsyncEngine {
  if (choice.kind === "loudness") return new LoudnessEngine();
  throw new InputFault(
    `lip-sync engine "${choice.kind}" does not exist, wanted one of ${ENGINE_KINDS.join(", ")}`,
    { code: "bad_engine" },
  );
}
