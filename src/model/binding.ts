/**
 * Which input or output of a graph is which of ours: by the name that model.json gives, else by our name or one that
 * public exports use, else by element type, rank and lengths.
 *
 * In: what the runtime says of a graph and what is wanted. Out: a binding each, or InputFault `bad_model` that says what
 * the graph has and what is wanted.
 */
import type { InferenceSession, Tensor } from "onnxruntime-node";
import { badModel } from "./fault.ts";

/** A word stands for a length that may differ from run to run. */
export type Dims = readonly (number | string)[];

export interface TensorShape {
  /** Ours. */
  readonly name: string;
  readonly dims: Dims;
  /** Others that will do. */
  readonly otherDims?: readonly Dims[];
  /** Default float32. */
  readonly types?: readonly Tensor.Type[];
  /** What public exports call it. */
  readonly hints?: readonly string[];
  readonly isOptional?: boolean;
  /** Where so many tensors are left as there are wanted of this kind, they are taken in the graph's order. */
  readonly isInOrder?: boolean;
}

export interface Binding {
  readonly name: string;
  readonly theirName: string;
  readonly type: Tensor.Type;
  /** Those of the wanted ones that the graph has; a word may still be open, or fixed in `lengths`. */
  readonly dims: Dims;
  /** As the graph declares them. */
  readonly declared: Dims;
}

export interface BindOptions {
  readonly what: string;
  readonly side: "input" | "output";
  readonly all: readonly InferenceSession.ValueMetadata[];
  readonly wanted: readonly TensorShape[];
  /** Our name -> theirs, from model.json. */
  readonly given?: Readonly<Record<string, string>> | undefined;
  /** Only our own names count. */
  readonly isExact: boolean;
  /** Words whose length a graph may fix. */
  readonly fixable: readonly string[];
  /** What they are fixed to; filled in. */
  readonly lengths: Map<string, number>;
}

export function bind(options: BindOptions): Map<string, Binding> {
  const { what, side, all, wanted, given = {} } = options;
  refuseHalf(what, side, all);
  for (const ours of Object.keys(given)) {
    if (wanted.some(({ name }) => name === ours)) continue;
    throw badModel(`${what}: model.json names an ${side} "${ours}", wanted only ${names(wanted)}`);
  }
  const bound = new Map<string, Binding>();
  const free = new Set(all);
  const take = (spec: TensorShape, value: InferenceSession.ValueMetadata) => {
    const binding = fit(options, spec, value, true);
    if (binding === undefined) throw badModel(`${what}: ${side} ${misfit(spec, value)}`);
    bound.set(spec.name, binding);
    free.delete(value);
  };
  for (const spec of wanted) {
    const theirs = given[spec.name];
    const value = named(options, spec, theirs, free);
    if (value !== undefined) take(spec, value);
    else if (theirs !== undefined) throw missing(options, spec, theirs);
    else if (options.isExact && !spec.isOptional) throw missing(options, spec, spec.name);
  }
  if (!options.isExact) bindByShape(options, bound, free, take);
  return bound;
}

/** Again and again what only one tensor can be, until nothing is left. */
function bindByShape(
  options: BindOptions,
  bound: Map<string, Binding>,
  free: ReadonlySet<InferenceSession.ValueMetadata>,
  take: (spec: TensorShape, value: InferenceSession.ValueMetadata) => void,
): void {
  const { what, side, all, wanted } = options;
  for (let isGoing = true; isGoing;) {
    isGoing = false;
    for (const spec of wanted) {
      if (bound.has(spec.name)) continue;
      const fitting = [...free].filter((value) => fit(options, spec, value, false) !== undefined);
      if (fitting.length !== 1) continue;
      take(spec, fitting[0]!);
      isGoing = true;
    }
  }
  const row = wanted.filter(({ name, isInOrder }) => isInOrder && !bound.has(name));
  const left = [...free].filter((value) =>
    row.length > 0 && fit(options, row[0]!, value, false) !== undefined
  );
  if (left.length === row.length) row.forEach((spec, at) => take(spec, left[at]!));
  for (const spec of wanted) {
    if (bound.has(spec.name) || spec.isOptional) continue;
    const fitting = [...free].filter((value) => fit(options, spec, value, false) !== undefined);
    if (fitting.length > 0) {
      throw badModel(
        `${what}: ${names(fitting)} could all be ${side} "${spec.name}", wanted its name in model.json`,
      );
    }
    // One that is called so says more than a list of names.
    const called = all.find(({ name }) => free.size > 0 && isCalled(spec, name));
    if (called !== undefined) throw badModel(`${what}: ${side} ${misfit(spec, called)}`);
    throw missing(options, spec, spec.name);
  }
}

function named(
  options: BindOptions,
  spec: TensorShape,
  theirs: string | undefined,
  free: ReadonlySet<InferenceSession.ValueMetadata>,
): InferenceSession.ValueMetadata | undefined {
  const values = [...free];
  if (theirs !== undefined) return values.find(({ name }) => name === theirs);
  if (options.isExact) return values.find(({ name }) => name === spec.name);
  // What has the name and another shape may be something else: left to the shapes.
  const fits = (name: string) =>
    values.find((value) => value.name === name && fit(options, spec, value, false) !== undefined);
  for (const name of [spec.name, ...spec.hints ?? []]) {
    const value = fits(name);
    if (value !== undefined) return value;
  }
  return undefined;
}

function isCalled(spec: TensorShape, name: string): boolean {
  return name === spec.name || (spec.hints ?? []).includes(name);
}

/** With `isTaken` the lengths that the graph fixes are noted. */
function fit(
  { fixable, lengths }: BindOptions,
  spec: TensorShape,
  value: InferenceSession.ValueMetadata,
  isTaken: boolean,
): Binding | undefined {
  if (!value.isTensor || !(spec.types ?? ["float32"]).includes(value.type)) return undefined;
  for (const dims of [spec.dims, ...spec.otherDims ?? []]) {
    if (dims.length !== value.shape.length) continue;
    const fixed = new Map<string, number>();
    const isRight = value.shape.every((length, at) => {
      const wanted = dims[at]!;
      // A length that the model leaves open is seen at the first run.
      if (typeof length === "string" || typeof wanted === "number") {
        return typeof length === "string" || length === wanted;
      }
      if (!fixable.includes(wanted)) return false;
      fixed.set(wanted, fixed.get(wanted) ?? lengths.get(wanted) ?? length);
      return fixed.get(wanted) === length;
    });
    if (!isRight) continue;
    if (isTaken) { for (const [word, length] of fixed) lengths.set(word, length); }
    return { name: spec.name, theirName: value.name, type: value.type, dims, declared: value.shape };
  }
  return undefined;
}

/** The runtime's binding for JavaScript takes and gives float16 as bit patterns: of no use to anybody here. */
function refuseHalf(what: string, side: string, all: readonly InferenceSession.ValueMetadata[]): void {
  const half = all.find((value) => value.isTensor && value.type === "float16");
  if (half === undefined || !half.isTensor) return;
  throw badModel(
    `${what}: ${side} "${half.name}" is float16 ${shape(half.shape)}, ` +
      "wanted float32 inputs and outputs around float16 weights",
  );
}

function missing({ what, side, all }: BindOptions, spec: TensorShape, name: string): Error {
  return badModel(`${what} has no ${side} "${name}" (it has ${names(all)}), wanted ${wish(spec)}`);
}

function misfit(spec: TensorShape, value: InferenceSession.ValueMetadata): string {
  const got = value.isTensor ? `${value.type} ${shape(value.shape)}` : "no tensor";
  return `"${value.name}" is ${got}, wanted ${wish(spec)}`;
}

function wish({ types = ["float32"], dims, otherDims = [] }: TensorShape): string {
  return `${types.join(" or ")} ${[dims, ...otherDims].map(shape).join(" or ")}`;
}

export function shape(dims: Dims): string {
  return `[${dims.map((length) => length === "" ? "?" : length).join(", ")}]`;
}

export function names(all: readonly { readonly name: string }[]): string {
  return all.map(({ name }) => `"${name}"`).join(", ");
}
