/**
 * Graphs of the video engines' true contracts that were never trained: small weights, the same every time, so simple
 * that a test can compute the answer.
 */
import {
  BOOL,
  type Constant,
  type Dims,
  floats,
  type Graph,
  INT64,
  integers,
  type Node,
} from "./onnx_bytes.ts";

export const UINT8 = 2;
export const FLOAT16 = 10;
export const FLOAT = 1;
/** The colours of a scaled latent's channels, as the SD autoencoder has them on flat pictures. */
export const COLOURS = [
  [0.3512, 0.2297, 0.3227],
  [0.3250, 0.4974, 0.2350],
  [-0.2829, 0.1762, 0.2721],
  [-0.2120, -0.2616, -0.7177],
];
export const SCALE = 0.18215;

/** At a loud frame: `NaN` answers that, `throw` fails inside the runtime, `endless` computes for about 10 s. */
export type Poison = "NaN" | "throw" | "endless";

export interface GraphOptions {
  /** "baked": declared open, but 1 is written into the graph. */
  readonly batch?: number | "baked";
  readonly timestep?: "int64 [1]" | "int64 [B]" | "int64 []" | "float [B]" | "none";
  readonly peInside?: boolean;
  readonly scaleInside?: boolean;
  readonly range?: "-1..1" | "0..1" | "0..255";
  readonly picture?: "float" | "uint8" | "uint8 last";
  readonly poison?: Poison;
  /**
   * The largest feature that is not loud. Default: with the made-up whisper, and with Wav2Lip's mel, a voice at half of
   * full scale is not, a sine at full scale is; HuBERT and WeNet as their features are.
   */
  readonly loudAbove?: number;
  readonly hidden?: "stacked" | "separate";
}

const LATENT: Dims = ["B", 4, 32, 32];

export function unetGraph(options: GraphOptions): Graph {
  const nodes: Node[] = [
    ...(options.batch === "baked" ? [["Reshape", ["latents", "one"], ["seen"]] as const] : [
      ["Identity", ["latents"], ["seen"]] as const,
    ]),
    ["Slice", ["seen", "four", "eight", "axis1"], ["reference"]],
    ["Mul", ["reference", "faint"], ["face"]],
    options.peInside ? ["Add", ["context", "pe"], ["heard"]] : ["Identity", ["context"], ["heard"]],
    ["MatMul", ["heard", "wContext"], ["a"]],
    ["Tanh", ["a"], ["b"]],
    ["ReduceMean", ["b"], ["c"], { axes: [1], keepdims: 0 }],
    ["Unsqueeze", ["c", "planes"], ["d"]],
    ["Add", ["face", "d"], ["clean"]],
  ];
  const constants: Constant[] = [
    integers("one", 1, 8, 32, 32),
    integers("four", 4),
    integers("eight", 8),
    integers("axis1", 1),
    integers("planes", 2, 3),
    floats("faint", [1], [0.3]),
    weights("wContext", [384, 4], 0.6),
    floats("pe", [50, 384], positions()),
  ];
  const time = timestep(options.timestep ?? "int64 [1]");
  return poisoned(
    batched({
      nodes: [...nodes, ...time.nodes, ["Add", ["clean", time.adds], ["sample"]]],
      constants: [...constants, integers("column", -1, 1, 1, 1), floats("nothing", [1], [0])],
      inputs: { latents: ["B", 8, 32, 32], ...time.inputs, context: ["B", 50, 384] },
      outputs: { sample: LATENT },
      types: time.types,
    }, options.batch),
    "context",
    "sample",
    { loudAbove: options.peInside ? 1.42 : 2.42, ...options },
  );
}

function timestep(kind: NonNullable<GraphOptions["timestep"]>) {
  if (kind === "none") return { nodes: [] as Node[], adds: "nothing", inputs: {}, types: {} };
  const dims: Dims = kind.endsWith("[1]") ? [1] : kind.endsWith("[B]") ? ["B"] : [];
  const nodes: Node[] = [
    ["Cast", ["timestep"], ["time"], { to: FLOAT }],
    ["Reshape", ["time", "column"], ["times"]],
  ];
  return {
    ...{ nodes, adds: "times", inputs: { timestep: dims } },
    types: { timestep: kind.startsWith("int64") ? INT64 : FLOAT },
  };
}

/** Each latent is a block of eight by eight pixels of the colour it stands for. */
export function decoderGraph(options: GraphOptions): Graph {
  const { nodes, constants, type } = picture(options);
  const gain = options.scaleInside ? 1 : SCALE;
  return batched({
    nodes: [
      ["Conv", ["sample", "colours"], ["small"]],
      ["Resize", ["small", "", "blocks"], ["signed"]],
      ...nodes,
    ],
    constants: [
      floats("colours", [3, 4, 1, 1], [0, 1, 2].flatMap((c) => COLOURS.map((row) => row[c]! * gain))),
      floats("blocks", [4], [1, 1, 8, 8]),
      ...constants,
    ],
    inputs: { sample: LATENT },
    outputs: { image: options.picture === "uint8 last" ? ["B", 256, 256, 3] : ["B", 3, 256, 256] },
    types: { image: type },
  }, options.batch);
}

/** From `signed`, -1..1, to `image`. */
function picture({ range = "-1..1", picture = "float" }: GraphOptions) {
  const half: Node[] = [["Mul", ["signed", "half"], ["halved"]], ["Add", ["halved", "half"], ["unit"]]];
  const constants = [floats("half", [1], [0.5]), floats("bytes", [1], [255])];
  if (picture === "float") {
    const last: Node[] = range === "-1..1"
      ? [["Identity", ["signed"], ["image"]]]
      : range === "0..1"
      ? [...half, ["Identity", ["unit"], ["image"]]]
      : [...half, ["Mul", ["unit", "bytes"], ["image"]]];
    return { nodes: last, constants, type: FLOAT };
  }
  const nodes: Node[] = [
    ...half,
    ["Clip", ["unit", "low", "high"], ["clipped"]],
    ["Mul", ["clipped", "bytes"], ["scaled"]],
    ["Round", ["scaled"], ["whole"]],
    ["Cast", ["whole"], ["pixels"], { to: UINT8 }],
    picture === "uint8"
      ? ["Identity", ["pixels"], ["image"]]
      : ["Transpose", ["pixels"], ["image"], { perm: [0, 2, 3, 1] }],
  ];
  const ends = [floats("low", [], [0]), floats("high", [], [1])];
  return { nodes, constants: [...constants, ...ends], type: UINT8 };
}

/** UNet and decoder in one. */
export function fusedGraph(options: GraphOptions): Graph {
  const unet = unetGraph(options);
  const decoder = decoderGraph({ ...options, scaleInside: true });
  return {
    nodes: [...unet.nodes, ...decoder.nodes],
    constants: [...unet.constants, ...decoder.constants],
    inputs: unet.inputs,
    outputs: decoder.outputs,
    types: { ...unet.types, ...decoder.types },
  };
}

export function encoderGraph(options: GraphOptions): Graph {
  return batched({
    nodes: [
      ["AveragePool", ["image"], ["small"], { kernel_shape: [8, 8], strides: [8, 8] }],
      ["Conv", ["small", "colours"], ["latents"]],
    ],
    constants: [weights("colours", [4, 3, 1, 1], 5)],
    inputs: { image: ["B", 3, 256, 256] },
    outputs: { latents: LATENT },
  }, options.batch);
}

/** Every hidden state is the loudest band of every second column, more or less, and a little of all bands. */
export function whisperGraph({ hidden = "stacked" }: GraphOptions): Graph {
  const layers = [0, 1, 2, 3, 4];
  const separate: Node[] = layers.map((k) => ["Mul", ["state", `layer${k}`], [`hidden${k}`]]);
  const stacked: Node[] = [
    ["Unsqueeze", ["state", "two"], ["row"]],
    ["Mul", ["row", "layers"], ["hidden"]],
  ];
  const part: Dims = [1, 1500, 384];
  return {
    nodes: [
      ["Transpose", ["mel"], ["columns"], { perm: [0, 2, 1] }],
      ["Slice", ["columns", "zero", "end", "time", "two"], ["even"]],
      ["MatMul", ["even", "wMel"], ["bands"]],
      ["ReduceMax", ["even"], ["loudest"], { axes: [2], keepdims: 1 }],
      ["Add", ["bands", "loudest"], ["state"]],
      ...(hidden === "stacked" ? stacked : separate),
    ],
    constants: [
      integers("zero", 0),
      integers("end", 3000),
      integers("time", 1),
      integers("two", 2),
      weights("wMel", [80, 384], 0.002),
      floats("layers", [5, 1], layers.map(layerGain)),
      ...layers.map((k) => floats(`layer${k}`, [1], [layerGain(k)])),
    ],
    inputs: { mel: [1, 80, 3000] },
    outputs: hidden === "stacked"
      ? { hidden: [1, 1500, 5, 384] }
      : Object.fromEntries(layers.map((k) => [`hidden${k}`, part])),
  };
}

const layerGain = (k: number) => 1 - k / 10;

/** Every feature is the peak of its 400 samples, more or less. */
export function hubertGraph(): Graph {
  return {
    nodes: [
      ["Abs", ["pcm"], ["loud"]],
      ["Unsqueeze", ["loud", "one"], ["line"]],
      ["MaxPool", ["line"], ["peaks"], { kernel_shape: [400], strides: [320] }],
      ["Transpose", ["peaks"], ["rows"], { perm: [0, 2, 1] }],
      ["Mul", ["rows", "gains"], ["hidden"]],
    ],
    constants: [
      integers("one", 1),
      floats("gains", [1024], Array.from({ length: 1024 }, (_, k) => 1 - k / 2048)),
    ],
    inputs: { pcm: [1, "N"] },
    outputs: { hidden: [1, "T", 1024] },
  };
}

export function wenetGraph(): Graph {
  return {
    nodes: [
      ["Slice", ["fbank", "zero", "end", "time", "four"], ["some"]],
      ["MatMul", ["some", "wBands"], ["hidden"]],
    ],
    constants: [
      integers("zero", 0),
      integers("end", 64),
      integers("time", 1),
      integers("four", 4),
      weights("wBands", [80, 512], 0.02),
    ],
    inputs: { fbank: [1, 67, 80] },
    outputs: { hidden: [1, 16, 512] },
  };
}

/** sigmoid(2 * face - 1 + mean(sound) / 2) of the crop that shows all of the face. */
export function generatorGraph(
  side: number,
  sound: string,
  soundDims: readonly number[],
  firstPlane: number,
  options: GraphOptions,
): Graph {
  return poisoned(
    batched({
      nodes: [
        ["Slice", ["face", "first", "last", "axis1"], ["whole"]],
        ["Mul", ["whole", "two"], ["a"]],
        ["ReduceMean", [sound], ["b"], { axes: soundDims.map((_, at) => at + 1), keepdims: 1 }],
        ["Mul", ["b", "half"], ["c"]],
        ["Sum", ["a", "c", "minus"], ["d"]],
        ["Sigmoid", ["d"], ["image"]],
      ],
      constants: [
        integers("first", firstPlane),
        integers("last", firstPlane + 3),
        integers("axis1", 1),
        floats("two", [1], [2]),
        floats("half", [1], [0.5]),
        floats("minus", [1], [-1]),
      ],
      inputs: { [sound]: ["B", ...soundDims], face: ["B", 6, side, side] },
      outputs: { image: ["B", 3, side, side] },
    }, options.batch),
    sound,
    "image",
    { loudAbove: sound === "mel" ? 3 : 0.7, ...options },
  );
}

/** A batch of so many where it is a number. */
function batched(graph: Graph, batch: number | "baked" | undefined): Graph {
  if (typeof batch !== "number") return graph;
  const fixed = (all: Graph["inputs"]) =>
    Object.fromEntries(
      Object.entries(all).map((
        [name, dims],
      ) => [name, dims.map((length) => length === "B" ? batch : length)]),
    );
  return { ...graph, inputs: fixed(graph.inputs), outputs: fixed(graph.outputs) };
}

/** What a loop does each time. */
const TURN: Graph = {
  nodes: [["Identity", ["goOn"], ["goesOn"]], ["Cos", ["before"], ["after"]]],
  constants: [],
  inputs: { turn: [], goOn: [], before: [1] },
  outputs: { goesOn: [], after: [1] },
  types: { turn: INT64, goOn: BOOL, goesOn: BOOL },
};

/** Adds nothing to `result` unless `heard` is loud. */
function poisoned(graph: Graph, heard: string, result: string, options: GraphOptions): Graph {
  const { poison, loudAbove = 1 } = options;
  if (poison === undefined) return graph;
  const clean = graph.nodes.map(([op, from, to, attributes]): Node => [
    op,
    from,
    to.map((name) => name === result ? "unharmed" : name),
    attributes ?? {},
  ]);
  const ways: Record<Poison, Node[]> = {
    NaN: [
      ["Sub", ["loudLimit", "loudestOf"], ["room"]],
      ["Sqrt", ["room"], ["root"]],
      ["Mul", ["root", "none"], ["harm"]],
    ],
    throw: [["Mul", ["isLoudOnce", "far"], ["place"]], ["Gather", ["two0", "place"], ["harm"]]],
    endless: [
      ["Mul", ["isLoudOnce", "rounds"], ["turns"]],
      ["Squeeze", ["turns"], ["trips"]],
      ["Loop", ["trips", "", "none"], ["dizzy"], { body: TURN }],
      ["Mul", ["dizzy", "none"], ["harm"]],
    ],
  };
  return {
    ...graph,
    nodes: [
      ...clean,
      ["ReduceMax", [heard], ["loudestAll"], { keepdims: 0 }],
      ["Unsqueeze", ["loudestAll", "front"], ["loudestOf"]],
      ["Greater", ["loudestOf", "loudLimit"], ["isLoud"]],
      ["Cast", ["isLoud"], ["isLoudOnce"], { to: INT64 }],
      ...ways[poison],
      ["Add", ["unharmed", "harm"], [result]],
    ],
    constants: [
      ...graph.constants,
      integers("front", 0),
      integers("far", 9),
      integers("rounds", 10_000_000),
      floats("two0", [2], [0, 0]),
      floats("none", [1], [0]),
      floats("loudLimit", [1], [loudAbove]),
    ],
  };
}

function positions(): Iterable<number> {
  return Array.from({ length: 50 * 384 }, (_, at) => {
    const column = at % 384;
    const angle = Math.floor(at / 384) * 10_000 ** (-(column - column % 2) / 384);
    return column % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
  });
}

export function weights(name: string, dims: readonly number[], scale: number): Constant {
  const length = dims.reduce((a, b) => a * b, 1);
  return floats(name, dims, Array.from({ length }, (_, k) => scale * Math.sin(k * 12.9898 + name.length)));
}
