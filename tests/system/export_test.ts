/**
 * The export scripts, on checkpoints of the real architectures with small random weights: every export's model.json and
 * parity report, and the exported model in our networks against PyTorch's own classes, frame by frame. Needs Debian's
 * python3-torch, python3-numpy and python3-onnx, and the packages of scripts/export/requirements.txt.
 */
import { assert, assertEquals, assertGreater, assertLess, assertLessOrEqual } from "@std/assert";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  openHubertEncoder,
  openLatentEncoder,
  openWenetEncoder,
  openWhisperEncoder,
} from "../../src/lipsync/neural/networks/encoders.ts";
import { openMouthNetwork } from "../../src/lipsync/neural/networks/open_network.ts";
import { openNeuralModel, type StoredNeuralModel } from "../../src/model/mod.ts";
import { NeuralAnswers } from "../fakes/neural_answers.ts";

const PYTHON = Deno.env.get("LIPCAM_PYTHON") ?? "/usr/bin/python3";
const SCRIPTS = fileURLToPath(new URL("../../scripts/export/", import.meta.url));
const OPTIONS = { provider: "cpu", threads: 2 } as const;
const LICENCE = "CC0-1.0 (random weights)";

interface Answer {
  readonly code: number;
  readonly text: string;
}

async function python(args: readonly string[]): Promise<Answer> {
  const { code, stdout, stderr } = await new Deno.Command(PYTHON, {
    args: [...args],
    cwd: SCRIPTS,
    env: { OMP_NUM_THREADS: "1", PYTHONDONTWRITEBYTECODE: "1" },
    stdout: "piped",
    stderr: "piped",
  }).output();
  const decoder = new TextDecoder();
  return { code, text: decoder.decode(stdout) + decoder.decode(stderr) };
}

/** What is missing for the exports, or undefined. */
async function findMissing(): Promise<string | undefined> {
  const probe =
    "import packages\nfor name in 'torch onnx diffusers transformers onnxruntime'.split(): packages.need(name)";
  try {
    const { code, text } = await python(["-c", probe]);
    return code === 0 ? undefined : text.trim().split("\n").at(-1);
  } catch {
    return `no program ${PYTHON}`;
  }
}

const missing = await findMissing();
const ignore = missing !== undefined && Deno.env.get("LIPCAM_REQUIRE_SYSTEM") !== "1";
if (ignore) console.error(`skipped: the test of the export scripts: ${missing}`);

interface Export {
  readonly name: string;
  readonly contract: string;
  readonly script: string;
  /** In the folder of checkpoints where they end in a slash's name. */
  readonly args: readonly string[];
  readonly graphs: readonly string[];
}

const MUSETALK = [
  ...["--unet", "@/musetalk/unet.pth", "--unet-config", "@/musetalk/musetalk.json"],
  ...["--vae", "@/musetalk/sd-vae", "--frames", "3"],
];
/** "@" stands for the folder of checkpoints. */
const EXPORTS: readonly Export[] = [
  {
    name: "musetalk-apart",
    contract: "musetalk/1.5",
    script: "musetalk.py",
    args: [...MUSETALK, "--whisper", "@/musetalk/whisper"],
    graphs: ["decoder", "encoder", "unet", "whisper"],
  },
  {
    name: "musetalk-fused",
    contract: "musetalk/1.5",
    script: "musetalk.py",
    args: [...MUSETALK, "--whisper", "@/musetalk/whisper", "--fused", "--fp16", "--no-encoder"],
    graphs: ["fused", "whisper"],
  },
  {
    name: "musetalk-first",
    contract: "musetalk/1.0",
    script: "musetalk.py",
    args: [
      ...MUSETALK,
      ...["--release", "1.0", "--whisper", "@/musetalk/tiny.pt", "--taesd", "@/musetalk/taesd"],
      "--no-encoder",
    ],
    graphs: ["decoder", "unet", "whisper"],
  },
  {
    name: "wav2lip-small",
    contract: "wav2lip/96",
    script: "wav2lip.py",
    args: ["--checkpoint", "@/wav2lip/wav2lip.pth", "--frames", "3"],
    graphs: ["generator"],
  },
  {
    name: "wav2lip-large",
    contract: "wav2lip/256",
    script: "wav2lip.py",
    args: ["--checkpoint", "@/wav2lip/wav2lip256.pth", "--fp16", "--frames", "3"],
    graphs: ["generator"],
  },
  {
    name: "ultralight-hubert",
    contract: "ultralight/hubert",
    script: "ultralight.py",
    args: [
      ...["--checkpoint", "@/ultralight/hubert.pth", "--hubert", "@/ultralight/hubert"],
      ...["--frames", "3"],
    ],
    graphs: ["generator", "hubert"],
  },
  {
    name: "ultralight-wenet",
    contract: "ultralight/wenet",
    script: "ultralight.py",
    args: [
      ...["--checkpoint", "@/ultralight/wenet.pth", "--wenet", "@/ultralight/encoder.onnx"],
      ...["--frames", "3"],
    ],
    graphs: ["generator", "wenet"],
  },
];

/** model.json, which the store has checked, says what was exported and how near it is to PyTorch. */
function checkManifest({ manifest }: StoredNeuralModel, { contract, graphs, args }: Export): void {
  assertEquals([manifest.contract, manifest.licence], [contract, LICENCE]);
  assertEquals(Object.keys(manifest.graphs).sort(), graphs);
  const { parity = {} } = manifest;
  assertEquals(parity["weights"], args.includes("--fp16") ? "float16" : "float32");
  for (const role of graphs.filter((role) => role !== "wenet")) {
    const { largest, limit } = parity[role] as { largest: number; limit: number };
    assertLessOrEqual(largest, limit, role);
  }
}

/** Every frame by itself and all at once; another frame's sound and another's face make another picture. */
async function checkPatches(model: StoredNeuralModel, answers: NeuralAnswers): Promise<void> {
  using network = await openMouthNetwork(model, OPTIONS);
  const count = answers.about.frames.length;
  const [features, faces] = [answers.floats("features"), answers.floats("faces")];
  const wanted = answers.bytes("patches");
  const patchBytes = network.patchSize ** 2 * 3;
  assertEquals([features.length, faces.length, wanted.length], [
    count * network.featureValues,
    count * network.faceValues,
    count * patchBytes,
  ]);
  const limit = answers.about.tolerances["patches"]!;
  const all = new Uint8Array(count * patchBytes);
  await network.run(count, features, faces, all);
  for (let at = 0; at < count; at++) {
    const sound = features.subarray(at * network.featureValues, (at + 1) * network.featureValues);
    const face = faces.subarray(at * network.faceValues, (at + 1) * network.faceValues);
    const alone = new Uint8Array(patchBytes);
    await network.run(1, sound, face, alone);
    for (const patch of [alone, all.subarray(at * patchBytes, (at + 1) * patchBytes)]) {
      assertLessOrEqual(answers.patchDifference(at, patch, wanted), limit, `frame ${at}`);
    }
    const [strangerSound, strangerFace] = [features, faces].map((values) =>
      values.subarray(
        ((at + 1) % count) * values.length / count,
        ((at + 1) % count + 1) * values.length / count,
      )
    );
    await network.run(1, strangerSound!, face, alone);
    assertGreater(answers.patchDifference(at, alone, wanted), limit, `frame ${at}, another sound`);
    await network.run(1, sound, strangerFace!, alone);
    assertGreater(answers.patchDifference(at, alone, wanted), limit, `frame ${at}, another face`);
  }
}

/** Of the largest value. */
function apart(values: Float32Array, wanted: Float32Array): number {
  let largest = 0;
  let difference = 0;
  wanted.forEach((value, at) => {
    largest = Math.max(largest, Math.abs(value));
    difference = Math.max(difference, Math.abs(value - values[at]!));
  });
  assertGreater(largest, 0);
  return difference / largest;
}

/** What hears and what makes latents, where the model has it. */
async function checkEncoders(model: StoredNeuralModel, answers: NeuralAnswers): Promise<void> {
  const { graphs } = model.manifest;
  if (graphs.whisper !== undefined) {
    using whisper = await openWhisperEncoder(model, OPTIONS);
    assertLess(apart(await whisper.encode(answers.floats("mel")), answers.floats("hidden")), 1e-4);
  }
  if (graphs.hubert !== undefined) {
    using hubert = await openHubertEncoder(model, OPTIONS);
    const heard = await hubert.encode(answers.floats("pcm"));
    assertEquals(heard.length, answers.floats("hidden").length);
    assertLess(apart(heard, answers.floats("hidden")), 1e-4);
  }
  if (graphs.wenet !== undefined) {
    using wenet = await openWenetEncoder(model, OPTIONS);
    const heard = await wenet.encode(answers.floats("fbank"));
    assertLess(apart(heard, answers.floats("hidden")), 1e-4);
  }
  if (graphs.encoder !== undefined) {
    using encoder = await openLatentEncoder(model, OPTIONS);
    const latents = await encoder.encode(answers.about.frames.length, answers.floats("image"));
    assertLess(apart(latents, answers.floats("latents")), 1e-4);
  }
}

/** Runs `each` for all, two at a time. */
async function inPairs<T>(all: readonly T[], each: (one: T) => Promise<void>): Promise<void> {
  const waiting = [...all];
  const walk = async () => {
    for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) await each(one);
  };
  await Promise.all([walk(), walk()]);
}

Deno.test({
  name: "export: what the scripts make of checkpoints, our networks run as PyTorch's classes do",
  ignore,
  async fn() {
    const work = await Deno.makeTempDir();
    try {
      const made = await python(["random_weights.py", work]);
      assertEquals(made.code, 0, made.text);
      const common = (name: string) => ["--licence", LICENCE, "--out", join(work, "models", name)];
      await Deno.mkdir(join(work, "models"));
      await inPairs(EXPORTS, async ({ name, script, args }) => {
        const given = args.map((arg) => arg.replace(/^@/, work));
        const answer = await python([script, ...given, ...common(name), "--answers", join(work, name)]);
        assertEquals(answer.code, 0, `${name}: ${answer.text}`);
      });
      for (const each of EXPORTS) {
        const model = await openNeuralModel(each.name, [join(work, "models")]);
        checkManifest(model, each);
        const answers = await NeuralAnswers.open(join(work, each.name));
        assertEquals(answers.about.contract, each.contract);
        await checkPatches(model, answers).catch((error) => {
          throw new Error(each.name, { cause: error });
        });
        await checkEncoders(model, answers).catch((error) => {
          throw new Error(each.name, { cause: error });
        });
      }

      // Weights of another network are refused, and what was installed before stays.
      const before = await Deno.readTextFile(join(work, "models", "wav2lip-small", "model.json"));
      const wrong = await python([
        ...["wav2lip.py", "--checkpoint", join(work, "ultralight", "hubert.pth")],
        ...common("wav2lip-small"),
      ]);
      assertEquals(wrong.code, 1);
      assert(/wanted the weights of Wav2Lip's generator/.test(wrong.text), wrong.text);
      assertEquals(await Deno.readTextFile(join(work, "models", "wav2lip-small", "model.json")), before);
      const names = [...Deno.readDirSync(join(work, "models"))].map(({ name }) => name).sort();
      assertEquals(names, EXPORTS.map(({ name }) => name).sort());
    } finally {
      await Deno.remove(work, { recursive: true });
    }
  },
});
