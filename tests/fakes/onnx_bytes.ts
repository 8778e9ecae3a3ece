/**
 * Writes small ONNX models: what of the format's protocol buffers a test needs, and no more.
 *
 * In: nodes, constants, inputs and outputs. Out: the bytes of a model of opset 17 that the real runtime loads.
 */

export type Dims = readonly (number | string)[];

/** `["MatMul", ["x", "w"], ["y"]]`, with whole numbers, lists of them or a graph as attributes. */
export type Node = readonly [
  op: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes?: Readonly<Record<string, number | readonly number[] | Graph>>,
];

export interface Constant {
  readonly name: string;
  readonly dims: readonly number[];
  /** Floats, or int64 for shapes and slices. */
  readonly values: Float32Array | BigInt64Array;
  /** The values lie in this file beside the model, from this byte on. */
  readonly place?: { readonly file: string; readonly offset: number };
}

export interface Graph {
  readonly nodes: readonly Node[];
  readonly constants: readonly Constant[];
  readonly inputs: Readonly<Record<string, Dims>>;
  readonly outputs: Readonly<Record<string, Dims>>;
  /** Element types of inputs and outputs that are not FLOAT. */
  readonly types?: Readonly<Record<string, number>>;
}

const FLOAT = 1;
export const INT64 = 7;
export const BOOL = 9;
const EXTERNAL = 1;
const ATTRIBUTE_INT = 2;
const ATTRIBUTE_GRAPH = 5;
const ATTRIBUTE_INTS = 7;

/** The bytes of the model. Field numbers are those of onnx.proto. */
export function onnxBytes(graph: Graph): Uint8Array {
  return join(whole(1, 8), bytes(7, graphProto(graph)), bytes(8, whole(2, 17)));
}

/** Constants by name. */
export function floats(name: string, dims: readonly number[], values: Iterable<number>): Constant {
  return { name, dims, values: Float32Array.from(values) };
}

export function integers(name: string, ...values: number[]): Constant {
  return { name, dims: [values.length], values: BigInt64Array.from(values, BigInt) };
}

function graphProto({ nodes, constants, inputs, outputs, types = {} }: Graph): Uint8Array {
  return join(
    ...nodes.map((node) => bytes(1, nodeProto(node))),
    text(2, "test"),
    ...constants.map((constant) => bytes(5, tensorProto(constant))),
    ...Object.entries(inputs).map(([name, dims]) => bytes(11, valueProto(name, dims, types[name]))),
    ...Object.entries(outputs).map(([name, dims]) => bytes(12, valueProto(name, dims, types[name]))),
  );
}

function nodeProto([op, inputs, outputs, attributes = {}]: Node): Uint8Array {
  return join(
    ...inputs.map((name) => text(1, name)),
    ...outputs.map((name) => text(2, name)),
    text(4, op),
    ...Object.entries(attributes).map(([name, value]) => bytes(5, attributeProto(name, value))),
  );
}

function attributeProto(name: string, value: number | readonly number[] | Graph): Uint8Array {
  if (typeof value === "number") return join(text(1, name), whole(3, value), whole(20, ATTRIBUTE_INT));
  if ("nodes" in value) return join(text(1, name), bytes(6, graphProto(value)), whole(20, ATTRIBUTE_GRAPH));
  return join(text(1, name), ...value.map((one) => whole(8, one)), whole(20, ATTRIBUTE_INTS));
}

function tensorProto({ name, dims, values, place }: Constant): Uint8Array {
  const kind = values instanceof Float32Array ? FLOAT : INT64;
  if (place !== undefined) {
    const about = { location: place.file, offset: `${place.offset}`, length: `${values.byteLength}` };
    const entries = Object.entries(about).map(([key, value]) =>
      bytes(13, join(text(1, key), text(2, value)))
    );
    return join(
      ...dims.map((length) => whole(1, length)),
      whole(2, kind),
      text(8, name),
      ...entries,
      whole(14, EXTERNAL),
    );
  }
  const raw = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return join(...dims.map((length) => whole(1, length)), whole(2, kind), text(8, name), bytes(9, raw));
}

function valueProto(name: string, dims: Dims, type = FLOAT): Uint8Array {
  const shape = join(
    ...dims.map((length) => bytes(1, typeof length === "number" ? whole(1, length) : text(2, length))),
  );
  return join(text(1, name), bytes(2, bytes(1, join(whole(1, type), bytes(2, shape)))));
}

function whole(field: number, value: number): Uint8Array {
  return join(varint(field << 3), varint(value));
}

function bytes(field: number, content: Uint8Array): Uint8Array {
  return join(varint(field << 3 | 2), varint(content.length), content);
}

function text(field: number, content: string): Uint8Array {
  return bytes(field, new TextEncoder().encode(content));
}

function varint(value: number): Uint8Array {
  const out: number[] = [];
  let left = BigInt.asUintN(64, BigInt(value));
  for (; left > 127n; left >>= 7n) out.push(Number(left & 127n) | 128);
  return Uint8Array.from([...out, Number(left)]);
}

function join(...parts: Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
