import { assert, assertEquals } from "@std/assert";
import { addPositionalEncoding, Wav2LipFeatures, WhisperFeatures } from "../../src/features/mod.ts";
import { type NeuralContract, openNeuralModel } from "../../src/model/mod.ts";
import {
  openHubertEncoder,
  openLatentEncoder,
  openWenetEncoder,
  openWhisperEncoder,
} from "../../src/lipsync/neural/networks/encoders.ts";
import type { MouthNetwork } from "../../src/lipsync/neural/networks/mouth_network.ts";
import { MuseTalkNetwork } from "../../src/lipsync/neural/networks/musetalk_network.ts";
import { openMouthNetwork } from "../../src/lipsync/neural/networks/open_network.ts";
import { COLOURS, weights } from "../fakes/neural_graphs.ts";
import { type NeuralModelOptions, writeNeuralModel } from "../fakes/neural_models.ts";

const OPTIONS = { provider: "cpu", threads: 1, batchMax: 4 } as const;

/** Opens a made-up model and hands it over. */
async function withModel<T>(
  contract: NeuralContract,
  options: NeuralModelOptions,
  use: (model: Awaited<ReturnType<typeof openNeuralModel>>) => Promise<T>,
): Promise<T> {
  const parent = await Deno.makeTempDir();
  try {
    return await use(await openNeuralModel(await writeNeuralModel(parent, contract, options), [parent]));
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
}

/** Values around nothing, the same every time. */
function made(length: number, seed: number, scale = 0.5): Float32Array {
  return Float32Array.from({ length }, (_, at) => scale * Math.sin(at * 0.7391 + seed * 1.7));
}

/** Frames 0..count-1 of made-up values, and what comes out. */
async function patches(
  network: MouthNetwork,
  count: number,
  feature = 0,
): Promise<{ features: Float32Array; faces: Float32Array; rgb: Uint8Array }> {
  const { featureValues, faceValues, patchSize } = network;
  const features = made(count * featureValues, 1);
  for (let frame = 0; frame < count; frame++) {
    for (let at = 0; at < featureValues; at++) features[frame * featureValues + at]! += feature + frame / 10;
  }
  const faces = made(count * faceValues, 2).map(Math.abs);
  const rgb = new Uint8Array(count * patchSize * patchSize * 3);
  await network.run(count, features, faces, rgb);
  return { features, faces, rgb };
}

/** What the made-up MuseTalk says of one frame, in double precision: the colour of each of its 1024 blocks. */
function expectedBlocks(features: Float32Array, faces: Float32Array): number[][] {
  const context = features.slice();
  addPositionalEncoding(context);
  const { values } = weights("wContext", [384, 4], 0.6);
  const pooled = [0, 1, 2, 3].map((column) => {
    let sum = 0;
    for (let row = 0; row < 50; row++) {
      let dot = 0;
      for (let at = 0; at < 384; at++) dot += context[row * 384 + at]! * Number(values[at * 4 + column]!);
      sum += Math.tanh(dot);
    }
    return sum / 50;
  });
  return Array.from({ length: 1024 }, (_, cell) =>
    [0, 1, 2].map((colour) => {
      let value = 0;
      for (let plane = 0; plane < 4; plane++) {
        value += COLOURS[plane]![colour]! * (0.3 * faces[(4 + plane) * 1024 + cell]! + pooled[plane]!);
      }
      return Math.min(1, Math.max(0, value / 2 + 0.5)) * 255;
    }));
}

const VARIATIONS: readonly NeuralModelOptions[] = [
  {},
  { peInside: true },
  { scaleInside: true },
  { range: "0..1", scaleInside: true },
  { range: "0..1" },
  { range: "0..255" },
  { isFused: true },
  { isFused: true, range: "0..1", peInside: true },
  { isFused: true, picture: "uint8" },
  { isFused: true, picture: "uint8 last", peInside: true, timestep: "none" },
  { timestep: "int64 [B]" },
  { timestep: "int64 []" },
  { timestep: "float [B]", batch: 2 },
  { batch: 1 },
  { batch: 3 },
  { batch: "baked" },
  {
    rename: {
      unet: { latents: "sample", context: "encoder_hidden_states", sample: "out_sample" },
      decoder: { sample: "latent_sample", image: "sample" },
    },
  },
  { rename: { unet: { latents: "onnx::Concat_0", context: "x.7", timestep: "t.1", sample: "9981" } } },
];

Deno.test("MuseTalkNetwork answers the same patches however its graphs are exported", async () => {
  for (const variation of VARIATIONS) {
    await withModel("musetalk/1.5", variation, async (model) => {
      using network = await MuseTalkNetwork.open(model, OPTIONS);
      const said = JSON.stringify(variation);
      assertEquals(network.traits.peInside, variation.peInside ?? false, said);
      if (!variation.isFused) assertEquals(network.traits.scaleInside, variation.scaleInside ?? false, said);
      if (variation.picture === undefined) {
        assertEquals(network.traits.range, variation.range ?? "-1..1", said);
      }
      const count = network.batchMax;
      const { features, faces, rgb } = await patches(network, count);
      for (let frame = 0; frame < count; frame++) {
        const blocks = expectedBlocks(
          features.subarray(frame * 19_200, (frame + 1) * 19_200),
          faces.subarray(frame * 8192, (frame + 1) * 8192),
        );
        let worst = 0;
        for (const [cell, colours] of blocks.entries()) {
          const pixel = ((cell >> 5) * 8 * 256 + (cell & 31) * 8) * 3 + frame * 196_608;
          for (const [colour, value] of colours.entries()) {
            worst = Math.max(worst, Math.abs(value - rgb[pixel + colour]!));
          }
        }
        assert(worst <= 0.502, `${said}: frame ${frame} is off by ${worst}`);
      }
    });
  }
});

Deno.test("MuseTalkNetwork believes model.json more than its own test", async () => {
  const entries = { unet: { peInside: true }, decoder: { scaleInside: true, range: "0..255" } } as const;
  await withModel("musetalk/1.5", { entries }, async (model) => {
    using network = await MuseTalkNetwork.open(model, OPTIONS);
    assertEquals(network.traits, { peInside: true, scaleInside: true, range: "0..255" });
  });
});

Deno.test("CropNetwork: sound and the whole face in, RGB out of planes of blue, green and red", async () => {
  for (
    const [contract, side, sound, whole] of [
      ["wav2lip/96", 96, 1280, 3],
      ["wav2lip/256", 256, 1280, 3],
      ["ultralight/hubert", 160, 16_384, 0],
      ["ultralight/wenet", 160, 65_536, 0],
    ] as const
  ) {
    await withModel(contract, {}, async (model) => {
      using network = await openMouthNetwork(model, OPTIONS);
      assertEquals(
        [network.patchSize, network.featureValues, network.faceValues],
        [side, sound, 6 * side * side],
      );
      const { features, faces, rgb } = await patches(network, 3);
      for (let frame = 0; frame < 3; frame++) {
        let heard = 0;
        for (let at = 0; at < sound; at++) heard += features[frame * sound + at]! / sound;
        for (let pixel = 0; pixel < side * side; pixel += 97) {
          for (let colour = 0; colour < 3; colour++) {
            const face = faces[((frame * 6 + whole + 2 - colour) * side) * side + pixel]!;
            const wanted = 255 / (1 + Math.exp(-(2 * face - 1 + heard / 2)));
            const is = rgb[(frame * side * side + pixel) * 3 + colour]!;
            assert(Math.abs(wanted - is) <= 0.501, `${contract} ${frame} ${pixel}: ${is}, wanted ${wanted}`);
          }
        }
      }
    });
  }
});

Deno.test("MouthNetwork.run: what is not finite is a fault of its own, what the runtime throws its error", async () => {
  for (const contract of ["musetalk/1.5", "wav2lip/96", "ultralight/hubert"] as const) {
    for (const poison of ["NaN", "throw"] as const) {
      await withModel(contract, { poison, loudAbove: 3 }, async (model) => {
        using network = await openMouthNetwork(model, OPTIONS);
        const before = await patches(network, 2);
        const error = await patches(network, 2, 9).then(
          () => new Error("no error"),
          (caught: Error) => caught,
        );
        assertEquals("code" in error && error.code === "not_a_number", poison === "NaN", error.message);
        // and the next frames are as if nothing had happened
        assertEquals((await patches(network, 2)).rgb, before.rgb);
      });
    }
  }
});

Deno.test("openWhisperEncoder: five hidden states, in one output or in five", async () => {
  const mel = made(80 * 3000, 3);
  const answers: Float32Array[] = [];
  const five = { hidden: "separate" } as const;
  const rename = Object.fromEntries([0, 1, 2, 3, 4].map((k) => [`hidden${k}`, `${k}_out`]));
  for (const options of [{}, five, { ...five, rename: { whisper: { mel: "input_features", ...rename } } }]) {
    await withModel("musetalk/1.5", options, async (model) => {
      using encoder = await openWhisperEncoder(model, OPTIONS);
      answers.push(await encoder.encode(mel));
    });
  }
  assertEquals(answers.map(({ length }) => length), [2_880_000, 2_880_000, 2_880_000]);
  for (let at = 0; at < 2_880_000; at += 1013) {
    assertEquals([answers[1]![at], answers[2]![at]], [answers[0]![at], answers[0]![at]]);
  }
  // Layer 4 is six tenths of layer 0.
  assert(Math.abs(answers[0]![4 * 384 + 5]! - 0.6 * answers[0]![5]!) < 1e-6);
});

Deno.test("openHubertEncoder and openWenetEncoder answer features of what they hear", async () => {
  await withModel("ultralight/hubert", {}, async (model) => {
    using encoder = await openHubertEncoder(model, OPTIONS);
    const hidden = await encoder.encode(new Float32Array(16_000).fill(0.25));
    assertEquals([hidden.length, hidden[0], hidden[1024]], [49 * 1024, 0.25, 0.25]);
  });
  await withModel("ultralight/wenet", {}, async (model) => {
    using encoder = await openWenetEncoder(model, OPTIONS);
    assertEquals((await encoder.encode(made(67 * 80, 4))).length, 16 * 512);
  });
});

Deno.test("openLatentEncoder answers scaled latents whatever the batch", async () => {
  const images = made(3 * 196_608, 5, 0.9);
  const answers: Float32Array[] = [];
  for (const options of [{}, { batch: 2 }, { entries: { encoder: { scaleInside: true } } }]) {
    await withModel("musetalk/1.5", options, async (model) => {
      using encoder = await openLatentEncoder(model, OPTIONS);
      answers.push(await encoder.encode(3, images));
    });
  }
  assertEquals(answers[1], answers[0]);
  assert(Math.abs(answers[0]![7777]! - 0.18215 * answers[2]![7777]!) < 1e-6);
});

/** A sine of 1 kHz for a second. */
function tone(gain: number): Float32Array {
  return Float32Array.from({ length: 16_000 }, (_, n) => gain * Math.sin(n * Math.PI / 8));
}

Deno.test("MouthNetwork hears what its family's stream of features says, and a loud tone poisons a made-up model", async () => {
  for (const contract of ["musetalk/1.5", "wav2lip/96"] as const) {
    await withModel(contract, { poison: "NaN" }, async (model) => {
      using network = await openMouthNetwork(model, OPTIONS);
      using features = contract === "wav2lip/96"
        ? new Wav2LipFeatures()
        : new WhisperFeatures(await openWhisperEncoder(model, OPTIONS), "1.5");
      assertEquals(features.valuesPerFrame, network.featureValues);
      for (const [gain, isLoud] of [[0.1, false], [0.98, true]] as const) {
        features.start();
        await features.push(tone(gain));
        await features.finish();
        const values = new Float32Array(network.featureValues);
        features.copyFrame(12, values, 0);
        const into = new Uint8Array(3 * network.patchSize ** 2);
        const code = await network.run(1, values, new Float32Array(network.faceValues), into)
          .then(() => undefined, (error: { code?: string }) => error.code);
        assertEquals(code, isLoud ? "not_a_number" : undefined, `${contract} at ${gain}`);
      }
    });
  }
});

Deno.test("openMouthNetwork opens a graph whose weights lie in a file beside it", async () => {
  const answers: Uint8Array[] = [];
  for (const data of [undefined, "decoder.onnx.data"]) {
    await withModel("musetalk/1.5", data === undefined ? {} : { data: { decoder: data } }, async (model) => {
      assertEquals(model.manifest.files.some(({ name }) => name === data), data !== undefined);
      using network = await openMouthNetwork(model, OPTIONS);
      answers.push((await patches(network, 1)).rgb);
    });
  }
  assertEquals(answers[1], answers[0]);
});
