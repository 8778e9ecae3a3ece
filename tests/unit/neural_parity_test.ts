/**
 * The whole way of the video engines, from sound to pixels, against what PyTorch and NumPy answered for the same tiny models
 * (tests/golden/neural, written by scripts/export/tiny_fixtures.py).
 */
import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import type { FeatureStream } from "../../src/features/mod.ts";
import {
  fillUltralightFace,
  fillWav2LipFace,
  placeUltralightPatch,
  ULTRALIGHT_CROP_SIDE,
} from "../../src/lipsync/neural/networks/face_values.ts";
import type { MouthNetwork } from "../../src/lipsync/neural/networks/mouth_network.ts";
import { openMouthNetwork } from "../../src/lipsync/neural/networks/open_network.ts";
import { openNeuralModel } from "../../src/model/mod.ts";
import { NeuralAnswers, openStream } from "../fakes/neural_answers.ts";

const FOLDER = new URL("../golden/neural", import.meta.url).pathname;
const CASES = ["musetalk-1.5", "musetalk-1.0", "wav2lip-96", "ultralight-hubert"];
const BATCH = 3;
const OPTIONS = { provider: "cpu", threads: 1, batchMax: BATCH } as const;

/** What the network sees of each frame of the answers. */
function faceValues(answers: NeuralAnswers, network: MouthNetwork): Float32Array {
  if (network.family === "musetalk") return answers.floats("faces");
  const crops = answers.bytes("faces");
  const count = answers.about.frames.length;
  const faces = new Float32Array(count * network.faceValues);
  for (let at = 0; at < count; at++) {
    const crop = crops.subarray(at * crops.length / count, (at + 1) * crops.length / count);
    if (network.family === "ultralight") fillUltralightFace(crop, faces, at * network.faceValues);
    else fillWav2LipFace(crop, network.patchSize, faces, at * network.faceValues);
  }
  return faces;
}

/** Frames' values one after another, of the whole utterance at once. */
async function heardValues(answers: NeuralAnswers, stream: FeatureStream): Promise<Float32Array> {
  const { frames } = answers.about;
  stream.start();
  await stream.push(answers.floats("pcm"));
  await stream.finish();
  const values = new Float32Array(frames.length * stream.valuesPerFrame);
  frames.forEach((frame, at) => stream.copyFrame(frame, values, at * stream.valuesPerFrame));
  return values;
}

/** Patches of all frames, in batches of up to BATCH. */
async function patchesOf(
  network: MouthNetwork,
  count: number,
  features: Float32Array,
  faces: Float32Array,
): Promise<Uint8Array[]> {
  const patches: Uint8Array[] = [];
  const patchBytes = network.patchSize ** 2 * 3;
  for (let from = 0; from < count; from += BATCH) {
    const frames = Math.min(BATCH, count - from);
    const into = new Uint8Array(frames * patchBytes);
    const part = (values: Float32Array, step: number) => values.subarray(from * step, (from + frames) * step);
    await network.run(
      frames,
      part(features, network.featureValues),
      part(faces, network.faceValues),
      into,
    );
    for (let at = 0; at < frames; at++) patches.push(into.slice(at * patchBytes, (at + 1) * patchBytes));
  }
  return patches;
}

async function withCase(
  name: string,
  use: (answers: NeuralAnswers, network: MouthNetwork, stream: FeatureStream) => Promise<void>,
): Promise<void> {
  const answers = await NeuralAnswers.open(`${FOLDER}/${name}`);
  const model = await openNeuralModel(answers.about.model, [answers.folder]);
  assertEquals(model.manifest.contract, answers.about.contract);
  using network = await openMouthNetwork(model, OPTIONS);
  using stream = await openStream(model, OPTIONS);
  await use(answers, network, stream);
}

for (const name of CASES) {
  Deno.test(`${name}: from sound to pixels, every frame is PyTorch's to 1 of 255`, async () => {
    await withCase(name, async (answers, network, stream) => {
      const { frames, tolerances } = answers.about;
      const features = await heardValues(answers, stream);

      const kept = answers.floats("features");
      const step = tolerances["featureStep"]!;
      let largest = 0;
      for (let at = 0; at < kept.length; at++) {
        largest = Math.max(largest, Math.abs(kept[at]! - features[at * step]!));
      }
      assertEquals(kept.length * step, features.length);
      assertLessOrEqual(largest, tolerances["features"]!, "features");

      const faces = faceValues(answers, network);
      const patches = await patchesOf(network, frames.length, features, faces);
      const wanted = answers.bytes("patches");
      const differences = patches.map((patch, at) => answers.patchDifference(at, patch, wanted));
      assertEquals(differences.filter((difference) => difference > tolerances["patches"]!), []);
    });
  });
}

Deno.test("known answers: a frame's sound, a face and a colour out of place are seen", async () => {
  for (const name of CASES) {
    await withCase(name, async (answers, network, stream) => {
      const { length } = answers.about.frames;
      const features = await heardValues(answers, stream);
      const faces = faceValues(answers, network);
      const wanted = answers.bytes("patches");
      const moved = new Float32Array(features.length);
      const half = features.length / 2;
      moved.set(features.subarray(half));
      moved.set(features.subarray(0, half), half);
      const deaf = await patchesOf(network, length, moved, faces);
      assert(deaf.every((patch, at) => answers.patchDifference(at, patch, wanted) > 10), `${name}: sound`);

      const strange = faces.slice().reverse();
      const blind = await patchesOf(network, length, features, strange);
      assert(blind.every((patch, at) => answers.patchDifference(at, patch, wanted) > 10), `${name}: face`);

      const right = await patchesOf(network, length, features, faces);
      for (const patch of right) {
        for (let at = 0; at < patch.length; at += 3) {
          [patch[at], patch[at + 2]] = [patch[at + 2]!, patch[at]!];
        }
      }
      assert(right.every((patch, at) => answers.patchDifference(at, patch, wanted) > 10), `${name}: colour`);
    });
  }
});

Deno.test("placeUltralightPatch: the patch lies 4 pixels inside the crop, the edge stays the crop's", async () => {
  const answers = await NeuralAnswers.open(`${FOLDER}/ultralight-hubert`);
  const side = ULTRALIGHT_CROP_SIDE;
  const crop = answers.bytes("faces").subarray(0, side * side * 3);
  const patch = Uint8Array.from({ length: 160 * 160 * 3 }, (_, at) => (at * 7) % 251);
  const placed = new Uint8Array(crop.length);
  placeUltralightPatch(crop, patch, placed);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side * 3; x++) {
      const isInside = y >= 4 && y < 164 && x >= 12 && x < 492;
      const wanted = isInside ? patch[(y - 4) * 480 + x - 12] : crop[y * side * 3 + x];
      if (placed[y * side * 3 + x] !== wanted) assertEquals([y, x], []);
    }
  }
});
