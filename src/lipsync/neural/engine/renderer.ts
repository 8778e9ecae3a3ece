/**
 * One run of a network for the frames of one programme or of several.
 *
 * In: orders of engines on the same network. Out: their answers, each taken by its engine. Engine's process, which a run
 * blocks; one run at a time. Bounded: one batch of tensors.
 */
import type { Clock } from "../../../time/mod.ts";
import type { MouthNetwork } from "../networks/mouth_network.ts";
import type { BatchCost } from "./batch_cost.ts";
import type { NeuralEngine, RenderOrder } from "./neural_engine.ts";

/** The first `count` frames of an order. */
export interface RenderShare {
  readonly engine: NeuralEngine;
  readonly order: RenderOrder;
  readonly count: number;
}

/** What one engine's avatar did wrong; the others' frames are as they should be. */
export interface ShareFault {
  readonly engine: NeuralEngine;
  readonly error: unknown;
}

export class Renderer {
  /** Runs that held frames of more than one programme. */
  sharedRuns = 0;
  readonly #network: MouthNetwork;
  readonly #cost: BatchCost;
  readonly #clock: Clock;
  readonly #into: { readonly features: Float32Array; readonly faces: Float32Array };
  readonly #patches: Uint8Array;

  constructor(network: MouthNetwork, cost: BatchCost, clock: Clock) {
    this.#network = network;
    this.#cost = cost;
    this.#clock = clock;
    const { batchMax, featureValues, faceValues } = network;
    this.#into = {
      features: new Float32Array(batchMax * featureValues),
      faces: new Float32Array(batchMax * faceValues),
    };
    this.#patches = new Uint8Array(batchMax * this.#patchBytes);
  }

  get #patchBytes(): number {
    return this.#network.patchSize ** 2 * 3;
  }

  /**
   * Runs at most the network's `batchMax` frames. Where one of several shares fails, answers with that: before the run
   * nothing is rendered then, after it the others are. Rejects with what the network threw, or the only share did.
   */
  async render(shares: readonly RenderShare[]): Promise<ShareFault | undefined> {
    const { featureValues, faceValues } = this.#network;
    const startMs = this.#clock.nowMs();
    let count = 0;
    for (const share of shares) {
      const from = count;
      const fault = await tried(
        shares,
        share,
        () => share.engine.fill(share.order, share.count, this.#into, from),
      );
      if (fault) return fault;
      count += share.count;
    }
    await this.#network.run(
      count,
      this.#into.features.subarray(0, count * featureValues),
      this.#into.faces.subarray(0, count * faceValues),
      this.#patches,
    );
    let fault: ShareFault | undefined;
    let isTaken = false;
    let from = 0;
    for (const share of shares) {
      const patches = this.#patches.subarray(from * this.#patchBytes);
      const other = await tried(shares, share, async () => {
        if (await share.engine.take(share.order, share.count, patches)) isTaken = true;
      });
      fault ??= other;
      from += share.count;
    }
    if (isTaken) this.#cost.add(count, this.#clock.nowMs() - startMs);
    if (shares.length > 1) this.sharedRuns++;
    return fault;
  }
}

/** The fault of one of several; the only one throws it. */
async function tried(
  shares: readonly RenderShare[],
  { engine }: RenderShare,
  run: () => Promise<void>,
): Promise<ShareFault | undefined> {
  try {
    await run();
    return undefined;
  } catch (error) {
    if (shares.length === 1) throw error;
    return { engine, error };
  }
}
