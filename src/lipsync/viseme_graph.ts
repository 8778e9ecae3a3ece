/**
 * The graph of a viseme network, opened once for everybody who hears with it; what each of them remembers is its own
 * network's (viseme_network.ts).
 *
 * In: columns, context and state of one network. Out: new tensors. Engine's thread, which a run blocks for a fraction of a
 * millisecond. The shipped graphs fix their batch to 1, so networks take turns: whoever asked first is next, one run each,
 * and none waits longer than one run of each other.
 */
import type { Tensor } from "onnxruntime-node";
import { MEL_COUNT } from "../features/mod.ts";
import { type Feeds, OnnxSession } from "../model/mod.ts";
import type { VisemeManifest } from "./model_manifest.ts";
import type { StoredModel } from "./model_store.ts";
import { MOUTH_LENGTH } from "./mouth.ts";
import { VISEME_COUNT } from "./viseme.ts";

interface Turn {
  readonly feeds: Feeds;
  readonly answer: PromiseWithResolvers<Feeds>;
}

export class VisemeGraph implements Disposable {
  readonly manifest: VisemeManifest;
  readonly #session: OnnxSession;
  readonly #waiting: Turn[] = [];
  #isRunning = false;

  /** Throws InputFault `bad_model` where the network is not what its manifest says. */
  static async open(model: StoredModel): Promise<VisemeGraph> {
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
    return new VisemeGraph(manifest, session);
  }

  private constructor(manifest: VisemeManifest, session: OnnxSession) {
    this.manifest = manifest;
    this.#session = session;
  }

  tensor(data: Float32Array, dims: readonly number[]): Tensor {
    return this.#session.tensor(data, dims);
  }

  /** Runs when those that asked before have run. The record that comes back is filled anew by the next run. */
  run(feeds: Feeds): Promise<Feeds> {
    if (!this.#isRunning) return this.#go(feeds);
    const answer = Promise.withResolvers<Feeds>();
    this.#waiting.push({ feeds, answer });
    return answer.promise;
  }

  async #go(feeds: Feeds): Promise<Feeds> {
    this.#isRunning = true;
    try {
      return await this.#session.run(feeds);
    } finally {
      this.#isRunning = false;
      const next = this.#waiting.shift();
      if (next) this.#go(next.feeds).then(next.answer.resolve, next.answer.reject);
    }
  }

  [Symbol.dispose](): void {
    this.#session[Symbol.dispose]();
  }
}
