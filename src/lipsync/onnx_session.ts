/**
 * One ONNX model, ready to run: its inputs and outputs are those that the caller knows, and it has run once.
 *
 * In: float32 tensors by name. Out: new float32 tensors by name (the runtime copies them). The runtime computes in
 * the calling thread and blocks it: not for the main thread of a live programme. One thread, CPU. The library is
 * loaded when the first model is.
 */
import type { InferenceSession, Tensor } from "onnxruntime-node";
import { Fault, oneLine } from "../errors/mod.ts";
import { badModel } from "./model_store.ts";

export interface TensorShape {
  readonly name: string;
  /** A word stands for a length that may differ from run to run. */
  readonly dims: readonly (number | string)[];
}

export interface OnnxSessionOptions {
  readonly bytes: Uint8Array;
  /** Begins the messages: "model models/viseme". */
  readonly what: string;
  readonly inputs: readonly TensorShape[];
  readonly outputs: readonly TensorShape[];
  /** The lengths of the first run, for each word in the shapes. */
  readonly sizes: Readonly<Record<string, number>>;
}

type Feeds = Readonly<Record<string, Tensor>>;

export class OnnxSession implements Disposable {
  readonly #session: InferenceSession;
  readonly #makeTensor: (data: Float32Array, dims: readonly number[]) => Tensor;

  /**
   * Throws InputFault `bad_model` where the bytes are no model or it has other inputs or outputs, Fault `no_runtime`
   * where the runtime's library cannot be loaded on this machine.
   */
  static async open(options: OnnxSessionOptions): Promise<OnnxSession> {
    const { bytes, what, inputs, outputs, sizes } = options;
    const ort = await import("onnxruntime-node").catch((cause: unknown) => {
      throw new Fault(
        `${what}: the ONNX runtime cannot be loaded (${
          oneLine(cause)
        }), wanted onnxruntime-node, or the loudness engine`,
        { code: "no_runtime", cause },
      );
    });
    let session: InferenceSession;
    try {
      session = await ort.InferenceSession.create(bytes, {
        executionProviders: ["cpu"],
        intraOpNumThreads: 1,
        interOpNumThreads: 1,
        logSeverityLevel: 4,
      });
    } catch (error) {
      throw badModel(`${what} cannot be loaded (${oneLine(error)}), wanted an ONNX model`, error);
    }
    const opened = new OnnxSession(session, (data, dims) => new ort.Tensor("float32", data, dims));
    try {
      for (const wanted of inputs) check(what, "input", session.inputMetadata, wanted);
      for (const wanted of outputs) check(what, "output", session.outputMetadata, wanted);
      const stranger = session.inputNames.find((name) => inputs.every((input) => input.name !== name));
      if (stranger !== undefined) {
        throw badModel(`${what} wants an input "${stranger}", wanted only ${names(inputs)}`);
      }
      await opened.#runOnce(options, sizes);
    } catch (error) {
      opened[Symbol.dispose]();
      throw error;
    }
    return opened;
  }

  private constructor(
    session: InferenceSession,
    makeTensor: (data: Float32Array, dims: readonly number[]) => Tensor,
  ) {
    this.#session = session;
    this.#makeTensor = makeTensor;
  }

  /** A tensor over `data`, which is read when a run begins. */
  tensor(data: Float32Array, dims: readonly number[]): Tensor {
    return this.#makeTensor(data, dims);
  }

  /** Rejects with the runtime's error. */
  run(feeds: Feeds): Promise<Feeds> {
    return this.#session.run(feeds) as Promise<Feeds>;
  }

  [Symbol.dispose](): void {
    this.#session.release().catch(() => {}); // it frees memory, and nobody is left who could do anything about it
  }

  /** Fills the runtime's caches and sees what shapes really come out. */
  async #runOnce(options: OnnxSessionOptions, sizes: Readonly<Record<string, number>>): Promise<void> {
    const { what, inputs, outputs } = options;
    const feeds: Record<string, Tensor> = {};
    for (const { name, dims } of inputs) {
      const lengths = bound(dims, sizes);
      feeds[name] = this.tensor(new Float32Array(lengths.reduce((a, b) => a * b, 1)), lengths);
    }
    let results: Feeds;
    try {
      results = await this.run(feeds);
    } catch (error) {
      throw badModel(`${what} does not run (${oneLine(error)}), wanted a run without error`, error);
    }
    for (const { name, dims } of outputs) {
      const is = results[name]!.dims;
      const wanted = bound(dims, sizes);
      if (is.length !== wanted.length || is.some((length, at) => length !== wanted[at])) {
        throw badModel(`${what}: output "${name}" came as ${shape(is)}, wanted ${shape(wanted)}`);
      }
    }
  }
}

function check(
  what: string,
  side: "input" | "output",
  all: readonly InferenceSession.ValueMetadata[],
  wanted: TensorShape,
): void {
  const is = all.find(({ name }) => name === wanted.name);
  const should = `float32 ${shape(wanted.dims)}`;
  if (is === undefined) {
    throw badModel(`${what} has no ${side} "${wanted.name}" (it has ${names(all)}), wanted ${should}`);
  }
  // A length that the model leaves open is seen at the first run.
  const isRight = is.isTensor && is.type === "float32" && is.shape.length === wanted.dims.length &&
    is.shape.every((length, at) => typeof length === "string" || length === wanted.dims[at]);
  if (isRight) return;
  const got = is.isTensor ? `${is.type} ${shape(is.shape)}` : "no tensor";
  throw badModel(`${what}: ${side} "${wanted.name}" is ${got}, wanted ${should}`);
}

function bound(dims: readonly (number | string)[], sizes: Readonly<Record<string, number>>): number[] {
  return dims.map((length) => typeof length === "number" ? length : sizes[length]!);
}

function shape(dims: readonly (number | string)[]): string {
  return `[${dims.map((length) => length === "" ? "?" : length).join(", ")}]`;
}

function names(all: readonly { readonly name: string }[]): string {
  return all.map(({ name }) => `"${name}"`).join(", ");
}
