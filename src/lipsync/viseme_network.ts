/**
 * A viseme network with what it remembers between runs: the columns it saw last and its recurrent state.
 *
 * In: log-mel columns, two a 20 ms frame, written to `columns`. Out: for each frame the probabilities of the visemes
 * and the mouth parameters, valid until the next run. Output k speaks of frame k - delayFrames. Blocks the thread
 * that calls it; allocates what the runtime allocates.
 */
import type { Tensor } from "onnxruntime-node";
import { MEL_COUNT } from "../features/mod.ts";
import type { VisemeManifest } from "./model_manifest.ts";
import type { StoredModel } from "./model_store.ts";
import { VisemeGraph } from "./viseme_graph.ts";

/** Frames that one run takes at most: a second. */
export const RUN_FRAMES_MAX = 50;
/** Scaled silence, which is what was before the beginning. */
const SILENCE = -1;

export interface NetworkAnswer {
  /** VISEME_COUNT probabilities for each frame. */
  readonly visemes: Float32Array;
  /** MOUTH_LENGTH parameters for each frame. */
  readonly mouths: Float32Array;
}

export class VisemeNetwork implements Disposable {
  readonly manifest: VisemeManifest;
  /** Where a run finds its columns, MEL_COUNT values each; there is place for an odd one more. */
  readonly columns = new Float32Array((2 * RUN_FRAMES_MAX + 1) * MEL_COUNT);
  readonly #graph: VisemeGraph;
  /** Nobody else hears with the graph. */
  readonly #isOwner: boolean;
  /** By the number of frames: the first so many columns as a tensor. */
  readonly #inputs: Tensor[] = [];
  readonly #emptyContext: Tensor;
  readonly #emptyState: Tensor;
  #context: Tensor;
  #state: Tensor;
  #starts = 0;

  /** A network with a graph of its own. Throws InputFault `bad_model` where it is not what its manifest says. */
  static async open(model: StoredModel): Promise<VisemeNetwork> {
    return new VisemeNetwork(await VisemeGraph.open(model), true);
  }

  /** `isOwner`: disposing the network disposes the graph. */
  constructor(graph: VisemeGraph, isOwner = false) {
    this.manifest = graph.manifest;
    this.#graph = graph;
    this.#isOwner = isOwner;
    const { contextFrames, stateSize } = graph.manifest;
    this.#emptyContext = graph.tensor(
      new Float32Array(contextFrames * MEL_COUNT).fill(SILENCE),
      [1, contextFrames, MEL_COUNT],
    );
    this.#emptyState = graph.tensor(new Float32Array(stateSize), [1, 1, stateSize]);
    this.#context = this.#emptyContext;
    this.#state = this.#emptyState;
  }

  /** Forgets what was heard. */
  start(): void {
    this.#starts++;
    this.#context = this.#emptyContext;
    this.#state = this.#emptyState;
  }

  /** Runs over the first 2 * `frames` columns, 1..RUN_FRAMES_MAX frames. Undefined where start() came in between. */
  async run(frames: number): Promise<NetworkAnswer | undefined> {
    const starts = this.#starts;
    const result = await this.#graph.run({
      mel: this.#input(frames),
      context: this.#context,
      state: this.#state,
    });
    if (starts !== this.#starts) return undefined;
    this.#context = result["context_out"]!;
    this.#state = result["state_out"]!;
    return {
      visemes: result["viseme"]!.data as Float32Array,
      mouths: result["mouth"]!.data as Float32Array,
    };
  }

  [Symbol.dispose](): void {
    if (this.#isOwner) this.#graph[Symbol.dispose]();
  }

  #input(frames: number): Tensor {
    return this.#inputs[frames] ??= this.#graph.tensor(
      this.columns.subarray(0, 2 * frames * MEL_COUNT),
      [1, 2 * frames, MEL_COUNT],
    );
  }
}
