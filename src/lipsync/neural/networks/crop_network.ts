/**
 * What Wav2Lip and Ultralight have in common: a face seen as two crops and what it hears in, a picture out, in the
 * order blue, green, red. Engine's process, which a run blocks.
 */
import { graphOf, type StoredNeuralModel, type TensorShape } from "../../../model/mod.ts";
import { BATCH, BatchedGraph, type Take } from "./batched_graph.ts";
import type { Family, MouthNetwork } from "./mouth_network.ts";
import { BATCH_MAX, batchMaxOf, type NetworkOptions, notANumber } from "./network_base.ts";
import { PatchWriter } from "./patch_writer.ts";

export interface CropNetworkShape {
  readonly family: Family;
  readonly side: number;
  readonly face: TensorShape;
  readonly sound: TensorShape;
}

/** Of `side`, its hints as public exports have them. */
export function faceShape(side: number): TensorShape {
  return {
    name: "face",
    dims: [BATCH, 6, side, side],
    hints: ["vid", "face_sequences", "video_frames", "faces", "img", "image", "input"],
  };
}

export class CropNetwork implements MouthNetwork {
  readonly family: Family;
  readonly patchSize: number;
  readonly featureValues: number;
  readonly faceValues: number;
  readonly batchMax: number;
  readonly #model: StoredNeuralModel;
  readonly #graph: BatchedGraph;
  readonly #sound: string;
  readonly #writer: PatchWriter;
  #into: Uint8Array = new Uint8Array(0);
  #isFinite = true;

  /** The generator of `model`, opened and run once. */
  protected static async openGraph(
    model: StoredNeuralModel,
    { side, face, sound }: CropNetworkShape,
    { provider, threads, batchMax = BATCH_MAX }: NetworkOptions,
  ): Promise<BatchedGraph> {
    const image: TensorShape = {
      name: "image",
      dims: [BATCH, 3, side, side],
      otherDims: [[BATCH, side, side, 3]],
      types: ["float32", "uint8"],
      hints: ["output", "gen", "generated", "pred"],
    };
    return await BatchedGraph.open(
      graphOf(model, "generator"),
      { inputs: [face, sound], outputs: [image] },
      { provider, threads, batchMax },
    );
  }

  protected constructor(
    model: StoredNeuralModel,
    graph: BatchedGraph,
    { family, side, face, sound }: CropNetworkShape,
    { batchMax = BATCH_MAX }: NetworkOptions,
  ) {
    this.#model = model;
    this.#graph = graph;
    this.#sound = sound.name;
    this.family = family;
    this.patchSize = side;
    this.featureValues = valuesOf(sound);
    this.faceValues = valuesOf(face);
    this.batchMax = Math.min(batchMaxOf(batchMax, graph), graph.capacity);
    const binding = graph.session.outputs.get("image")!;
    const range = model.manifest.graphs.generator?.range ?? "0..1";
    this.#writer = new PatchWriter({ side, binding, range, isBgr: true });
  }

  get model(): string {
    return this.#model.manifest.name;
  }
  get provider(): string {
    return this.#graph.session.provider;
  }
  /** Why the providers before it are not used, a line each. */
  get refusals(): readonly string[] {
    return this.#graph.session.refusals;
  }

  async run(count: number, features: Float32Array, faces: Float32Array, into: Uint8Array): Promise<void> {
    if (count < 1 || count > this.batchMax) {
      throw new RangeError(`${count} frames, wanted 1 to ${this.batchMax}`);
    }
    this.#graph.input("face").set(faces.subarray(0, count * this.faceValues));
    this.#graph.input(this.#sound).set(features.subarray(0, count * this.featureValues));
    this.#into = into;
    this.#isFinite = true;
    await this.#graph.run(count, this.#take);
    if (!this.#isFinite) throw notANumber(this.#model);
  }

  [Symbol.dispose](): void {
    this.#graph[Symbol.dispose]();
  }

  readonly #take: Take = (answer, from, count) => {
    const image = answer["image"]!;
    for (let at = 0; at < count; at++) {
      if (!this.#writer.write(image, at, this.#into, from + at)) this.#isFinite = false;
    }
  };
}

/** Of one frame. */
function valuesOf({ dims }: TensorShape): number {
  return dims.slice(1).reduce<number>((product, length) => product * Number(length), 1);
}
