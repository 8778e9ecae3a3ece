/** Ultralight: HuBERT's or WeNet's features and a face of 160 pixels in, the same face speaking out. */
import type { StoredNeuralModel } from "../../../model/mod.ts";
import { BATCH } from "./batched_graph.ts";
import { CropNetwork, type CropNetworkShape, faceShape } from "./crop_network.ts";
import { ULTRALIGHT_SIDE } from "./face_values.ts";
import type { NetworkOptions } from "./network_base.ts";

export class UltralightNetwork extends CropNetwork {
  static async open(model: StoredNeuralModel, options: NetworkOptions): Promise<UltralightNetwork> {
    const isWenet = model.manifest.contract === "ultralight/wenet";
    const shape: CropNetworkShape = {
      family: "ultralight",
      side: ULTRALIGHT_SIDE,
      face: faceShape(ULTRALIGHT_SIDE),
      sound: {
        name: "audio",
        dims: isWenet ? [BATCH, 128, 16, 32] : [BATCH, 16, 32, 32],
        hints: ["audio_feat", "audio_features", "audio_feature", "feat"],
      },
    };
    return new UltralightNetwork(model, await CropNetwork.openGraph(model, shape, options), shape, options);
  }
}
