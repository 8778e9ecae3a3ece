/**
 * Known answers of a video engine's network, in a folder: golden.json, and arrays of bytes or 32-bit numbers, compressed or
 * not. Written by the scripts of scripts/export.
 */
import { gunzipSync } from "node:zlib";
import {
  type FeatureStream,
  HubertFeatures,
  Wav2LipFeatures,
  WenetFeatures,
  WhisperFeatures,
} from "../../src/features/mod.ts";
import {
  openHubertEncoder,
  openWenetEncoder,
  openWhisperEncoder,
} from "../../src/lipsync/neural/networks/encoders.ts";
import type { NetworkOptions } from "../../src/lipsync/neural/networks/network_base.ts";
import type { StoredNeuralModel } from "../../src/model/mod.ts";

interface KeptArray {
  readonly file: string;
  readonly shape: readonly number[];
}

export interface AnswersAbout {
  readonly contract: string;
  readonly model: string;
  readonly frames: readonly number[];
  readonly files: Readonly<Record<string, KeptArray>>;
  /** Of every frame `at` the pixels from (at % step, at * 3 % step) on, every step-th; rows first. */
  readonly patchStep: number;
  readonly tolerances: Readonly<Record<string, number>>;
}

export class NeuralAnswers {
  private constructor(readonly folder: string, readonly about: AnswersAbout) {}

  static async open(folder: string): Promise<NeuralAnswers> {
    return new NeuralAnswers(folder, JSON.parse(await Deno.readTextFile(`${folder}/golden.json`)));
  }

  floats(name: string): Float32Array {
    return new Float32Array(this.bytes(name).buffer);
  }

  /** A new array; of the length that golden.json says. */
  bytes(name: string): Uint8Array<ArrayBuffer> {
    const { file, shape } = this.about.files[name]!;
    const kept = Deno.readFileSync(`${this.folder}/${file}`);
    const bytes = new Uint8Array(file.endsWith(".gz") ? gunzipSync(kept) : kept);
    const values = shape.reduce((a, b) => a * b, 1) * (file.includes(".f32") ? 4 : 1);
    if (bytes.length !== values) throw new Error(`${file} has ${bytes.length} bytes, wanted ${values}`);
    return bytes;
  }

  /** The largest difference of the kept pixels of frame `at` from `patch`, side squared RGB. */
  patchDifference(at: number, patch: Uint8Array, wanted: Uint8Array): number {
    const { patchStep, frames } = this.about;
    const side = Math.sqrt(patch.length / 3);
    const kept = wanted.length / frames.length;
    let index = at * kept;
    let largest = 0;
    for (let y = at % patchStep; y < side; y += patchStep) {
      for (let x = at * 3 % patchStep; x < side; x += patchStep) {
        for (let colour = 0; colour < 3; colour++) {
          largest = Math.max(largest, Math.abs(patch[(y * side + x) * 3 + colour]! - wanted[index++]!));
        }
      }
    }
    if (index !== (at + 1) * kept) throw new Error(`${index} values, wanted ${(at + 1) * kept}`);
    return largest;
  }
}

/** The stream that a model's network hears with. */
export async function openStream(model: StoredNeuralModel, options: NetworkOptions): Promise<FeatureStream> {
  const { contract } = model.manifest;
  switch (contract) {
    case "musetalk/1.0":
    case "musetalk/1.5":
      return new WhisperFeatures(
        await openWhisperEncoder(model, options),
        contract === "musetalk/1.0" ? "1.0" : "1.5",
      );
    case "wav2lip/96":
    case "wav2lip/256":
      return new Wav2LipFeatures();
    case "ultralight/hubert":
      return new HubertFeatures(await openHubertEncoder(model, options));
    case "ultralight/wenet":
      return new WenetFeatures(await openWenetEncoder(model, options));
  }
}
