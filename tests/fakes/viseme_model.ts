/**
 * A viseme model of a few kilobytes that was never trained: fixed weights, real state and context, the real runtime.
 * It can be made to break on demand.
 *
 * In: how it should differ. Out: a folder with model.json and model.onnx, as in models/.
 */
import { MEL_COUNT } from "../../src/features/mod.ts";
import { MOUTH_PARAMETERS, VISEMES } from "../../src/lipsync/mod.ts";
import {
  BOOL,
  type Constant,
  floats,
  type Graph,
  INT64,
  integers,
  type Node,
  onnxBytes,
} from "./onnx_bytes.ts";

export interface FakeModelOptions {
  readonly name?: string;
  readonly delayFrames?: number;
  /**
   * At a loud column `NaN` answers that, at a very loud one `late NaN` does and `endless` computes for seconds; `wide`
   * answers far over 1.
   */
  readonly poison?: "NaN" | "late NaN" | "wide" | "endless";
  /** Changes the graph's declared inputs and outputs. */
  readonly graph?: (graph: Graph) => Graph;
  /** Changes model.json, after sizes and sums are filled in. */
  readonly manifest?: Readonly<Record<string, unknown>>;
}

const CONTEXT = 4;
const STATE = 8;
const OUTPUTS = VISEMES.length + MOUTH_PARAMETERS.length;
/** What a loop does each time. */
const TURN: Graph = {
  nodes: [["Identity", ["goOn"], ["goesOn"]], ["Cos", ["before"], ["after"]]],
  constants: [],
  inputs: { turn: [], goOn: [], before: [1] },
  outputs: { goesOn: [], after: [1] },
  types: { turn: INT64, goOn: BOOL, goesOn: BOOL },
};
/** A scaled log-mel value that only a loud sound reaches. */
const LOUD = 0.6;
/** One that the engine's worker, warming up, does not reach. */
const VERY_LOUD = 1.45;

/** Writes the model to `parent`/`name`; returns the name. */
export async function writeFakeModel(parent: string, options: FakeModelOptions = {}): Promise<string> {
  const { name = "fake", delayFrames = 3 } = options;
  const folder = `${parent}/${name}`;
  await Deno.mkdir(folder, { recursive: true });
  const onnx = onnxBytes((options.graph ?? ((graph) => graph))(fakeGraph(options)));
  await Deno.writeFile(`${folder}/model.onnx`, onnx);
  const sha256 = new Uint8Array(await crypto.subtle.digest("SHA-256", new Uint8Array(onnx))).toHex();
  const manifest = {
    name,
    kind: "viseme",
    version: 1,
    files: [{ name: "model.onnx", sha256, bytes: onnx.length }],
    licence: "CC0-1.0",
    rateHz: 16_000,
    hopSamples: 160,
    mels: MEL_COUNT,
    floor: -8,
    contextFrames: CONTEXT,
    stateSize: STATE,
    delayFrames,
    lookAheadMs: 12.5 + 20 * delayFrames,
    frameMs: 20,
    visemes: VISEMES,
    parameters: MOUTH_PARAMETERS,
    ...options.manifest,
  };
  await Deno.writeTextFile(`${folder}/model.json`, JSON.stringify(manifest));
  return name;
}

/**
 * Frame t hears the last column of the frame before and the first of its own, besides a leaky sum that lasts: every
 * kind of memory that the real network has.
 */
function fakeGraph({ poison }: FakeModelOptions): Graph {
  const nodes: Node[] = [
    ["Concat", ["context", "mel"], ["all"], { axis: 1 }],
    ["Slice", ["all", "contextStart", "end", "time"], ["context_out"]],
    ["Slice", ["all", "beforeStart", "beforeEnd", "time", "two"], ["before"]],
    ["Slice", ["all", "nowStart", "end", "time", "two"], ["now"]],
    ["Sub", ["now", "before"], ["change"]],
    ["MatMul", ["now", "wState"], ["heard"]],
    ["CumSum", ["heard", "axis"], ["sum"]],
    ["Add", ["sum", "state"], ["states"]],
    ["Slice", ["states", "lastStart", "end", "time"], ["state_out"]],
    ["Sin", ["states"], ["waves"]],
    ["MatMul", ["now", "wNow"], ["a"]],
    ["MatMul", ["change", "wChange"], ["b"]],
    ["MatMul", ["waves", "wWaves"], ["c"]],
    ["Sum", ["a", "b", "c"], ["clean"]],
    ["ReduceMax", ["all"], ["loudest"], { keepdims: 1 }],
    ["Sub", ["limit", "loudest"], ["room"]],
    ["Sqrt", ["room"], ["root"]],
    ["Mul", ["root", "nothing"], ["harm"]],
    ["Add", ["clean", "harm"], ["logits"]],
    ["Slice", ["logits", "zero", "visemes", "last"], ["shapes"]],
    ["Softmax", ["shapes"], ["viseme"], { axis: -1 }],
    ["Slice", ["logits", "visemes", "end", "last"], ["lips"]],
    ["Sigmoid", ["lips"], ["open"]],
    ["Mul", ["open", "gain"], ["wide"]],
    ["Greater", ["loudest", "loud"], ["isLoud"]],
    ["Cast", ["isLoud"], ["loudOnce"], { to: INT64 }],
    ["Mul", ["loudOnce", "rounds"], ["turns"]],
    ["Squeeze", ["turns"], ["trips"]],
    ["Loop", ["trips", "", "nothing"], ["dizzy"], { body: TURN }],
    ["Mul", ["dizzy", "nothing"], ["none"]],
    ["Add", ["wide", "none"], ["mouth"]],
  ];
  const constants: Constant[] = [
    integers("time", 1),
    integers("last", 2),
    integers("zero", 0),
    integers("two", 2),
    integers("end", 2 ** 31 - 1),
    integers("contextStart", -CONTEXT),
    integers("beforeStart", CONTEXT - 1),
    integers("beforeEnd", -1),
    integers("nowStart", CONTEXT),
    integers("lastStart", -1),
    integers("visemes", VISEMES.length),
    { ...integers("axis", 1), dims: [] },
    weights("wState", MEL_COUNT, STATE, 0.05),
    weights("wNow", MEL_COUNT, OUTPUTS, 0.3),
    weights("wChange", MEL_COUNT, OUTPUTS, 0.5),
    weights("wWaves", STATE, OUTPUTS, 1),
    floats("limit", [1], [poison === "NaN" ? LOUD : poison === "late NaN" ? VERY_LOUD : 1e9]),
    floats("nothing", [1], [0]),
    floats("loud", [1], [VERY_LOUD]),
    integers("rounds", poison === "endless" ? 4_000_000 : 0),
    floats("gain", [1], [poison === "wide" ? 7 : 1]),
  ];
  return {
    nodes,
    constants,
    inputs: { mel: [1, "T", MEL_COUNT], context: [1, CONTEXT, MEL_COUNT], state: [1, 1, STATE] },
    outputs: {
      viseme: [1, "F", VISEMES.length],
      mouth: [1, "F", MOUTH_PARAMETERS.length],
      context_out: [1, CONTEXT, MEL_COUNT],
      state_out: [1, 1, STATE],
    },
  };
}

function weights(name: string, rows: number, columns: number, scale: number): Constant {
  const values = Array.from(
    { length: rows * columns },
    (_, k) => scale * Math.sin(k * 12.9898 + name.length),
  );
  return floats(name, [rows, columns], values);
}
