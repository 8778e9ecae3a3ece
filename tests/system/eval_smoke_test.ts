/**
 * The evaluation in small: espeak-ng speaks a few held-out sentences, the shipped networks are measured on them through
 * the shipped path, and are better than a mouth that follows loudness. Needs python3-numpy, python3-scipy, espeak-ng.
 */
import { assertEquals, assertGreater, assertLess, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const PYTHON = Deno.env.get("LIPCAM_PYTHON") ?? "/usr/bin/python3";
const SCRIPT = fileURLToPath(new URL("../../scripts/eval_visemes.ts", import.meta.url));

/** What is missing for the test sets, or undefined. */
async function findMissing(): Promise<string | undefined> {
  const probe = "import ctypes, numpy, scipy; ctypes.CDLL('libespeak-ng.so.1')";
  try {
    const command = new Deno.Command(PYTHON, { args: ["-c", probe], stdout: "null", stderr: "null" });
    return (await command.output()).success ? undefined : `${PYTHON} lacks numpy, scipy or libespeak-ng1`;
  } catch {
    return `no program ${PYTHON}`;
  }
}

const missing = await findMissing();
const ignore = missing !== undefined && Deno.env.get("LIPCAM_REQUIRE_SYSTEM") !== "1";
if (ignore) console.error(`skipped: the evaluation's smoke test: ${missing}`);

Deno.test({
  name: "eval_visemes --smoke: makes sets, measures every shipped network and finds it better than loudness",
  ignore,
  async fn() {
    const cache = await Deno.makeTempDir();
    try {
      const json = join(cache, "figures.json");
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", SCRIPT, "--smoke", "--cache", cache, "--json", json],
      }).output();
      assertEquals(code, 0, new TextDecoder().decode(stderr));
      assertStringIncludes(new TextDecoder().decode(stdout), "macro-F1");
      const { smoke } = JSON.parse(await Deno.readTextFile(json));
      assertEquals(Object.keys(smoke.languages).sort(), ["en", "it"]);
      const networks = Object.keys(smoke.engines).filter((name) => /^viseme(-\w+)?$/.test(name));
      assertEquals(networks[0], "viseme");
      for (const network of networks) {
        const { accuracy, macroF1, jawCorrelation, bilabialsFound, bilabialsFalse } = smoke.engines[network];
        assertGreater(accuracy, 0.65, network);
        assertGreater(macroF1, smoke.engines.energy.macroF1 + 0.2, network);
        assertGreater(jawCorrelation, smoke.engines.energy.jawCorrelation, network);
        assertGreater(bilabialsFound, 0.6, network);
        assertLess(bilabialsFalse, 0.05, network);
      }
    } finally {
      await Deno.remove(cache, { recursive: true });
    }
  },
});
