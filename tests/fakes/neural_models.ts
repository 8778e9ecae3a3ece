/**
 * Folders of tiny video engines' models of the true contracts, for the real runtime; named and shaped as public exports
 * are, and breakable on demand.
 *
 * In: how a model should differ. Out: a folder with model.json and its graphs. Whole rungs can be opened from them.
 */
import {
  decoderGraph,
  encoderGraph,
  FLOAT,
  FLOAT16,
  fusedGraph,
  generatorGraph,
  type GraphOptions,
  hubertGraph,
  unetGraph,
  wenetGraph,
  whisperGraph,
} from "./neural_graphs.ts";
import { type Graph, type Node, onnxBytes } from "./onnx_bytes.ts";
import type { GraphEntry, GraphRole, NeuralContract } from "../../src/model/mod.ts";

export interface NeuralModelOptions extends GraphOptions {
  /** Default: the contract's family. */
  readonly name?: string;
  /** One graph in place of UNet and decoder. */
  readonly isFused?: boolean;
  /** Added to model.json's entry of a role. */
  readonly entries?: Partial<Record<GraphRole, Partial<GraphEntry>>>;
  /** Our names of inputs and outputs -> those of the graph. */
  readonly rename?: Partial<Record<GraphRole, Readonly<Record<string, string>>>>;
  /** This graph's first input is float16. */
  readonly half?: GraphRole;
  /** The floats of a role's graph lie in this file. */
  readonly data?: Partial<Record<GraphRole, string>>;
  readonly change?: (role: GraphRole, graph: Graph) => Graph;
  /** Changes model.json, after sizes and sums are filled in. */
  readonly manifest?: Readonly<Record<string, unknown>>;
}

/** Writes the model to `parent`/`name`; returns the name. */
export async function writeNeuralModel(
  parent: string,
  contract: NeuralContract,
  options: NeuralModelOptions = {},
): Promise<string> {
  const [kind = ""] = contract.split("/");
  const { name = kind } = options;
  const folder = `${parent}/${name}`;
  await Deno.mkdir(folder, { recursive: true });
  const files: Record<string, unknown>[] = [];
  const graphs: Record<string, unknown> = {};
  for (const [role, graph] of graphsOf(contract, options)) {
    const file = `${role}.onnx`;
    const data = options.data?.[role];
    const all = data === undefined ? undefined : outside(changed(role, graph, options), data);
    files.push(await write(folder, file, onnxBytes(all?.graph ?? changed(role, graph, options))));
    if (all !== undefined) files.push(await write(folder, data!, all.bytes));
    graphs[role] = { file, ...options.entries?.[role] };
  }
  const manifest = {
    name,
    kind,
    version: 1,
    contract,
    files,
    licence: "CC0-1.0",
    graphs,
    ...options.manifest,
  };
  await Deno.writeTextFile(`${folder}/model.json`, JSON.stringify(manifest));
  return name;
}

/** Answers what model.json says of the file. */
async function write(folder: string, name: string, content: Uint8Array): Promise<Record<string, unknown>> {
  const bytes = new Uint8Array(content);
  await Deno.writeFile(`${folder}/${name}`, bytes);
  const sha256 = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
  return { name, sha256, bytes: bytes.length };
}

/** The graph without its float constants' values, and those. */
function outside(graph: Graph, file: string): { graph: Graph; bytes: Uint8Array } {
  const bytes: number[] = [];
  const constants = graph.constants.map((constant) => {
    const { values } = constant;
    if (!(values instanceof Float32Array) || values.length < 9) return constant;
    const place = { file, offset: bytes.length };
    bytes.push(...new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    return { ...constant, place };
  });
  return { graph: { ...graph, constants }, bytes: Uint8Array.from(bytes) };
}

function graphsOf(contract: NeuralContract, options: NeuralModelOptions): [GraphRole, Graph][] {
  switch (contract) {
    case "musetalk/1.0":
    case "musetalk/1.5":
      return [
        ["whisper", whisperGraph(options)],
        ["encoder", encoderGraph(options)],
        ...(options.isFused ? [["fused", fusedGraph(options)] as [GraphRole, Graph]] : [
          ["unet", unetGraph(options)] as [GraphRole, Graph],
          ["decoder", decoderGraph(options)] as [GraphRole, Graph],
        ]),
      ];
    case "wav2lip/96":
    case "wav2lip/256": {
      const side = contract === "wav2lip/96" ? 96 : 256;
      return [["generator", generatorGraph(side, "mel", [1, 80, 16], 3, options)]];
    }
    case "ultralight/hubert":
      return [
        ["generator", generatorGraph(160, "audio", [16, 32, 32], 0, options)],
        ["hubert", hubertGraph()],
      ];
    case "ultralight/wenet":
      return [
        ["generator", generatorGraph(160, "audio", [128, 16, 32], 0, options)],
        ["wenet", wenetGraph()],
      ];
  }
}

function changed(role: GraphRole, graph: Graph, { half, rename, change }: NeuralModelOptions): Graph {
  let now = renamed(graph, rename?.[role] ?? {});
  if (half === role) now = halved(now);
  return change?.(role, now) ?? now;
}

/** All at once, so that names can be swapped; what has such a name inside gets another. */
export function renamed(graph: Graph, to: Readonly<Record<string, string>>): Graph {
  const taken = new Set(Object.values(to));
  const name = (from: string) => to[from] ?? (taken.has(from) ? `${from}_inside` : from);
  const all = <T>(record: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(Object.entries(record).map(([from, value]) => [name(from), value]));
  return {
    nodes: graph.nodes.map(([op, from, into, attributes]): Node => [
      op,
      from.map(name),
      into.map(name),
      attributes ?? {},
    ]),
    constants: graph.constants.map((constant) => ({ ...constant, name: name(constant.name) })),
    inputs: all(graph.inputs),
    outputs: all(graph.outputs),
    types: all(graph.types ?? {}),
  };
}

function halved(graph: Graph): Graph {
  const [input = ""] = Object.keys(graph.inputs);
  const inside = renamed(graph, { [input]: `${input}_whole` });
  return {
    ...inside,
    nodes: [["Cast", [input], [`${input}_whole`], { to: FLOAT }], ...inside.nodes],
    inputs: graph.inputs,
    types: { ...graph.types, [input]: FLOAT16 },
  };
}
