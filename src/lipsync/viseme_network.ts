/**
 * A viseme network with what it remembers between runs: the columns it saw last and its recurrent state.
 *
 * In: log-mel columns, two a 20 ms frame, written to `columns`. Out: for each frame the probabilities of the visemes
 * and the mouth parameters, valid until the next run. Output k speaks of frame k - delayFrames. Blocks the thread
 * that calls it; allocates what the runtime allocates.
 */
import type { Tensor } from "onnxruntime-node";
import { MEL_COUNT } from "../features/mod.ts";
import { OnnxSession } from "../model/mod.ts";
import type { VisemeManifest } from "./model_manifest.ts";
import type { StoredModel } from "./model_store.ts";
import { MOUTH_LENGTH } from "./mouth.ts";
import { VISEME_COUNT } from "./viseme.ts";

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
  readonly #session: OnnxSession;
  /** By the number of frames: the first so many columns as a tensor. */
  readonly #inputs: Tensor[] = [];
  readonly #emptyContext: Tensor;
  readonly #emptyState: Tensor;
  #context: Tensor;
  #state: Tensor;
  #starts = 0;

  /** Throws InputFault `bad_model` where the network is not what its manifest says. */
  static async open(model: StoredModel): Promise<VisemeNetwork> {
    const { manifest, folder, onnx } = model;
    const context = [1, manifest.contextFrames, MEL_COUNT];
    const state = [1, 1, manifest.stateSize];
    const session = await OnnxSession.open({
      source: onnx,
      isExact: true,
      what: `model ${folder}`,
      inputs: [
        { name: "mel", dims: [1, "columns", MEL_COUNT] },
        { name: "context", dims: context },
        { name: "state", dims: state },
      ],
      outputs: [
        { name: "viseme", dims: [1, "frames", VISEME_COUNT] },
        { name: "mouth", dims: [1, "frames", MOUTH_LENGTH] },
        { name: "context_out", dims: context },
        { name: "state_out", dims: state },
      ],
      sizes: { columns: 4, frames: 2 },
    });
    return new VisemeNetwork(manifest, session);
  }

  private constructor(manifest: VisemeManifest, session: OnnxSession) {
    this.manifest = manifest;
    this.#session = session;
    const { contextFrames, stateSize } = manifest;
    this.#emptyContext = session.tensor(
      new Float32Array(contextFrames * MEL_COUNT).fill(SILENCE),
      [1, contextFrames, MEL_COUNT],
    );
    this.#emptyState = session.tensor(new Float32Array(stateSize), [1, 1, stateSize]);
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
    const result = await this.#session.run({
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
    this.#session[Symbol.dispose]();
  }

  #input(frames: number): Tensor {
    return this.#inputs[frames] ??= this.#session.tensor(
      this.columns.subarray(0, 2 * frames * MEL_COUNT),
      [1, 2 * frames, MEL_COUNT],
    );
  }
}
