/** The shipped networks through the shipped path against what PyTorch answered when they were exported. */
import { assert, assertEquals, assertLess } from "@std/assert";
import { MEL_COUNT } from "../../src/features/mod.ts";
import { MOUTH_LENGTH, openModel, VISEME_COUNT, VisemeNetwork } from "../../src/lipsync/mod.ts";

interface Floats {
  readonly file: string;
  readonly shape: readonly number[];
}

interface Golden {
  readonly mel: Floats;
  readonly models: Readonly<
    Record<string, { readonly sha256: string; readonly viseme: Floats; readonly mouth: Floats }>
  >;
}

const FOLDER = new URL("../golden/viseme/", import.meta.url);
const golden: Golden = JSON.parse(Deno.readTextFileSync(new URL("golden.json", FOLDER)));

function read({ file }: Floats): Float32Array {
  return new Float32Array(Deno.readFileSync(new URL(file, FOLDER)).buffer);
}

/** Everything the network answers, in runs of `atOnce` frames. */
async function answers(network: VisemeNetwork, mel: Float32Array, atOnce: number) {
  const visemes: number[] = [];
  const mouths: number[] = [];
  network.start();
  const frames = mel.length / MEL_COUNT / 2;
  for (let frame = 0; frame < frames; frame += atOnce) {
    const count = Math.min(atOnce, frames - frame);
    network.columns.set(mel.subarray(2 * frame * MEL_COUNT, 2 * (frame + count) * MEL_COUNT));
    const answer = (await network.run(count))!;
    assertEquals([answer.visemes.length, answer.mouths.length], [count * VISEME_COUNT, count * MOUTH_LENGTH]);
    visemes.push(...answer.visemes);
    mouths.push(...answer.mouths);
  }
  return { visemes, mouths };
}

function distance(is: readonly number[], should: Float32Array): number {
  assertEquals(is.length, should.length);
  return is.reduce((worst, value, at) => Math.max(worst, Math.abs(value - should[at]!)), 0);
}

for (const name of Object.keys(golden.models)) {
  Deno.test(`models/${name} answers in pieces what PyTorch answered at once, to 1e-4`, async () => {
    const model = await openModel(name);
    const wanted = golden.models[name]!;
    assertEquals(model.manifest.files[0]!.sha256, wanted.sha256, "the golden answers are of another network");
    using network = await VisemeNetwork.open(model);
    const mel = read(golden.mel);
    for (const atOnce of [1, 2, 7, 50]) {
      const { visemes, mouths } = await answers(network, mel, atOnce);
      assertLess(distance(visemes, read(wanted.viseme)), 1e-4, `visemes, ${atOnce} frames at once`);
      assertLess(distance(mouths, read(wanted.mouth)), 1e-4, `mouths, ${atOnce} frames at once`);
    }
  });

  Deno.test(`models/${name} keeps its promises: size, look-ahead`, async () => {
    const { manifest, onnx } = await openModel(name);
    assert(onnx.length <= 2_000_000, `${onnx.length} bytes`);
    assertEquals(manifest.lookAheadMs, 12.5 + 20 * manifest.delayFrames);
    assert(manifest.lookAheadMs <= (name === "viseme" ? 75 : 35));
  });
}
