/**
 * From a family's name, the installed models and an avatar's folder to a rung that can speak. Engine's process, or
 * `render`'s. Throws InputFault `bad_model`, `bad_avatar`, `not_prepared`, `bad_provider`.
 */
import {
  type FeatureStream,
  HubertFeatures,
  Wav2LipFeatures,
  WenetFeatures,
  WhisperFeatures,
} from "../../../features/mod.ts";
import { InputFault } from "../../../errors/mod.ts";
import { listModels, openNeuralModel, providerChoice, type StoredNeuralModel } from "../../../model/mod.ts";
import { openHubertEncoder, openWenetEncoder, openWhisperEncoder } from "../networks/encoders.ts";
import { openFilmFaces } from "../engine/film_faces.ts";
import type { EngineProcessOrder } from "./messages.ts";
import type { Family } from "../networks/mouth_network.ts";
import type { NetworkOptions } from "../networks/network_base.ts";
import { openMouthNetwork } from "../networks/open_network.ts";
import { Rung } from "../engine/rung.ts";

export async function openRung(family: Family, order: EngineProcessOrder): Promise<Rung> {
  const model = await openNeuralModel(
    modelName(family, order),
    order.models,
    order.stamps ? { stamps: order.stamps } : {},
  );
  const options = { provider: providerChoice(order.provider), threads: order.threads };
  using opened = new DisposableStack();
  const network = opened.use(await openMouthNetwork(model, options));
  const features = opened.use(await openFeatures(model, options));
  const film = openFilmFaces(network, order.avatar.folder);
  opened.move();
  return new Rung(features, network, film);
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

async function openFeatures(model: StoredNeuralModel, options: NetworkOptions): Promise<FeatureStream> {
  switch (model.manifest.contract) {
    case "musetalk/1.0":
      return new WhisperFeatures(await openWhisperEncoder(model, options), "1.0");
    case "musetalk/1.5":
      return new WhisperFeatures(await openWhisperEncoder(model, options), "1.5");
    case "wav2lip/96":
    case "wav2lip/256":
      return new Wav2LipFeatures();
    case "ultralight/hubert":
      return new HubertFeatures(await openHubertEncoder(model, options));
    case "ultralight/wenet":
      return new WenetFeatures(await openWenetEncoder(model, options));
  }
}
