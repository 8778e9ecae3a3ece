/**
 * From a family's name, the installed models and avatars' folders to rungs that can speak. Engine's process, or
 * `render`'s. Throws InputFault `bad_model`, `bad_avatar`, `not_prepared`, `bad_provider`.
 */
import {
  type FeatureStream,
  HubertFeatures,
  type SequenceEncoder,
  Wav2LipFeatures,
  WenetFeatures,
  WhisperFeatures,
} from "../../../features/mod.ts";
import { InputFault } from "../../../errors/mod.ts";
import { listModels, openNeuralModel, providerChoice, type StoredNeuralModel } from "../../../model/mod.ts";
import { openHubertEncoder, openWenetEncoder, openWhisperEncoder } from "../networks/encoders.ts";
import { openFilmFaces } from "../engine/film_faces.ts";
import type { EngineProcessOrder } from "./messages.ts";
import type { Family, MouthNetwork } from "../networks/mouth_network.ts";
import type { NetworkOptions } from "../networks/network_base.ts";
import { openMouthNetwork } from "../networks/open_network.ts";
import { Rung } from "../engine/rung.ts";

/** A family's network and what hears for it, for any number of rungs. */
export class OpenFamily implements Disposable {
  readonly #encoder: SequenceEncoder | undefined;

  /** Throws InputFault. */
  static async open(family: Family, order: EngineProcessOrder): Promise<OpenFamily> {
    const model = await openNeuralModel(
      modelName(family, order),
      order.models,
      order.stamps ? { stamps: order.stamps } : {},
    );
    const options = { provider: providerChoice(order.provider), threads: order.threads };
    const network = await openMouthNetwork(model, options);
    try {
      return new OpenFamily(network, model, await openEncoder(model, options));
    } catch (error) {
      network[Symbol.dispose]();
      throw error;
    }
  }

  private constructor(
    readonly network: MouthNetwork,
    readonly model: StoredNeuralModel,
    encoder: SequenceEncoder | undefined,
  ) {
    this.#encoder = encoder;
  }

  /** A rung on the avatar in `folder`, to be disposed before the family; with `isOwner` it is disposed with the rung. */
  rung(folder: string, isOwner = false): Rung {
    const film = openFilmFaces(this.network, folder);
    return new Rung(this.#features(), this.network, film, isOwner ? this : undefined);
  }

  #features(): FeatureStream {
    const encoder: SequenceEncoder = {
      encode: (values) => this.#encoder!.encode(values),
      [Symbol.dispose]() {}, // it is the family's
    };
    switch (this.model.manifest.contract) {
      case "musetalk/1.0":
        return new WhisperFeatures(encoder, "1.0");
      case "musetalk/1.5":
        return new WhisperFeatures(encoder, "1.5");
      case "wav2lip/96":
      case "wav2lip/256":
        return new Wav2LipFeatures();
      case "ultralight/hubert":
        return new HubertFeatures(encoder);
      case "ultralight/wenet":
        return new WenetFeatures(encoder);
    }
  }

  [Symbol.dispose](): void {
    this.#encoder?.[Symbol.dispose]();
    this.network[Symbol.dispose]();
  }
}

/** A rung that has its family for itself. */
export async function openRung(family: Family, order: EngineProcessOrder): Promise<Rung> {
  const opened = await OpenFamily.open(family, order);
  try {
    return opened.rung(order.avatar.folder, true);
  } catch (error) {
    opened[Symbol.dispose]();
    throw error;
  }
}

/** The model that was asked for, or the first of the family. */
function modelName(family: Family, { models, model }: EngineProcessOrder): string {
  const found = listModels(models).filter(({ kind, name }) => kind === family && (!model || name === model));
  const usable = found.find(({ trouble }) => trouble === undefined) ?? found[0];
  if (usable !== undefined) return usable.name;
  throw new InputFault(
    `no ${family} model is installed in ${models.join(" or ")}, wanted a folder with a model.json`,
    {
      code: "bad_model",
    },
  );
}

/** Undefined where the family hears without a network. */
async function openEncoder(
  model: StoredNeuralModel,
  options: NetworkOptions,
): Promise<SequenceEncoder | undefined> {
  switch (model.manifest.contract) {
    case "musetalk/1.0":
    case "musetalk/1.5":
      return await openWhisperEncoder(model, options);
    case "wav2lip/96":
    case "wav2lip/256":
      return undefined;
    case "ultralight/hubert":
      return await openHubertEncoder(model, options);
    case "ultralight/wenet":
      return await openWenetEncoder(model, options);
  }
}
