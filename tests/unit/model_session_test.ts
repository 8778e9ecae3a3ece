import { assert, assertEquals, assertRejects } from "@std/assert";
import { InputFault } from "../../src/errors/mod.ts";
import { OnnxSession, type OnnxSessionOptions } from "../../src/model/mod.ts";
import { type Constant, floats, type Graph, onnxBytes } from "../fakes/onnx_bytes.ts";

const FLOAT16 = 10;
const DOUBLE = 11;

/** y = x + weights, of four values. */
function adding(weights: Constant = floats("weights", [4], [1, 2, 3, 4])): Graph {
  return {
    nodes: [["Add", ["x", "weights"], ["y"]]],
    constants: [weights],
    inputs: { x: ["B", 4] },
    outputs: { y: ["B", 4] },
  };
}

/** x of one element type, y of another. */
function casting(input: number, output: number): Graph {
  return {
    nodes: [["Cast", ["x"], ["y"], { to: output }]],
    constants: [],
    inputs: { x: ["B", 4] },
    outputs: { y: ["B", 4] },
    types: { x: input, y: output },
  };
}

const open = (source: Uint8Array | string, more: Partial<OnnxSessionOptions> = {}) =>
  OnnxSession.open({
    source,
    what: "model tiny",
    inputs: [{ name: "x", dims: ["B", 4] }],
    outputs: [{ name: "y", dims: ["B", 4] }],
    sizes: { B: 1 },
    ...more,
  });

async function complaint(source: Uint8Array | string): Promise<string> {
  const error = await assertRejects(async () => (await open(source))[Symbol.dispose](), InputFault);
  assertEquals([error.code, error.exitCode], ["bad_model", 2]);
  assert(!error.message.includes("\n"), error.message);
  return error.message;
}

Deno.test("OnnxSession refuses float16 and double on either side by name", async () => {
  const half = "wanted float32 inputs and outputs around float16 weights";
  assertEquals(
    await complaint(onnxBytes(casting(FLOAT16, 1))),
    `model tiny: input "x" is float16 [B, 4], ${half}`,
  );
  assertEquals(
    await complaint(onnxBytes(casting(1, FLOAT16))),
    `model tiny: output "y" is float16 [B, 4], ${half}`,
  );
  assertEquals(
    await complaint(onnxBytes(casting(DOUBLE, 1))),
    'model tiny: input "x" is float64 [B, 4], wanted float32 [B, 4]',
  );
  assertEquals(
    await complaint(onnxBytes(casting(1, DOUBLE))),
    'model tiny: output "y" is float64 [B, 4], wanted float32 [B, 4]',
  );
});

Deno.test("OnnxSession.run reads the caller's array anew each time, and other lengths where they are open", async () => {
  using session = await open(onnxBytes(adding()));
  const data = new Float32Array(4);
  const feeds = { x: session.tensor(data, [1, 4]) };
  assertEquals([...(await session.run(feeds))["y"]!.data], [1, 2, 3, 4]);
  data.set([10, 20, 30, 40]);
  assertEquals([...(await session.run(feeds))["y"]!.data], [11, 22, 33, 44]);
  const two = await session.run({ x: session.tensor(new Float32Array(8).fill(1), [2, 4]) });
  assertEquals([[...two["y"]!.dims], [...two["y"]!.data]], [[2, 4], [2, 3, 4, 5, 2, 3, 4, 5]]);
});

Deno.test("OnnxSession with auto keeps why each provider before the chosen one is not used", async () => {
  using session = await open(onnxBytes(adding()), { provider: "auto" });
  const order = ["cuda", "tensorrt", "dml", "coreml", "webgpu", "cpu"];
  assertEquals(
    session.refusals.map((line) => line.split(":")[0]),
    order.slice(0, order.indexOf(session.provider)),
  );
  assert(session.refusals.every((line) => !line.includes("\n") && line.length > line.indexOf(":") + 2));
});

Deno.test("OnnxSession names a graph whose data beside it is missing, short, or out of its folder", async () => {
  const parent = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${parent}/model`);
    const path = `${parent}/model/graph.onnx`;
    const values = Float32Array.from({ length: 4 }, (_, at) => at);
    const write = (file: string) => {
      const weights = { ...floats("weights", [4], values), place: { file, offset: 0 } };
      Deno.writeFileSync(path, onnxBytes(adding(weights)));
    };
    const cannot = /^model tiny cannot be loaded \(.+\), wanted an ONNX model$/;
    write("graph.data");
    const missing = await complaint(path);
    assert(cannot.test(missing), missing);
    Deno.writeFileSync(`${parent}/model/graph.data`, new Uint8Array(7));
    const short = await complaint(path);
    assert(cannot.test(short), short);
    Deno.writeFileSync(`${parent}/model/graph.data`, new Uint8Array(values.buffer));
    (await open(path))[Symbol.dispose]();
    Deno.writeFileSync(`${parent}/outside.data`, new Uint8Array(values.buffer));
    write("../outside.data");
    const outside = await complaint(path);
    assert(cannot.test(outside), outside);
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
});
