/** `deno task eval:visemes` by hand: usage on --help, one line and exit code 2 on a mistake. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { withDeadline } from "../../src/time/mod.ts";

const SCRIPT = fileURLToPath(new URL("../../scripts/eval_visemes.ts", import.meta.url));
const START_MS_MAX = 60_000;

async function call(...args: string[]) {
  const output = new Deno.Command(Deno.execPath(), { args: ["run", "-A", SCRIPT, ...args] }).output();
  const { code, stdout, stderr } = await withDeadline(output, START_MS_MAX, "running eval_visemes");
  const text = new TextDecoder();
  const all = text.decode(stderr);
  return {
    code,
    out: text.decode(stdout),
    all,
    err: all.split("\n").filter((line) => line.startsWith("eval:visemes:")),
  };
}

Deno.test("eval_visemes: --help prints usage with exit code 0", async () => {
  const { code, out } = await call("--sets", "c", "--help");
  assertEquals(code, 0);
  for (const part of ["usage:", "--sets", "--write-metrics", "--smoke"]) assertStringIncludes(out, part);
});

Deno.test("eval_visemes: a mistake is one line with exit code 2", async () => {
  const cases: readonly [string[], RegExp][] = [
    [["--set", "c"], /nothing is called "--set"/],
    [["c"], /nothing is called "c"/],
    [["--sets", "c,toString"], /no set is called "toString", wanted some of c,b,a,noisy/],
    [["--limit", "0"], /--limit "0", wanted a number from 1/],
    [["--smoke", "--model", "models/nobody"], /model "nobody" does not exist/],
    [["--sets", "c", "--no-build", "--cache", "/nowhere"], /test set "codebook" is not there, wanted: /],
  ];
  for (const [args, line] of cases) {
    const { code, out, err, all } = await call(...args);
    assertEquals(code, 2, all);
    assertEquals(out, "");
    assertEquals(err.length, 1, all);
    assertMatch(err[0]!, line);
    assertEquals(/\n\s+at /.test(all), false, "a stack");
  }
});
