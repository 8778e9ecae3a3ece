/** The whole path from sound to patches against what PyTorch answered with the same tiny weights. */
import { assert, assertEquals } from "@std/assert";
import {
  type FeatureStream,
  HubertFeatures,
  Wav2LipFeatures,
  WhisperFeatures,
} from "../../src/features/mod.ts";
import { openHubertEncoder, openWhisperEncoder } from "../../src/lipsync/neural/encoders.ts";
import { fillUltralightFace, fillWav2LipFace } from "../../src/lipsync/neural/face_values.ts";
import { MuseTalkNetwork } from "../../src/lipsync/neural/musetalk_network.ts";
import { openMouthNetwork } from "../../src/lipsync/neural/open_network.ts";
import { openNeuralModel, type StoredNeuralModel } from "../../src/model/mod.ts";

const FOLDER = new URL("../golden/neural/", import.meta.url).pathname;
/** WhisperFeatures keeps what it heard before it knew what came after: the last frames of a push are its own. */
const WHISPER_FRAMES = 48;
const OPTIONS = { provider: "cpu", threads: 1, batchMax: 8 } as const;

interface Golden {
  readonly model: string;
  readonly frames: readonly number[];
  readonly files: Readonly<Record<string, { readonly file: string }>>;
  readonly patchStep: number;
  readonly tolerances: { readonly patches: number; readonly features: number; readonly featureStep: number };
}

async function bytesOf(folder: string, name: string): Promise<Uint8Array<ArrayBuffer>> {
  const zipped = new Blob([await Deno.readFile(`${folder}/${name}`)]).stream();
  return new Uint8Array(
    await new Response(zipped.pipeThrough(new DecompressionStream("gzip"))).arrayBuffer(),
  );
}

async function streamOf(model: StoredNeuralModel): Promise<FeatureStream> {
  switch (model.manifest.contract) {
    case "musetalk/1.0":
      return new WhisperFeatures(await openWhisperEncoder(model, OPTIONS), "1.0");
    case "musetalk/1.5":
      return new WhisperFeatures(await openWhisperEncoder(model, OPTIONS), "1.5");
    case "ultralight/hubert":
      return new HubertFeatures(await openHubertEncoder(model, OPTIONS));
    default:
      return new Wav2LipFeatures();
  }
}

function facesOf(
  contract: string,
  given: Uint8Array<ArrayBuffer>,
  frames: number,
  values: number,
): Float32Array {
  if (contract.startsWith("musetalk")) return new Float32Array(given.buffer);
  const faces = new Float32Array(frames * values);
  const crop = given.length / frames;
  for (let at = 0; at < frames; at++) {
    const rgb = given.subarray(at * crop, (at + 1) * crop);
    if (contract.startsWith("wav2lip")) fillWav2LipFace(rgb, Math.sqrt(crop / 3), faces, at * values);
    else fillUltralightFace(rgb, faces, at * values);
  }
  return faces;
}

for (
  const name of [...Deno.readDirSync(FOLDER)].filter((each) => each.isDirectory).map((each) => each.name)
) {
  Deno.test(`features and patches of ${name} are PyTorch's`, async () => {
    const folder = `${FOLDER}${name}`;
    const golden: Golden = JSON.parse(await Deno.readTextFile(`${folder}/golden.json`));
    const { files, patchStep, tolerances } = golden;
    const isWhisper = name.startsWith("musetalk");
    const frames = golden.frames.filter((frame) => !isWhisper || frame < WHISPER_FRAMES);
    const share = frames.length / golden.frames.length;
    const read = (what: string) => bytesOf(folder, files[what]!.file);
    const model = await openNeuralModel(golden.model, [folder]);
    using network = await openMouthNetwork(model, OPTIONS);
    using stream = await streamOf(model);
    stream.start();
    await stream.push(new Float32Array((await read("pcm")).buffer));
    await stream.finish();
    const { featureValues, faceValues, patchSize } = network;
    const features = new Float32Array(frames.length * featureValues);
    frames.forEach((frame, at) => stream.copyFrame(frame, features, at * featureValues));
    const whole = new Float32Array((await read("features")).buffer);
    const wanted = whole.subarray(0, whole.length * share);
    let worst = 0;
    wanted.forEach((value, at) =>
      worst = Math.max(worst, Math.abs(value - features[at * tolerances.featureStep]!))
    );
    assert(worst <= tolerances.features, `features are off by ${worst}`);
    const faces = facesOf(model.manifest.contract, await read("faces"), golden.frames.length, faceValues);
    const patches = new Uint8Array(frames.length * patchSize * patchSize * 3);
    for (let at = 0; at < frames.length; at += network.batchMax) {
      const count = Math.min(network.batchMax, frames.length - at);
      const into = patches.subarray(at * patchSize * patchSize * 3);
      await network.run(count, features.subarray(at * featureValues), faces.subarray(at * faceValues), into);
    }
    const all = await read("patches");
    const expected = all.subarray(0, all.length * share);
    const side = Math.ceil(patchSize / patchStep);
    let off = 0;
    expected.forEach((value, at) => {
      const colour = at % 3;
      const x = Math.floor(at / 3) % side;
      const y = Math.floor(at / 3 / side) % side;
      const frame = Math.floor(at / 3 / side / side);
      // Every few pixels, beginning elsewhere in each patch.
      const row = y * patchStep + frame % patchStep;
      const pixel = (frame * patchSize + row) * patchSize + x * patchStep + frame * 3 % patchStep;
      off = Math.max(off, Math.abs(value - patches[pixel * 3 + colour]!));
    });
    assert(off <= tolerances.patches, `patches are off by ${off} of 255`);
  });
}

Deno.test("MuseTalkNetwork finds out by itself what model.json says of PyTorch's graphs", async () => {
  for (const version of ["1.0", "1.5"]) {
    const model = await openNeuralModel("model", [`${FOLDER}musetalk-${version}`]);
    using told = await MuseTalkNetwork.open(model, OPTIONS);
    const graphs = Object.fromEntries(
      Object.entries(model.manifest.graphs).map(([role, { file }]) => [role, { file }]),
    );
    const untold = { ...model, manifest: { ...model.manifest, graphs } };
    using found = await MuseTalkNetwork.open(untold, OPTIONS);
    assertEquals(found.traits, told.traits);
  }
});
