import { assert, assertEquals, assertRejects } from "@std/assert";
import { InputFault } from "../../src/errors/mod.ts";
import {
  listModels,
  listProviders,
  type NeuralContract,
  openNeuralModel,
  type ProviderChoice,
  providerChoice,
} from "../../src/model/mod.ts";
import { delay } from "../../src/time/mod.ts";
import { openWhisperEncoder } from "../../src/lipsync/neural/networks/encoders.ts";
import { Wav2LipNetwork } from "../../src/lipsync/neural/networks/wav2lip_network.ts";
import { openMouthNetwork } from "../../src/lipsync/neural/networks/open_network.ts";
import { type NeuralModelOptions, renamed, writeNeuralModel } from "../fakes/neural_models.ts";
import { writeFakeModel } from "../fakes/viseme_model.ts";
import type { Graph } from "../fakes/onnx_bytes.ts";

async function inFolder<T>(use: (parent: string) => Promise<T>): Promise<T> {
  const parent = await Deno.makeTempDir();
  try {
    return await use(parent);
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
}

/** Writes a model, damages it, opens it as the engine does and returns the one line that says what is wrong. */
function complaint(
  contract: NeuralContract,
  options: NeuralModelOptions = {},
  damage: (folder: string) => void = () => {},
  provider: ProviderChoice = "cpu",
): Promise<string> {
  return inFolder(async (parent) => {
    const name = await writeNeuralModel(parent, contract, options);
    damage(`${parent}/${name}`);
    const error = await assertRejects(async () => {
      const model = await openNeuralModel(name, [parent]);
      if (contract.startsWith("musetalk")) {
        (await openWhisperEncoder(model, { provider, threads: 1 }))[Symbol.dispose]();
      }
      (await openMouthNetwork(model, { provider, threads: 1 }))[Symbol.dispose]();
    }, InputFault);
    assertEquals(error.exitCode, 2);
    assert(!error.message.includes("\n"), error.message);
    return `${error.code}: ${error.message.replaceAll(`${parent}/`, "")}`;
  });
}

const drop = (name: string) => (_: string, graph: Graph): Graph => ({
  ...renamed(graph, {}),
  outputs: Object.fromEntries(Object.entries(graph.outputs).filter(([each]) => each !== name)),
});

Deno.test("openNeuralModel names weights that are missing, truncated or changed", async () => {
  assertEquals(
    await complaint("musetalk/1.5", {}, (folder) => Deno.removeSync(`${folder}/unet.onnx`)),
    "bad_model: model musetalk: unet.onnx is missing, wanted it beside the others",
  );
  const truncated = await complaint(
    "musetalk/1.5",
    {},
    (folder) => Deno.truncateSync(`${folder}/decoder.onnx`, 99),
  );
  assert(/^bad_model: model musetalk: decoder.onnx has 99 bytes, wanted \d+ as/.test(truncated), truncated);
  const flipped = await complaint("wav2lip/96", {}, (folder) => {
    const bytes = Deno.readFileSync(`${folder}/generator.onnx`);
    bytes[100]! ^= 1;
    Deno.writeFileSync(`${folder}/generator.onnx`, bytes);
  });
  assert(
    /^bad_model: model wav2lip: generator.onnx has the SHA-256 [0-9a-f]{64}, wanted/.test(flipped),
    flipped,
  );
  const linked = await complaint("wav2lip/96", {}, (folder) => {
    Deno.renameSync(`${folder}/generator.onnx`, `${folder}/../elsewhere.onnx`);
    Deno.symlinkSync("../elsewhere.onnx", `${folder}/generator.onnx`);
  });
  assertEquals(
    linked,
    "bad_model: model wav2lip: generator.onnx is a link out of the folder, wanted a file in it",
  );
});

Deno.test("openNeuralModel names what is wrong with model.json", async () => {
  const start = "bad_model: model wav2lip: model.json is no video engine model's manifest: ";
  assertEquals(
    await complaint("wav2lip/96", { manifest: { contract: "musetalk/1.5" } }),
    `${start}contract: "musetalk/1.5" is not a contract of wav2lip, wanted one that begins with wav2lip/`,
  );
  assertEquals(
    await complaint("wav2lip/96", { manifest: { graphs: {} } }),
    `${start}graphs: wanted generator`,
  );
  assertEquals(
    await complaint("wav2lip/96", { manifest: { graphs: { generator: { file: "other.onnx" } } } }),
    `${start}graphs.generator.file: "other.onnx" is not among the files, wanted one of them`,
  );
  assertEquals(
    await complaint("wav2lip/96", { manifest: { graphs: { generator: { file: "../generator.onnx" } } } }),
    `${start}graphs.generator.file: wanted a file name without folders`,
  );
  const unknown = await complaint("wav2lip/96", { manifest: { kind: "viseme" } });
  assert(unknown.startsWith(`${start}kind: `), unknown);
  assertEquals(
    await complaint("musetalk/1.0", { manifest: { graphs: { whisper: { file: "whisper.onnx" } } } }),
    "bad_model: model musetalk: model.json is no video engine model's manifest: graphs: wanted whisper and either fused or unet and decoder",
  );
});

Deno.test("openMouthNetwork refuses float16 inputs by name", async () => {
  assertEquals(
    await complaint("musetalk/1.5", { half: "unet" }),
    'bad_model: model musetalk: unet.onnx: input "latents" is float16 [B, 8, 32, 32], ' +
      "wanted float32 inputs and outputs around float16 weights",
  );
});

Deno.test("openMouthNetwork names a graph of another family or of other lengths", async () => {
  assertEquals(
    await complaint("wav2lip/96", { manifest: { contract: "wav2lip/256" } }),
    'bad_model: model wav2lip: generator.onnx: input "face" is float32 [B, 6, 96, 96], wanted float32 [B, 6, 256, 256]',
  );
  const other = await complaint("ultralight/hubert", {
    manifest: { name: "ultralight", kind: "wav2lip", contract: "wav2lip/96" },
  });
  assert(other.startsWith('bad_model: model ultralight: generator.onnx: input "face" is float32'), other);
  assertEquals(
    await complaint("musetalk/1.5", { hidden: "separate", change: drop("hidden4") }),
    "bad_model: model musetalk: whisper.onnx has no outputs of Whisper's 5 hidden states, " +
      'wanted "hidden" [1, 1500, 5, 384] or "hidden0" to "hidden4" [1, 1500, 384]',
  );
  assertEquals(
    await complaint("ultralight/hubert", { entries: { generator: { inputs: { audio: "sound" } } } }),
    'bad_model: model ultralight: generator.onnx has no input "sound" (it has "audio", "face"), ' +
      "wanted float32 [B, 16, 32, 32]",
  );
  assertEquals(
    await complaint("ultralight/hubert", { entries: { generator: { inputs: { mouth: "face" } } } }),
    'bad_model: model ultralight: generator.onnx: model.json names an input "mouth", wanted only "face", "audio"',
  );
  assertEquals(
    await complaint("wav2lip/96", { batch: 2, entries: { generator: { batch: 4 } } }),
    "bad_model: model wav2lip: generator.onnx has batches of 2, wanted 4 as model.json says",
  );
});

Deno.test("openMouthNetwork names an input that nobody knows", async () => {
  const change = (_: string, graph: Graph): Graph => ({
    ...graph,
    inputs: { ...graph.inputs, speaker: [1, 7] },
  });
  assertEquals(
    await complaint("wav2lip/96", { change }),
    'bad_model: model wav2lip: generator.onnx wants an input "speaker", wanted only "face", "mel"',
  );
});

Deno.test("openMouthNetwork names bytes that are no model, and names two tensors that could be one", async () => {
  const content = new TextEncoder().encode("version https://git-lfs.github.com/spec/v1\n");
  const sha256 = new Uint8Array(await crypto.subtle.digest("SHA-256", content)).toHex();
  const said = await complaint(
    "wav2lip/96",
    { manifest: { files: [{ name: "generator.onnx", sha256, bytes: content.length }] } },
    (folder) => Deno.writeFileSync(`${folder}/generator.onnx`, content),
  );
  assert(
    /^bad_model: model wav2lip: generator.onnx cannot be loaded \(.+\), wanted an ONNX model$/.test(said),
    said,
  );
  const open = (_: string, graph: Graph): Graph => ({
    ...renamed(graph, { mel: "a", face: "b" }),
    inputs: { a: ["B", "p", "q", "r"], b: ["B", "s", "t", "u"] },
  });
  assertEquals(
    await complaint("wav2lip/96", { change: open }),
    'bad_model: model wav2lip: generator.onnx: "a", "b" could all be input "face", wanted its name in model.json',
  );
  await inFolder(async (parent) => {
    const entries = { generator: { inputs: { face: "b", mel: "a" } } };
    const name = await writeNeuralModel(parent, "wav2lip/96", { change: open, entries });
    (await openMouthNetwork(await openNeuralModel(name, [parent]), { provider: "cpu", threads: 1 }))
      [Symbol.dispose]();
  });
});

Deno.test("openMouthNetwork: auto falls to what works and says why, a provider that does not is refused", async () => {
  const broken = (await listProviders()).find(({ trouble }) => trouble !== undefined);
  assert(
    (await listProviders()).some(({ provider, trouble }) => provider === "cpu" && trouble === undefined),
  );
  await inFolder(async (parent) => {
    const model = await openNeuralModel(await writeNeuralModel(parent, "wav2lip/96"), [parent]);
    using network = await Wav2LipNetwork.open(model, { provider: "auto", threads: 1 });
    const worse = (await listProviders()).findIndex(({ provider }) => provider === network.provider);
    assert(network.refusals.length >= worse, network.refusals.join());
    assert(network.refusals.every((line) => /^(cuda|tensorrt|dml|coreml|webgpu): \S/.test(line)));
    assert(
      (await listProviders()).some(({ provider, trouble }) =>
        provider === network.provider && trouble === undefined
      ),
    );
  });
  const name = broken?.provider ?? "dml";
  const said = await complaint("wav2lip/96", {}, () => {}, name);
  assert(
    said.startsWith(`bad_provider: model wav2lip: generator.onnx: provider "${name}" does not work here (`),
    said,
  );
  assertEquals(providerChoice("auto"), "auto");
  const error = await assertRejects(() => Promise.resolve().then(() => providerChoice("opencl")), InputFault);
  assertEquals(
    error.message,
    'provider "opencl" does not exist, wanted one of auto, cuda, tensorrt, dml, coreml, webgpu, cpu',
  );
});

Deno.test("checkFiles: a stamp saves the second reading and does not outlive a change", async () => {
  await inFolder(async (parent) => {
    const stamps = `${parent}/stamps`;
    const name = await writeNeuralModel(parent, "wav2lip/96");
    const file = `${parent}/${name}/generator.onnx`;
    const stampedMs = async () => {
      await openNeuralModel(name, [parent], { stamps });
      const [stamp, more] = [...Deno.readDirSync(stamps)];
      assertEquals(more, undefined);
      return {
        stamp: `${stamps}/${stamp!.name}`,
        ms: Deno.statSync(`${stamps}/${stamp!.name}`).mtime!.getTime(),
      };
    };
    const first = await stampedMs();
    // So soon after the file it counts for nothing, and is made again; later it counts and is left alone.
    const late = new Date(first.ms + 60_000);
    Deno.utimeSync(first.stamp, late, late);
    assertEquals(await stampedMs(), { stamp: first.stamp, ms: late.getTime() });
    const early = new Date(first.ms - 60_000);
    Deno.utimeSync(first.stamp, early, early);
    assert((await stampedMs()).ms >= first.ms);
    Deno.utimeSync(first.stamp, late, late);
    await delay(1050); // what is seen of the time of change are whole seconds
    // The same size and time of change, other bytes: as a bad disk or a careless copy would leave it.
    const { mtime } = Deno.statSync(file);
    const bytes = Deno.readFileSync(file);
    bytes[200]! ^= 1;
    Deno.writeFileSync(file, bytes);
    Deno.utimeSync(file, mtime!, mtime!);
    const error = await assertRejects(() => openNeuralModel(name, [parent], { stamps }), InputFault);
    assert(error.message.includes("has the SHA-256"), error.message);
  });
});

Deno.test("listModels: good and bad ones by name, the first folder wins", async () => {
  await inFolder(async (parent) => {
    const [mine, shipped] = [`${parent}/mine`, `${parent}/shipped`];
    await writeNeuralModel(mine, "musetalk/1.5", { name: "talk" });
    await writeNeuralModel(mine, "wav2lip/96", { name: "broken" });
    Deno.truncateSync(`${mine}/broken/generator.onnx`, 5);
    await writeFakeModel(shipped, { name: "viseme" });
    await writeNeuralModel(shipped, "wav2lip/256", { name: "talk" });
    Deno.mkdirSync(`${mine}/empty`);
    Deno.mkdirSync(`${mine}/odd`);
    Deno.writeTextFileSync(`${mine}/odd/model.json`, "{}");
    const all = listModels([mine, shipped, `${parent}/nowhere`]);
    assertEquals(
      all.map(({ name, kind, contract, licence }) => [name, kind, contract, licence]),
      [
        ["broken", "wav2lip", "wav2lip/96", "CC0-1.0"],
        ["odd", undefined, undefined, undefined],
        ["talk", "musetalk", "musetalk/1.5", "CC0-1.0"],
        ["viseme", "viseme", undefined, "CC0-1.0"],
      ],
    );
    assertEquals(all.map(({ trouble }) => trouble !== undefined), [true, true, false, false]);
    assert(all[0]!.trouble!.includes("generator.onnx has 5 bytes"), all[0]!.trouble);
    assert(all.every(({ bytes }, at) => at === 1 ? bytes === 0 : bytes > 100));
  });
});
