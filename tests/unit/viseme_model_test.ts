import { assert, assertEquals, assertRejects } from "@std/assert";
import { InputFault } from "../../src/errors/mod.ts";
import { createEngine, openModel, VisemeNetwork } from "../../src/lipsync/mod.ts";
import { type FakeModelOptions, writeFakeModel } from "../fakes/viseme_model.ts";
import { type Graph } from "../fakes/onnx_bytes.ts";

/** Writes a model, damages it, opens it as an engine would and returns the one line that says what is wrong. */
async function complaint(
  options: FakeModelOptions = {},
  damage: (folder: string) => void | Promise<void> = () => {},
): Promise<string> {
  const parent = await Deno.makeTempDir();
  try {
    await writeFakeModel(parent, { name: "viseme", ...options });
    await damage(`${parent}/viseme`);
    const error = await assertRejects(
      async () => (await createEngine({ kind: "viseme", models: [parent] }))[Symbol.dispose](),
      InputFault,
    );
    assertEquals([error.code, error.exitCode], ["bad_model", 2]);
    assert(!error.message.includes("\n"), error.message);
    return error.message.replaceAll(`${parent}/`, "");
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
}

const inputs = (change: Graph["inputs"]) => (graph: Graph): Graph => ({
  ...graph,
  inputs: { ...graph.inputs, ...change },
});
const outputs = (change: Graph["outputs"]) => (graph: Graph): Graph => ({
  ...graph,
  outputs: { ...graph.outputs, ...change },
});

Deno.test("openModel opens a folder as it was written", async () => {
  const parent = await Deno.makeTempDir();
  const model = await openModel(await writeFakeModel(parent), [`${parent}/nowhere`, parent]);
  assertEquals([model.manifest.name, model.manifest.delayFrames, model.folder], [
    "fake",
    3,
    `${parent}/fake`,
  ]);
  using network = await VisemeNetwork.open(model);
  assertEquals(network.manifest.lookAheadMs, 72.5);
  await Deno.remove(parent, { recursive: true });
});

Deno.test("openModel refuses a name that is a path", async () => {
  for (const name of ["../viseme", "a/b", "", ".", "Viseme", "a".repeat(41)]) {
    const error = await assertRejects(() => openModel(name, ["models"]), InputFault);
    assertEquals(error.code, "bad_model");
  }
});

Deno.test("openModel names a file that is truncated, changed, missing or too large", async () => {
  assertEquals(
    await complaint({}, (folder) => Deno.truncateSync(`${folder}/model.onnx`, 77)),
    `model viseme: model.onnx has 77 bytes, wanted ${await fakeBytes()} as model.json promises`,
  );
  const flipped = await complaint({}, (folder) => {
    const bytes = Deno.readFileSync(`${folder}/model.onnx`);
    bytes[2_000]! ^= 1;
    Deno.writeFileSync(`${folder}/model.onnx`, bytes);
  });
  assert(
    /^model viseme: model.onnx has the SHA-256 [0-9a-f]{64}, wanted [0-9a-f]{64}$/.test(flipped),
    flipped,
  );
  assertEquals(
    await complaint({}, (folder) => Deno.removeSync(`${folder}/model.onnx`)),
    "model viseme: model.onnx is missing, wanted it beside the others",
  );
  assertEquals(
    await complaint({}, (folder) => {
      Deno.writeFileSync(`${folder}/model.onnx`, new Uint8Array(1), { append: true });
    }),
    `model viseme: model.onnx has ${
      await fakeBytes() + 1
    } bytes, wanted ${await fakeBytes()} as model.json promises`,
  );
});

async function fakeBytes(): Promise<number> {
  const parent = await Deno.makeTempDir();
  await writeFakeModel(parent);
  const { size } = await Deno.stat(`${parent}/fake/model.onnx`);
  await Deno.remove(parent, { recursive: true });
  return size;
}

Deno.test("openModel refuses links out of the folder and folders in place of files", async () => {
  assertEquals(
    await complaint({}, (folder) => {
      Deno.removeSync(`${folder}/model.onnx`);
      Deno.symlinkSync("/etc/hostname", `${folder}/model.onnx`);
    }),
    "model viseme: model.onnx is a link out of the folder, wanted a file in it",
  );
  assertEquals(
    await complaint({}, (folder) => {
      Deno.removeSync(`${folder}/model.onnx`);
      Deno.mkdirSync(`${folder}/model.onnx`);
    }),
    "model viseme: model.onnx is no file, wanted one",
  );
});

Deno.test("openModel names what is wrong with model.json", async () => {
  const files = [{ name: "../../etc/passwd", sha256: "0".repeat(64), bytes: 1 }];
  const text = (content: string | Uint8Array) => (folder: string) =>
    Deno.writeFileSync(
      `${folder}/model.json`,
      typeof content === "string" ? new TextEncoder().encode(content) : content,
    );
  assertEquals(
    await complaint({ manifest: { files } }),
    "model viseme: model.json is no viseme model's manifest: files.0.name: wanted a file name without folders",
  );
  assertEquals(
    await complaint({ manifest: { name: "other" } }),
    'model viseme: model.json has the name "other", wanted the folder\'s name "viseme"',
  );
  assertEquals(
    await complaint({ manifest: { visemes: ["sil", "PP"] } }),
    "model viseme: model.json is no viseme model's manifest: visemes: wanted sil PP FF TH DD kk CH SS nn RR aa E I O U",
  );
  for (const manifest of [{ rateHz: 22_050 }, { delayFrames: -1 }, { kind: "wav2lip" }, { stateSize: 1e9 }]) {
    const [key] = Object.keys(manifest);
    const said = await complaint({ manifest });
    assert(said.startsWith(`model viseme: model.json is no viseme model's manifest: ${key}: `), said);
  }
  for (const content of ["{", "", new Uint8Array([0xff, 0xfe])]) {
    const said = await complaint({}, text(content));
    assert(/^model viseme: model.json is not JSON \(.+\), wanted a manifest$/.test(said), said);
  }
  assertEquals(
    await complaint({}, text(" ".repeat(1024 * 1024 + 1))),
    "model viseme: model.json has 1048577 bytes, wanted 1048576 at most",
  );
  assertEquals(
    await complaint({}, (folder) => Deno.removeSync(`${folder}/model.json`)),
    "model viseme: model.json is missing, wanted it beside the others",
  );
});

Deno.test("OnnxSession names an input or output that is not as wanted", async () => {
  assertEquals(
    await complaint({ graph: narrow }),
    'model viseme: input "mel" is float32 [1, T, 40], wanted float32 [1, columns, 80]',
  );
  assertEquals(
    await complaint({ manifest: { stateSize: 16 } }),
    'model viseme: input "state" is float32 [1, 1, 8], wanted float32 [1, 1, 16]',
  );
  assertEquals(
    await complaint({
      graph: (graph) => ({
        ...graph,
        nodes: graph.nodes.map(([op, from, to, attributes]) => [
          op,
          from,
          to.map((name) => name === "viseme" ? "phones" : name),
          attributes ?? {},
        ]),
        outputs: Object.fromEntries(
          Object.entries(graph.outputs).map(([name, dims]) => [name === "viseme" ? "phones" : name, dims]),
        ),
      }),
    }),
    'model viseme has no output "viseme" (it has "phones", "mouth", "context_out", "state_out"), ' +
      "wanted float32 [1, frames, 15]",
  );
  assertEquals(
    await complaint({ graph: inputs({ speaker: [1, 4] }) }),
    'model viseme wants an input "speaker", wanted only "mel", "context", "state"',
  );
});

Deno.test("OnnxSession sees at its first run what the shapes left open", async () => {
  assertEquals(
    await complaint({ manifest: { contextFrames: 6 }, graph: open }),
    'model viseme: output "viseme" came as [1, 3, 15], wanted [1, 2, 15]',
  );
  assertEquals(
    await complaint({ graph: noModel }).then((said) => said.split(" (")[0]),
    "model viseme cannot be loaded",
  );
});

/** Hears 40 bands. */
const narrow = (graph: Graph): Graph => ({
  nodes: [
    ["Identity", ["context"], ["context_out"]],
    ["Identity", ["state"], ["state_out"]],
    ["Identity", ["mel"], ["viseme"]],
    ["Identity", ["mel"], ["mouth"]],
  ],
  constants: [],
  inputs: { ...graph.inputs, mel: [1, "T", 40] },
  outputs: { ...graph.outputs, viseme: [1, "T", 40], mouth: [1, "T", 40] },
});
/** Nothing is declared about the context's length. */
const open = (graph: Graph) =>
  outputs({ context_out: [1, "C", 80] })(inputs({ context: [1, "C", 80] })(graph));
const noModel = (graph: Graph): Graph => ({ ...graph, nodes: [["Telepathy", ["mel"], ["viseme"]]] });
