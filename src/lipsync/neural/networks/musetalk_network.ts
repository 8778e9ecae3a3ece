/**
 * MuseTalk: a frame's latents and what it hears in, the mouth region out. One graph, or a UNet and a decoder.
 *
 * The network's own positional encoding, the decoder's scale and range are as model.json says, or found out when it is
 * opened (self_test.ts). Engine's process, which a run blocks.
 */
import { oneLine } from "../../../errors/mod.ts";
import { addPositionalEncoding, FEATURE_SIZE, WINDOW_ROWS } from "../../../features/mod.ts";
import { badModel, graphOf, type StoredNeuralModel, type TensorShape } from "../../../model/mod.ts";
import { BATCH, BatchedGraph, type Take } from "./batched_graph.ts";
import type { MouthNetwork } from "./mouth_network.ts";
import { BATCH_MAX, batchMaxOf, type NetworkOptions, notANumber } from "./network_base.ts";
import { PatchWriter, type Range } from "./patch_writer.ts";
import { isPositionInside, isScaleInside, LATENT_SCALE, noise, quietContext, rangeOf } from "./self_test.ts";

const SIDE = 256;
const LATENT_SIDE = 32;
export const MUSETALK_FACE_VALUES = 8 * LATENT_SIDE * LATENT_SIDE;
export const MUSETALK_FEATURE_VALUES = WINDOW_ROWS * FEATURE_SIZE;
const SAMPLE_VALUES = 4 * LATENT_SIDE * LATENT_SIDE;
/** As the reference has it: 1 / 0.18215 in 32 bits. */
const TO_DECODER = Math.fround(1 / LATENT_SCALE);

const LATENTS: TensorShape = {
  name: "latents",
  dims: [BATCH, 8, LATENT_SIDE, LATENT_SIDE],
  hints: ["latent_model_input", "latent", "sample", "latent_input", "input_latents"],
};
const CONTEXT: TensorShape = {
  name: "context",
  dims: [BATCH, WINDOW_ROWS, FEATURE_SIZE],
  hints: ["encoder_hidden_states", "audio_feature", "audio_features", "audio_prompts", "audio"],
};
const TIMESTEP: TensorShape = {
  name: "timestep",
  dims: [1],
  otherDims: [[BATCH], []],
  types: ["int64", "float32", "int32"],
  hints: ["timesteps", "t"],
  isOptional: true,
};
const SAMPLE: TensorShape = {
  name: "sample",
  dims: [BATCH, 4, LATENT_SIDE, LATENT_SIDE],
  hints: ["out_sample", "pred_latents", "latents", "latent_sample", "noise_pred"],
};
const IMAGE: TensorShape = {
  name: "image",
  dims: [BATCH, 3, SIDE, SIDE],
  otherDims: [[BATCH, SIDE, SIDE, 3]],
  types: ["uint8", "float32"],
  hints: ["images", "sample", "patch", "output"],
};

export class MuseTalkNetwork implements MouthNetwork {
  readonly family = "musetalk";
  readonly patchSize = SIDE;
  readonly featureValues = MUSETALK_FEATURE_VALUES;
  readonly faceValues = MUSETALK_FACE_VALUES;
  readonly batchMax: number;
  readonly #model: StoredNeuralModel;
  /** The fused graph, or the UNet. */
  readonly #first: BatchedGraph;
  readonly #decoder: BatchedGraph | undefined;
  #isPositionInside = false;
  #sampleGain = 1;
  #range: Range = "-1..1";
  #writer: PatchWriter;
  #into: Uint8Array = new Uint8Array(0);
  #isFinite = true;
  /** Parts of the UNet's context by their number of frames. */
  readonly #contexts: Float32Array[] = [];

  static async open(model: StoredNeuralModel, options: NetworkOptions): Promise<MuseTalkNetwork> {
    const { provider, threads, batchMax = BATCH_MAX } = options;
    const runs = { provider, threads, batchMax };
    const isFused = model.manifest.graphs.fused !== undefined;
    const first = await BatchedGraph.open(graphOf(model, isFused ? "fused" : "unet"), {
      inputs: [LATENTS, CONTEXT],
      zeros: [TIMESTEP],
      outputs: [isFused ? IMAGE : SAMPLE],
    }, runs);
    let decoder: BatchedGraph | undefined;
    try {
      if (!isFused) {
        const place = graphOf(model, "decoder");
        decoder = await BatchedGraph.open(place, {
          inputs: [{ ...SAMPLE, hints: ["latent_sample", "latents", "latent", "z"] }],
          outputs: [IMAGE],
        }, runs);
      }
      const network = new MuseTalkNetwork(model, first, decoder, batchMax);
      await network.#findOut().catch((error) => {
        throw badModel(
          `model ${model.folder} does not run (${oneLine(error)}), wanted a run without error`,
          error,
        );
      });
      return network;
    } catch (error) {
      first[Symbol.dispose]();
      decoder?.[Symbol.dispose]();
      throw error;
    }
  }

  private constructor(
    model: StoredNeuralModel,
    first: BatchedGraph,
    decoder: BatchedGraph | undefined,
    batchMax: number,
  ) {
    this.#model = model;
    this.#first = first;
    this.#decoder = decoder;
    const graphs = decoder === undefined ? [first] : [first, decoder];
    this.batchMax = Math.min(batchMaxOf(batchMax, ...graphs), ...graphs.map(({ capacity }) => capacity));
    this.#writer = this.#makeWriter();
  }

  get model(): string {
    return this.#model.manifest.name;
  }
  get provider(): string {
    return this.#first.session.provider;
  }
  /** Why the providers before it are not used, a line each. */
  get refusals(): readonly string[] {
    return this.#first.session.refusals;
  }
  /** What was found out or given, for a report. */
  get traits(): { readonly peInside: boolean; readonly scaleInside: boolean; readonly range: Range } {
    return {
      peInside: this.#isPositionInside,
      scaleInside: this.#decoder === undefined || this.#sampleGain === 1,
      range: this.#range,
    };
  }

  async run(count: number, features: Float32Array, faces: Float32Array, into: Uint8Array): Promise<void> {
    if (count < 1 || count > this.batchMax) {
      throw new RangeError(`${count} frames, wanted 1 to ${this.batchMax}`);
    }
    copy(faces, count * MUSETALK_FACE_VALUES, this.#first.input("latents"));
    copy(features, count * MUSETALK_FEATURE_VALUES, this.#first.input("context"));
    if (!this.#isPositionInside) addPositionalEncoding(this.#context(count));
    this.#into = into;
    this.#isFinite = true;
    if (this.#decoder === undefined) {
      await this.#first.run(count, this.#takeImage);
    } else {
      await this.#first.run(count, this.#takeSample);
      if (this.#isFinite) await this.#decoder.run(count, this.#takeImage);
    }
    if (!this.#isFinite) throw notANumber(this.#model);
  }

  [Symbol.dispose](): void {
    this.#first[Symbol.dispose]();
    this.#decoder?.[Symbol.dispose]();
  }

  readonly #takeImage: Take = (answer, from, count) => {
    const image = answer["image"]!;
    for (let at = 0; at < count; at++) {
      if (!this.#writer.write(image, at, this.#into, from + at)) this.#isFinite = false;
    }
  };

  readonly #takeSample: Take = (answer, from, count) => {
    const sample = answer["sample"]!.data as Float32Array;
    const input = this.#decoder!.input("sample");
    const values = count * SAMPLE_VALUES;
    let broken = 0;
    for (let at = 0; at < values; at++) {
      broken += sample[at]! * 0; // NaN for what is not finite
      input[from * SAMPLE_VALUES + at] = sample[at]! * this.#sampleGain;
    }
    if (broken !== 0) this.#isFinite = false;
  };

  #context(count: number): Float32Array {
    return this.#contexts[count] ??= this.#first.input("context").subarray(
      0,
      count * MUSETALK_FEATURE_VALUES,
    );
  }

  #makeWriter(): PatchWriter {
    const binding = (this.#decoder ?? this.#first).session.outputs.get("image")!;
    return new PatchWriter({ side: SIDE, binding, range: this.#range, isBgr: false });
  }

  /** model.json first. */
  async #findOut(): Promise<void> {
    const { graphs } = this.#model.manifest;
    const first = graphs.fused ?? graphs.unet!;
    const name = this.#decoder === undefined ? "image" : "sample";
    const latents = noise(MUSETALK_FACE_VALUES, 3);
    const runFirst = (context: Float32Array) => {
      this.#first.input("latents").set(latents);
      return once(this.#first, "context", context, name);
    };
    this.#isPositionInside = first.peInside ?? await isPositionInside(runFirst, MUSETALK_FEATURE_VALUES);
    const picture = graphs.fused ?? graphs.decoder!;
    const runLast = this.#decoder === undefined
      ? () => runFirst(quietContext(MUSETALK_FEATURE_VALUES, 1))
      : (sample: Float32Array) => once(this.#decoder!, "sample", sample, "image");
    const values = noise(SAMPLE_VALUES, 4);
    this.#range = picture.range ?? found(await runLast(values));
    if (this.#decoder !== undefined) {
      const isInside = picture.scaleInside ?? await isScaleInside(runLast, SAMPLE_VALUES, this.#range);
      this.#sampleGain = isInside ? 1 : TO_DECODER;
    }
    this.#writer = this.#makeWriter();
  }
}

/** Bytes have no range to find out. */
function found(picture: Float32Array | Uint8Array): Range {
  return picture instanceof Float32Array ? rangeOf(picture) : "0..255";
}

/** The first frame's answer. */
async function once(
  graph: BatchedGraph,
  input: string,
  values: Float32Array,
  output: string,
): Promise<Float32Array | Uint8Array> {
  graph.input(input).set(values);
  let answer: Float32Array | Uint8Array = new Float32Array(0);
  await graph.run(1, (tensors) => {
    const { data, dims } = tensors[output]!;
    answer = (data as Float32Array).subarray(0, data.length / dims[0]!);
  });
  return answer;
}

/** Without an array in between where the caller's is of this length. */
function copy(from: Float32Array, values: number, into: Float32Array): void {
  into.set(from.length === values ? from : from.subarray(0, values));
}
