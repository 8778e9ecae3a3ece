/**
 * Runs an exported network in onnxruntime over its golden mels, in pieces of several sizes, and compares with what PyTorch said.
 *
 * In: model folders (models/viseme ...) and --golden FOLDER. Out: one line a model; exit code 1 where a value differs by more than 1e-4.
 */
import { parseArgs } from "@std/cli";
import * as ort from "onnxruntime-node";

const TOLERANCE = 1e-4;
const COLUMNS_PER_FRAME = 2;

interface Golden {
  mel: { file: string; shape: [number, number] };
  models: Record<string, Record<string, { file: string; shape: number[] }>>;
}

const flags = parseArgs(Deno.args, { string: ["golden"], default: { golden: "tests/golden/viseme" } });
const golden: Golden = JSON.parse(await Deno.readTextFile(`${flags.golden}/golden.json`));

async function floats(file: string): Promise<Float32Array> {
  return new Float32Array((await Deno.readFile(`${flags.golden}/${file}`)).buffer);
}

/** The largest difference between the outputs in pieces of `framesAtOnce` frames and the golden ones. */
async function difference(folder: string, framesAtOnce: number): Promise<number> {
  const about = JSON.parse(await Deno.readTextFile(`${folder}/model.json`));
  const session = await ort.InferenceSession.create(`${folder}/model.onnx`, { intraOpNumThreads: 1 });
  const mels: number = about.mels;
  const mel = await floats(golden.mel.file);
  const wanted = golden.models[about.name]!;
  const viseme = await floats(wanted["viseme"]!.file);
  const mouth = await floats(wanted["mouth"]!.file);
  let context = new ort.Tensor("float32", new Float32Array(about.contextFrames * mels).fill(-1), [
    1,
    about.contextFrames,
    mels,
  ]);
  let state = new ort.Tensor("float32", new Float32Array(about.stateSize), [1, 1, about.stateSize]);
  let largest = 0;
  const frames = golden.mel.shape[0] / COLUMNS_PER_FRAME;
  for (let frame = 0; frame < frames; frame += framesAtOnce) {
    const count = Math.min(framesAtOnce, frames - frame);
    const columns = mel.slice(frame * COLUMNS_PER_FRAME * mels, (frame + count) * COLUMNS_PER_FRAME * mels);
    const heard = new ort.Tensor("float32", columns, [1, count * COLUMNS_PER_FRAME, mels]);
    const out = await session.run({ mel: heard, context, state });
    for (const [name, all] of [["viseme", viseme], ["mouth", mouth]] as const) {
      const values = out[name]!.data as Float32Array;
      const width = values.length / count;
      values.forEach((value, index) =>
        largest = Math.max(largest, Math.abs(value - all[frame * width + index]!))
      );
    }
    context = out["context_out"] as typeof context;
    state = out["state_out"] as typeof state;
  }
  return largest;
}

for (const folder of flags._.map(String)) {
  const differences = [];
  for (const framesAtOnce of [1, 3, 1000]) differences.push(await difference(folder, framesAtOnce));
  const largest = Math.max(...differences);
  console.log(`${folder}: onnxruntime differs from PyTorch by at most ${largest.toExponential(1)}`);
  if (!(largest <= TOLERANCE)) Deno.exit(1);
}
