/**
 * The whole way of the viseme network in small: audio from three synthesisers, a short training, export, and onnxruntime
 * against PyTorch. Needs the Debian packages named in scripts/training/README.md.
 */
import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const PYTHON = Deno.env.get("LIPCAM_PYTHON") ?? "/usr/bin/python3";
const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const BYTES_MAX = 2_000_000;

/** What is missing for the training, or undefined. */
async function findMissing(): Promise<string | undefined> {
  const probe = "import ctypes, numpy, scipy, torch, onnx; ctypes.CDLL('libespeak-ng.so.1')";
  const programs: [string, string[]][] = [[PYTHON, ["-c", probe]], ["flite", ["--version"]], ["festival", [
    "--version",
  ]]];
  for (const [program, args] of programs) {
    try {
      const { code } = await new Deno.Command(program, { args, stdout: "null", stderr: "null" }).output();
      if (program === PYTHON && code !== 0) {
        return `${PYTHON} lacks numpy, scipy, torch, onnx or libespeak-ng1`;
      }
    } catch {
      return `no program ${program}`;
    }
  }
  return undefined;
}

const missing = await findMissing();
const ignore = missing !== undefined && Deno.env.get("LIPCAM_REQUIRE_SYSTEM") !== "1";
if (ignore) console.error(`skipped: the training's smoke test: ${missing}`);

interface Score {
  accuracy: number;
  macroF1: number;
}

Deno.test({
  name:
    "training: generates, learns, exports a network that onnxruntime runs as PyTorch does, and goes on where it stopped",
  ignore,
  async fn() {
    const work = await Deno.makeTempDir();
    try {
      const run = () =>
        new Deno.Command(PYTHON, {
          args: [join(ROOT, "scripts/training/run.py"), "--smoke", "--work", work],
          env: { LIPCAM_DENO: Deno.execPath() },
          stderr: "piped",
        }).output();
      const first = await run();
      const output = new TextDecoder().decode(first.stdout);
      assertEquals(first.code, 0, output + new TextDecoder().decode(first.stderr));

      const about = JSON.parse(await Deno.readTextFile(join(work, "models/viseme/model.json")));
      const { size } = await Deno.stat(join(work, "models/viseme/model.onnx"));
      assertEquals([about.kind, about.delayFrames, about.lookAheadMs, about.files[0].bytes], [
        "viseme",
        3,
        72.5,
        size,
      ]);
      assertLess(size, BYTES_MAX);
      const scores: Record<string, Score> = JSON.parse(output.slice(output.indexOf("{\n")));
      assertEquals(Object.keys(scores), ["validation-espeak", "validation-natural"]);
      for (const [name, { accuracy }] of Object.entries(scores)) assertGreater(accuracy, 0.12, name);

      const shards = join(work, "shards");
      const before = [...Deno.readDirSync(shards)].map(({ name }) => name).sort();
      assert(before.every((name) => !name.includes("partial")), before.join(" "));
      const again = await run();
      const repeated = new TextDecoder().decode(again.stdout);
      assertEquals(again.code, 0, repeated);
      assert(!/train-0000\.npz: /.test(repeated), "a finished shard was generated again");
      assert(/steps 240\.\.240/.test(repeated), "a finished training was not resumed");
      assertEquals(JSON.parse(repeated.slice(repeated.indexOf("{\n"))), scores);
    } finally {
      await Deno.remove(work, { recursive: true });
    }
  },
});
