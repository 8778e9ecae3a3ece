/** Wav2Lip: sixteen mel columns and a face of 96 or 256 pixels in, the whole face out. */
import type { StoredNeuralModel } from "../../../model/mod.ts";
import { BATCH } from "./batched_graph.ts";
import { CropNetwork, type CropNetworkShape, faceShape } from "./crop_network.ts";
import type { NetworkOptions } from "./network_base.ts";

export class Wav2LipNetwork extends CropNetwork {
  static async open(model: StoredNeuralModel, options: NetworkOptions): Promise<Wav2LipNetwork> {
    const side = model.manifest.contract === "wav2lip/256" ? 256 : 96;
    const shape: CropNetworkShape = {
      family: "wav2lip",
      side,
      face: faceShape(side),
      sound: {
        name: "mel",
        dims: [BATCH, 1, 80, 16],
        hints: ["audio_sequences", "mel_spectrogram", "indiv_mels", "audio"],
      },
    };
    return new Wav2LipNetwork(model, await CropNetwork.openGraph(model, shape, options), shape, options);
  }
}
