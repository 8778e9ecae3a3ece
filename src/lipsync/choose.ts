/** From a name in the configuration to an engine. Called in the engine's own thread. */
import { InputFault } from "../errors/mod.ts";
import type { LipsyncEngine } from "./engine.ts";
import { LoudnessEngine } from "./loudness.ts";
import { openModel } from "./model_store.ts";
import { VisemeEngine } from "./viseme_engine.ts";
import { VisemeGraph } from "./viseme_graph.ts";
import { VisemeNetwork } from "./viseme_network.ts";

/** The viseme engines are called as their models are; loudness has none. */
export const ENGINE_KINDS = ["viseme", "viseme-fast", "loudness"] as const;

export interface EngineChoice {
  readonly kind: typeof ENGINE_KINDS[number];
  /** Folders that hold one folder a model, the first wins. Default: the models that come with the project. */
  readonly models?: readonly string[];
}

/**
 * Throws InputFault, before anything is started, for a choice that cannot become an engine: `bad_engine` for a name
 * that no engine has, `bad_model` for a model that is missing or not whole. Loads no library; what only the runtime
 * can see is left to createEngine. Any thread.
 */
export async function checkEngine({ kind, models }: EngineChoice): Promise<void> {
  if (modelOf(kind) !== undefined) await openModel(kind, models);
}

/** Throws InputFault as checkEngine does, and `bad_model` for a network with other inputs or outputs. */
export async function createEngine({ kind, models }: EngineChoice): Promise<LipsyncEngine> {
  const model = modelOf(kind);
  return model === undefined ? new LoudnessEngine() : await VisemeEngine.open(model, models);
}

/** Engines of one kind that share what is heavy. */
export interface EngineSource extends Disposable {
  /** Another one, with a memory of its own; to be disposed before the source is. */
  create(): LipsyncEngine;
}

/** Throws as createEngine does. */
export async function openEngines({ kind, models }: EngineChoice): Promise<EngineSource> {
  const model = modelOf(kind);
  if (model === undefined) return { create: () => new LoudnessEngine(), [Symbol.dispose]() {} };
  const graph = await VisemeGraph.open(await openModel(model, models));
  return {
    create: () => new VisemeEngine(new VisemeNetwork(graph)),
    [Symbol.dispose]: () => graph[Symbol.dispose](),
  };
}

function modelOf(kind: EngineChoice["kind"]): string | undefined {
  if (kind === "loudness") return undefined;
  if (ENGINE_KINDS.includes(kind)) return kind;
  throw new InputFault(
    `lip-sync engine "${kind}" does not exist, wanted one of ${ENGINE_KINDS.join(", ")}`,
    { code: "bad_engine" },
  );
}
