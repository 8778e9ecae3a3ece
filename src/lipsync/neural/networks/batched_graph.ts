/**
 * A graph that computes frames, each by itself: one run for a batch, or several where the graph's batch is static.
 *
 * In: values of frames 0..count-1 in `input(name)`. Out: `take` is called with the tensors of each run. Blocks the thread;
 * allocates what the runtime allocates.
 */
import {
  badModel,
  type GraphEntry,
  OnnxSession,
  type ProviderChoice,
  type TensorShape,
} from "../../../model/mod.ts";
import type { Tensor } from "onnxruntime-node";

/** A word that counts the frames of a run. */
export const BATCH = "B";

export interface Runs {
  readonly provider: ProviderChoice;
  readonly threads: number;
  /** Frames of a run where the graph leaves it open. */
  readonly batchMax: number;
}

export interface GraphPlace {
  readonly entry: GraphEntry;
  readonly path: string;
  readonly what: string;
}

export interface BatchedGraphShape {
  /** Values of each frame; all dims begin with BATCH. */
  readonly inputs: readonly TensorShape[];
  /** Zero in every run. */
  readonly zeros?: readonly TensorShape[];
  readonly outputs: readonly TensorShape[];
}

export type Take = (answer: Readonly<Record<string, Tensor>>, from: number, count: number) => void;

export class BatchedGraph implements Disposable {
  /** Frames of every run, where the graph wants exactly so many. */
  readonly batch: number | undefined;
  readonly capacity: number;
  readonly #inputs = new Map<string, { values: number; dims: number[]; data: Float32Array }>();
  readonly #feeds: Record<string, Tensor>[] = [];

  static async open(place: GraphPlace, graph: BatchedGraphShape, runs: Runs): Promise<BatchedGraph> {
    const { entry, path, what } = place;
    const session = await OnnxSession.open({
      source: path,
      what,
      inputs: [...graph.inputs, ...graph.zeros ?? []],
      outputs: graph.outputs,
      sizes: { [BATCH]: entry.batch ?? 1 },
      fixable: [BATCH],
      names: { inputs: entry.inputs, outputs: entry.outputs },
      provider: runs.provider,
      threads: runs.threads,
    });
    try {
      const fixed = session.lengths.get(BATCH);
      if (entry.batch !== undefined && fixed !== undefined && fixed !== entry.batch) {
        throw badModel(`${what} has batches of ${fixed}, wanted ${entry.batch} as model.json says`);
      }
      const batch = fixed ?? entry.batch;
      const opened = new BatchedGraph(session, graph, batch, runs.batchMax);
      if (batch !== undefined || runs.batchMax === 1 || await opened.#canRun(2, graph)) return opened;
      return new BatchedGraph(session, graph, 1, runs.batchMax);
    } catch (error) {
      session[Symbol.dispose]();
      throw error;
    }
  }

  private constructor(
    readonly session: OnnxSession,
    graph: BatchedGraphShape,
    batch: number | undefined,
    batchMax: number,
  ) {
    this.batch = batch;
    this.capacity = batch === undefined ? batchMax : Math.ceil(batchMax / batch) * batch;
    for (const { name } of graph.inputs) {
      const dims = session.inputs.get(name)!.dims.slice(1) as number[];
      const values = dims.reduce((a, b) => a * b, 1);
      this.#inputs.set(name, { values, dims, data: new Float32Array(this.capacity * values) });
    }
  }

  /** Where frames of an input are written: `capacity` of them, one after another. */
  input(name: string): Float32Array {
    return this.#inputs.get(name)!.data;
  }

  async run(count: number, take: Take): Promise<void> {
    if (count < 1 || count > this.capacity) {
      throw new RangeError(`${count} frames, wanted 1 to ${this.capacity}`);
    }
    const step = this.batch ?? count;
    for (let from = 0; from < count; from += step) {
      const answer = await this.session.run(this.#feedsOf(from, step));
      take(answer, from, Math.min(step, count - from));
    }
  }

  [Symbol.dispose](): void {
    this.session[Symbol.dispose]();
  }

  /** Made once for each place and length. */
  #feedsOf(from: number, count: number): Record<string, Tensor> {
    const key = this.batch === undefined ? count : from;
    return this.#feeds[key] ??= Object.fromEntries(
      [...this.session.inputs.values()].map(({ name, dims, declared, type }) => {
        const input = this.#inputs.get(name);
        if (input !== undefined) {
          const { values, data } = input;
          const part = data.subarray(from * values, (from + count) * values);
          return [name, this.session.tensor(part, [count, ...input.dims])];
        }
        const lengths = dims.map((length, at) =>
          // A length left open will be that of the batch, though 1 would do in most graphs.
          length === BATCH || typeof declared[at] === "string" ? count : length as number
        );
        const values = lengths.reduce((a, b) => a * b, 1);
        const data = type === "int64"
          ? new BigInt64Array(values)
          : type === "int32"
          ? new Int32Array(values)
          : new Float32Array(values);
        return [name, this.session.tensor(data, lengths)];
      }),
    );
  }

  /** Some graphs leave the batch open and have its length of 1 written into them all the same. */
  async #canRun(count: number, { outputs }: BatchedGraphShape): Promise<boolean> {
    try {
      const answer = await this.session.run(this.#feedsOf(0, count));
      return outputs.every(({ name }) => answer[name]?.dims[0] === count);
    } catch {
      return false;
    }
  }
}
