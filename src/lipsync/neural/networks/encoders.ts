/**
 * The networks that stand before a mouth's: Whisper, HuBERT and WeNet, which hear, and MuseTalk's autoencoder, which sees.
 *
 * In: one piece of sound a run, or pictures. Out: new arrays. Engine's process, or prepare's; a run blocks it.
 */
import type { Tensor } from "onnxruntime-node";
import {
  FBANK_BINS,
  FEATURE_SIZE,
  HIDDEN_STATES,
  HUBERT_VALUES,
  MEL_COUNT,
  PIECE_COLUMNS,
  type SequenceEncoder,
  WENET_COLUMNS,
} from "../../../features/mod.ts";
import {
  badModel,
  graphOf,
  OnnxSession,
  type StoredNeuralModel,
  type TensorShape,
} from "../../../model/mod.ts";
import { BATCH, BatchedGraph } from "./batched_graph.ts";
import { BATCH_MAX, type NetworkOptions, notANumber } from "./network_base.ts";
import { LATENT_SCALE } from "./self_test.ts";

const PIECE_FEATURES = PIECE_COLUMNS / 2;

/** What the streams of features hear with; `encode` rejects with the runtime's error or Fault `not_a_number`. */
export interface SoundEncoder extends SequenceEncoder {
  readonly provider: string;
}

/** From pictures to latents, for prepare. */
export interface LatentEncoder extends Disposable {
  readonly provider: string;
  readonly batchMax: number;
  /** `images`: count * 3 * 256 * 256 in -1..1. Answers count * 4 * 32 * 32, times 0.18215. */
  encode(count: number, images: Float32Array): Promise<Float32Array>;
}

/** mel: 80 rows of 3000. Answers 1500 features of 5 rows of 384 values. */
export async function openWhisperEncoder(
  model: StoredNeuralModel,
  options: NetworkOptions,
): Promise<SoundEncoder> {
  const { entry, path, what } = graphOf(model, "whisper");
  const states: TensorShape[] = Array.from({ length: HIDDEN_STATES }, (_, layer) => ({
    name: `hidden${layer}`,
    dims: [1, PIECE_FEATURES, FEATURE_SIZE],
    hints: [`hidden_states.${layer}`, `hidden_states_${layer}`, `hidden_state_${layer}`],
    isOptional: true,
    isInOrder: true,
  }));
  const stacked: TensorShape = {
    name: "hidden",
    dims: [1, PIECE_FEATURES, HIDDEN_STATES, FEATURE_SIZE],
    hints: ["hidden_states", "features"],
    isOptional: true,
  };
  const mel: TensorShape = {
    name: "mel",
    dims: [1, MEL_COUNT, PIECE_COLUMNS],
    hints: ["input_features", "log_mel"],
  };
  const session = await OnnxSession.open({
    source: path,
    what,
    inputs: [mel],
    outputs: [stacked, ...states],
    sizes: {},
    names: { inputs: entry.inputs, outputs: entry.outputs },
    ...options,
  });
  const isStacked = session.outputs.has("hidden");
  if (!isStacked && states.some(({ name }) => !session.outputs.has(name))) {
    session[Symbol.dispose]();
    throw whisperFault(what);
  }
  const dims = [1, MEL_COUNT, PIECE_COLUMNS];
  return sequence(model, session, async (values) => {
    const answer = await session.run({ mel: session.tensor(values, dims) });
    if (isStacked) return answer["hidden"]!.data as Float32Array;
    const all = new Float32Array(PIECE_FEATURES * HIDDEN_STATES * FEATURE_SIZE);
    for (let layer = 0; layer < HIDDEN_STATES; layer++) {
      const state = answer[`hidden${layer}`]!.data as Float32Array;
      for (let at = 0; at < PIECE_FEATURES; at++) {
        const row = state.subarray(at * FEATURE_SIZE, (at + 1) * FEATURE_SIZE);
        all.set(row, (at * HIDDEN_STATES + layer) * FEATURE_SIZE);
      }
    }
    return all;
  });
}

const WENET_VALUES = 512;
/** What WeNet's chunk encoder answers for its 67 columns. */
const WENET_ANSWERS = 16;
/** HuBERT's convolutions: a feature every 320 samples, of 400. */
const HUBERT_HOP = 320;
const HUBERT_WINDOW = 400;

/** pcm of any length from 400 on. Answers floor((N - 400) / 320) + 1 features of 1024 values. */
export async function openHubertEncoder(
  model: StoredNeuralModel,
  options: NetworkOptions,
): Promise<SoundEncoder> {
  const { entry, path, what } = graphOf(model, "hubert");
  const session = await OnnxSession.open({
    source: path,
    what,
    inputs: [{ name: "pcm", dims: [1, "N"], hints: ["input_values", "audio", "input"] }],
    outputs: [{ name: "hidden", dims: [1, "T", HUBERT_VALUES], hints: ["last_hidden_state", "output"] }],
    sizes: { N: 2 * HUBERT_HOP + HUBERT_WINDOW, T: 3 },
    fixable: ["N", "T"],
    names: { inputs: entry.inputs, outputs: entry.outputs },
    ...options,
  });
  return sequence(model, session, async (values) => {
    const answer = await session.run({ pcm: session.tensor(values, [1, values.length]) });
    return answer["hidden"]!.data as Float32Array;
  });
}

/** What Ultralight feeds a chunk encoder with in every run: the place in the speech, and an empty cache of 16 answers. */
const WENET_OFFSET = 100n;
const WENET_CACHED = 16;

/**
 * fbank: 67 columns of 80. Answers 16 features of 512 values. What a chunk encoder remembers is the same in every run, the
 * caches zero, the mask full: each run stands by itself, as Ultralight's do.
 */
export async function openWenetEncoder(
  model: StoredNeuralModel,
  options: NetworkOptions,
): Promise<SoundEncoder> {
  const { entry, path, what } = graphOf(model, "wenet");
  const scalar = { dims: [], otherDims: [[1]], types: ["int64"] as const, isOptional: true };
  const memory: TensorShape[] = [
    { name: "offset", ...scalar },
    { name: "required_cache_size", ...scalar },
    { name: "att_cache", dims: ["L", "H", "C", "D"], isOptional: true },
    { name: "cnn_cache", dims: ["l", 1, "E", "K"], otherDims: [["l", "b", "E", "K"]], isOptional: true },
    { name: "att_mask", dims: [1, 1, "M"], types: ["bool"], isOptional: true },
  ];
  const words = {
    L: 1,
    H: 1,
    C: WENET_CACHED,
    D: 1,
    l: 1,
    b: 1,
    E: 1,
    K: 1,
    M: WENET_CACHED + WENET_ANSWERS,
  };
  const session = await OnnxSession.open({
    source: path,
    what,
    inputs: [
      {
        name: "fbank",
        dims: [1, WENET_COLUMNS, FBANK_BINS],
        otherDims: [[1, 1, WENET_COLUMNS, FBANK_BINS]],
        hints: ["chunk", "speech", "feats"],
      },
      ...memory,
    ],
    outputs: [{
      name: "hidden",
      dims: [1, WENET_ANSWERS, WENET_VALUES],
      hints: ["output", "encoder_out"],
    }],
    sizes: words,
    fixable: Object.keys(words),
    names: { inputs: entry.inputs, outputs: entry.outputs },
    ...options,
  });
  const feeds: Record<string, Tensor> = {};
  for (const { name } of memory) {
    const binding = session.inputs.get(name);
    if (binding === undefined) continue;
    const dims = binding.dims.map((length) =>
      typeof length === "number" ? length : session.lengths.get(length) ?? words[length as keyof typeof words]
    );
    const values = dims.reduce((a, b) => a * b, 1);
    feeds[name] = binding.type === "bool"
      ? session.tensor(new Uint8Array(values).fill(1), dims, "bool")
      : session.tensor(
        binding.type === "int64"
          ? new BigInt64Array(values).fill(name === "offset" ? WENET_OFFSET : 0n)
          : new Float32Array(values),
        dims,
      );
  }
  const isDeep = session.inputs.get("fbank")!.dims.length === 4;
  const dims = [...(isDeep ? [1] : []), 1, WENET_COLUMNS, FBANK_BINS];
  return sequence(model, session, async (values) => {
    feeds["fbank"] = session.tensor(values, dims);
    return (await session.run(feeds))["hidden"]!.data as Float32Array;
  });
}

const IMAGE_VALUES = 3 * 256 * 256;
const LATENT_VALUES = 4 * 32 * 32;

/** The model's own encoder; where it answers mean and deviation, the mean. */
export async function openLatentEncoder(
  model: StoredNeuralModel,
  { provider, threads, batchMax = BATCH_MAX }: NetworkOptions,
): Promise<LatentEncoder> {
  const place = graphOf(model, "encoder");
  const graph = await BatchedGraph.open(place, {
    inputs: [{ name: "image", dims: [BATCH, 3, 256, 256], hints: ["sample", "images", "input"] }],
    outputs: [{
      name: "latents",
      dims: [BATCH, 4, 32, 32],
      otherDims: [[BATCH, 8, 32, 32]],
      hints: ["latent_parameters", "latent_sample", "latent", "moments", "mean"],
    }],
  }, { provider, threads, batchMax });
  const gain = place.entry.scaleInside === true ? 1 : Math.fround(LATENT_SCALE);
  return {
    provider: graph.session.provider,
    batchMax: graph.capacity,
    async encode(count, images) {
      const all = new Float32Array(count * LATENT_VALUES);
      graph.input("image").set(images.subarray(0, count * IMAGE_VALUES));
      await graph.run(count, ({ latents }, from, frames) => {
        const { data, dims } = latents!;
        const step = dims[1]! * 32 * 32;
        for (let frame = 0; frame < frames; frame++) {
          for (let at = 0; at < LATENT_VALUES; at++) {
            all[(from + frame) * LATENT_VALUES + at] = (data as Float32Array)[frame * step + at]! * gain;
          }
        }
      });
      if (!isFinite(all)) throw notANumber(model);
      return all;
    },
    [Symbol.dispose]: () => graph[Symbol.dispose](),
  };
}

function sequence(
  model: StoredNeuralModel,
  session: OnnxSession,
  run: (values: Float32Array) => Promise<Float32Array>,
): SoundEncoder {
  return {
    provider: session.provider,
    async encode(values) {
      const answer = await run(values);
      if (!isFinite(answer)) throw notANumber(model);
      return answer;
    },
    [Symbol.dispose]: () => session[Symbol.dispose](),
  };
}

function isFinite(values: Float32Array): boolean {
  let broken = 0;
  for (let at = 0; at < values.length; at++) broken += values[at]! * 0; // NaN for what is not finite
  return broken === 0;
}

function whisperFault(what: string) {
  return badModel(
    `${what} has no outputs of Whisper's 5 hidden states, ` +
      `wanted "hidden" [1, ${PIECE_FEATURES}, 5, 384] or "hidden0" to "hidden4" [1, ${PIECE_FEATURES}, 384]`,
  );
}
