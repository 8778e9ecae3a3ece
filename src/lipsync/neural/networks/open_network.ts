/** From a model's folder to the network of its family. Engine's process. */
import type { StoredNeuralModel } from "../../../model/mod.ts";
import type { MouthNetwork } from "./mouth_network.ts";
import { MuseTalkNetwork } from "./musetalk_network.ts";
import type { NetworkOptions } from "./network_base.ts";
import { UltralightNetwork } from "./ultralight_network.ts";
import { Wav2LipNetwork } from "./wav2lip_network.ts";

/**
 * Opened, bound, run once. Throws InputFault `bad_model` for graphs that are not what model.json says, `bad_provider` for
 * a provider that does not work here, Fault `no_runtime` without a runtime.
 */
export async function openMouthNetwork(
  model: StoredNeuralModel,
  options: NetworkOptions,
): Promise<MouthNetwork> {
  switch (model.manifest.kind) {
    case "musetalk":
      return await MuseTalkNetwork.open(model, options);
    case "wav2lip":
      return await Wav2LipNetwork.open(model, options);
    case "ultralight":
      return await UltralightNetwork.open(model, options);
  }
}
