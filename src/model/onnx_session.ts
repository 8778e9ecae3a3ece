/**
 * One ONNX model, ready to run: its inputs and outputs are those that the caller knows, and it has run once.
 *
 * In: tensors by our names. Out: new tensors by our names (the runtime copies them). The runtime computes in the calling
 * thread and blocks it: not for the main thread of a live programme. Opened from bytes, or from a path where data lies
 * beside the graph.
 */
import type { InferenceSession, Tensor } from "onnxruntime-node";
import { InputFault, oneLine } from "../errors/mod.ts";
import { bind, type Binding, type Dims, names, shape, type TensorShape } from "./binding.ts";
import { badModel } from "./fault.ts";
import {
  loadRuntime,
  type Provider,
  type ProviderChoice,
  PROVIDERS,
  providerTrouble,
  type Runtime,
  shortened,
} from "./runtime.ts";

export interface OnnxSessionOptions {
  /** The graph's bytes, or its path. */
  readonly source: Uint8Array | string;
  /** Begins the messages: "model models/viseme". */
  readonly what: string;
  readonly inputs: readonly TensorShape[];
  readonly outputs: readonly TensorShape[];
  /** The lengths of the first run, for each word in the shapes. */
  readonly sizes: Readonly<Record<string, number>>;
  /** Default cpu. */
  readonly provider?: ProviderChoice;
  /** Default 1. */
  readonly threads?: number;
  /** Only our own names count. Default false: model.json's, then hints, then shapes. */
  readonly isExact?: boolean;
  /** From model.json: our names -> theirs. */
  readonly names?: {
    readonly inputs?: Readonly<Record<string, string>> | undefined;
    readonly outputs?: Readonly<Record<string, string>> | undefined;
  };
  /** Words whose length the graph may fix; the first run has the fixed length. Default none. */
  readonly fixable?: readonly string[];
}

export type Feeds = Readonly<Record<string, Tensor>>;
export type TensorData = Float32Array | BigInt64Array | Int32Array | Uint8Array;

export class OnnxSession implements Disposable {
  readonly provider: Provider;
  /** Why the providers before this one are not used, a line each. */
  readonly refusals: readonly string[];
  /** By our names. */
  readonly inputs: ReadonlyMap<string, Binding>;
  readonly outputs: ReadonlyMap<string, Binding>;
  /** What the graph fixes the words of the shapes to. */
  readonly lengths: ReadonlyMap<string, number>;
  readonly #runtime: Runtime;
  readonly #session: InferenceSession;
  /** The same records for every run. */
  readonly #feeds: Record<string, Tensor> = {};
  readonly #answer: Record<string, Tensor> = {};

  /**
   * Throws InputFault `bad_model` where the source is no model or it has other inputs or outputs, `bad_provider` where
   * the one that was asked for does not work here, Fault `no_runtime` where the runtime's library cannot be loaded.
   */
  static async open(options: OnnxSessionOptions): Promise<OnnxSession> {
    const { what, provider = "cpu" } = options;
    const runtime = await loadRuntime(what);
    const refusals: string[] = [];
    const tried = provider === "auto" ? PROVIDERS : [provider];
    for (const each of tried) {
      const isLast = each === tried[tried.length - 1];
      const trouble = await providerTrouble(runtime, each);
      if (trouble !== undefined) {
        if (isLast) {
          throw new InputFault(
            `${what}: provider "${each}" does not work here (${trouble}), wanted one that does, or auto`,
            { code: "bad_provider" },
          );
        }
        refusals.push(`${each}: ${trouble}`);
        continue;
      }
      try {
        return await OnnxSession.#openOn(runtime, each, refusals, options);
      } catch (error) {
        if (isLast) throw error;
        refusals.push(`${each}: ${oneLine(error)}`);
      }
    }
    throw new TypeError("no provider to try");
  }

  static async #openOn(
    runtime: Runtime,
    provider: Provider,
    refusals: readonly string[],
    options: OnnxSessionOptions,
  ): Promise<OnnxSession> {
    const { source, what, threads = 1 } = options;
    let session: InferenceSession;
    try {
      const about = {
        executionProviders: [provider],
        intraOpNumThreads: threads,
        interOpNumThreads: 1,
        logSeverityLevel: 4,
      } as const;
      session = typeof source === "string"
        ? await runtime.InferenceSession.create(source, about)
        : await runtime.InferenceSession.create(source, about);
    } catch (error) {
      throw badModel(`${what} cannot be loaded (${shortened(error)}), wanted an ONNX model`, error);
    }
    try {
      const opened = new OnnxSession(runtime, session, provider, refusals, options);
      await opened.#runOnce(options);
      return opened;
    } catch (error) {
      release(session);
      throw error;
    }
  }

  private constructor(
    runtime: Runtime,
    session: InferenceSession,
    provider: Provider,
    refusals: readonly string[],
    options: OnnxSessionOptions,
  ) {
    const { what, isExact = false, fixable = [] } = options;
    const lengths = new Map<string, number>();
    const shared = { what, isExact, fixable, lengths };
    this.#runtime = runtime;
    this.#session = session;
    this.provider = provider;
    this.refusals = refusals;
    this.lengths = lengths;
    this.inputs = bind({
      ...shared,
      ...{ side: "input", all: session.inputMetadata },
      ...{ wanted: options.inputs, given: options.names?.inputs },
    });
    this.outputs = bind({
      ...shared,
      ...{ side: "output", all: session.outputMetadata },
      ...{ wanted: options.outputs, given: options.names?.outputs },
    });
    const known = new Set([...this.inputs.values()].map(({ theirName }) => theirName));
    const stranger = session.inputNames.find((name) => !known.has(name));
    if (stranger !== undefined) {
      throw badModel(`${what} wants an input "${stranger}", wanted only ${names(options.inputs)}`);
    }
  }

  /** A tensor over `data`, which is read when a run begins. The element type is the array's, or `type`. */
  tensor(data: TensorData, dims: readonly number[], type: Tensor.Type = typeOf(data)): Tensor {
    return new this.#runtime.Tensor(type, data as Float32Array, dims) as Tensor;
  }

  /**
   * Every bound input is wanted, and no run while another is under way. The record that comes back is filled anew by the
   * next run, the tensors in it are not. Rejects with the runtime's error.
   */
  async run(feeds: Feeds): Promise<Feeds> {
    for (const { name, theirName } of this.inputs.values()) this.#feeds[theirName] = feeds[name]!;
    const answer = await this.#session.run(this.#feeds) as Feeds;
    for (const { name, theirName } of this.outputs.values()) this.#answer[name] = answer[theirName]!;
    return this.#answer;
  }

  [Symbol.dispose](): void {
    release(this.#session);
  }

  /** Fills the runtime's caches and sees what shapes really come out. */
  async #runOnce({ what, outputs, sizes }: OnnxSessionOptions): Promise<void> {
    const bound = (dims: Dims) =>
      dims.map((length) => typeof length === "number" ? length : this.lengths.get(length) ?? sizes[length]!);
    const feeds: Record<string, Tensor> = {};
    for (const { name, dims, type } of this.inputs.values()) {
      const lengths = bound(dims);
      feeds[name] = this.tensor(zeros(type, lengths.reduce((a, b) => a * b, 1)), lengths, type);
    }
    let results: Feeds;
    try {
      results = await this.run(feeds);
    } catch (error) {
      throw badModel(`${what} does not run (${shortened(error)}), wanted a run without error`, error);
    }
    for (const spec of outputs) {
      const binding = this.outputs.get(spec.name);
      if (binding === undefined) continue;
      const is = results[spec.name]!.dims;
      const fits = (dims: Dims) =>
        is.length === dims.length && bound(dims).every((length, at) => length === is[at]);
      const dims = [binding.dims, spec.dims, ...spec.otherDims ?? []].find(fits);
      if (dims === undefined) {
        throw badModel(
          `${what}: output "${binding.theirName}" came as ${shape(is)}, wanted ${shape(bound(binding.dims))}`,
        );
      }
      (this.outputs as Map<string, Binding>).set(spec.name, { ...binding, dims });
    }
  }
}

/** It frees memory, and nobody is left who could do anything about it. */
function release(session: InferenceSession): void {
  session.release().catch(() => {});
}

function typeOf(data: TensorData): Tensor.Type {
  if (data instanceof Float32Array) return "float32";
  if (data instanceof BigInt64Array) return "int64";
  return data instanceof Int32Array ? "int32" : "uint8";
}

function zeros(type: Tensor.Type, length: number): TensorData {
  if (type === "int64") return new BigInt64Array(length);
  if (type === "int32") return new Int32Array(length);
  return type === "uint8" || type === "bool" ? new Uint8Array(length) : new Float32Array(length);
}
