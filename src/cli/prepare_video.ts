/** What `prepare` reads of its flags for clips, and the encoder that MuseTalk's latents want. */
import type { Config, Folders } from "../app/mod.ts";
import { InputFault } from "../errors/mod.ts";
import { openLatentEncoder } from "../lipsync/mod.ts";
import { listModels, openNeuralModel, providerChoice, type StoredNeuralModel } from "../model/mod.ts";
import type { ClipInput, PrepareVideoOptions, VideoEngine } from "../prepare/mod.ts";
import { engineOrder } from "../programme/mod.ts";

const ENGINES: readonly VideoEngine[] = ["musetalk", "wav2lip", "ultralight"];

/** "all" or one of them. Throws InputFault `bad_engine`. */
export function wantedEngines(word: string): readonly VideoEngine[] {
  if (word === "all") return ENGINES;
  const found = ENGINES.filter((engine) => engine === word);
  if (found.length > 0) return found;
  throw new InputFault(
    `--engine is ${JSON.stringify(word.slice(0, 40))}, wanted ${ENGINES.join(", ")} or all`,
    {
      code: "bad_engine",
    },
  );
}

/** The idle clip, the one for speech, and actions given as NAME=CLIP or NAME=CLIP:sound. Throws InputFault `bad_action`. */
export function clipInputs(
  idle: string,
  speaking: string | undefined,
  actions: readonly string[],
): ClipInput[] {
  const clips: ClipInput[] = [{ name: "idle", role: "idle", path: idle, hasSound: false }];
  if (speaking !== undefined) {
    clips.push({ name: "speaking", role: "speaking", path: speaking, hasSound: false });
  }
  for (const action of actions) {
    const [, name, path, sound] = /^([^=]+)=(.+?)(:sound)?$/s.exec(action) ?? [];
    if (name === undefined || path === undefined) {
      throw new InputFault(
        `--action is ${JSON.stringify(action.slice(0, 80))}, wanted NAME=CLIP or NAME=CLIP:sound`,
        {
          code: "bad_action",
        },
      );
    }
    clips.push({ name, role: "action", path, hasSound: sound !== undefined });
  }
  return clips;
}

type NamedEncoder = NonNullable<PrepareVideoOptions["encoder"]> & Disposable;

/** The encoder of the first MuseTalk model that has one. Without any: a note, or an InputFault where it `isWanted`. */
export async function latentEncoder(
  config: Config,
  folders: Folders,
  isWanted: boolean,
): Promise<{ encoder?: NamedEncoder; note?: string }> {
  const { models, provider, threads, model, stamps } = engineOrder(config, folders);
  const found = listModels(models).filter(({ kind, name, trouble }) =>
    kind === "musetalk" && trouble === undefined && (model === undefined || name === model)
  );
  let stored: StoredNeuralModel | undefined;
  for (const { name } of found) {
    stored = await openNeuralModel(name, models, stamps ? { stamps } : {});
    if (stored.manifest.graphs.encoder !== undefined) break;
  }
  if (stored?.manifest.graphs.encoder === undefined) {
    const says =
      "no MuseTalk model with an encoder is installed, wanted one to make latents with (scripts/export/README.md)";
    if (isWanted) throw new InputFault(says, { code: "no_encoder" });
    return {
      note: `${says}; without them MuseTalk cannot speak on this avatar, the other engines and visemes can`,
    };
  }
  const { encoder: graph } = stored.manifest.graphs;
  const mark = stored.manifest.files.find(({ name }) => name === graph.file)?.sha256.slice(0, 16) ?? "";
  const opened = await openLatentEncoder(stored, { provider: providerChoice(provider), threads });
  const encoder = {
    model: stored.manifest.name,
    mark,
    encode: (count: number, images: Float32Array) => opened.encode(count, images),
    [Symbol.dispose]: () => opened[Symbol.dispose](),
  };
  return { encoder };
}
