/** The scripts that people call by hand: usage on --help, one line and exit code 2 on a mistake. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { withDeadline } from "../../src/time/mod.ts";

const START_MS_MAX = 30_000;

async function call(script: string, ...args: string[]) {
  const path = decodeURIComponent(new URL(`../../scripts/${script}.ts`, import.meta.url).pathname);
  const output = new Deno.Command(Deno.execPath(), { args: ["run", "-A", path, ...args] }).output();
  const { code, stdout, stderr } = await withDeadline(output, START_MS_MAX, `running ${script}`);
  const text = new TextDecoder();
  // the first run of a script may tell what is downloaded or checked
  const err = text.decode(stderr).split("\n").filter((line) =>
    line.startsWith(`${script.replace("_", ":")}:`)
  );
  return { code, out: text.decode(stdout), err, all: text.decode(stderr) };
}

Deno.test("bench, avatars_sheet, golden and bench_engines: --help prints usage with exit code 0", async () => {
  const bench = await call("bench", "stage", "--help");
  assertEquals(bench.code, 0);
  for (const part of ["usage:", "stage", "memory", "--json"]) assertStringIncludes(bench.out, part);
  const sheet = await call("avatars_sheet", "--help");
  assertEquals(sheet.code, 0);
  for (const part of ["usage:", "ID", "--from", "--preview"]) assertStringIncludes(sheet.out, part);
  const golden = await call("golden", "--help");
  assertEquals([golden.code, golden.err], [0, []]);
  for (const part of ["usage:", "DIR", "tests/golden/musetalk"]) assertStringIncludes(golden.out, part);
  const engines = await call("bench_engines", "--help");
  assertEquals([engines.code, engines.err], [0, []]);
  for (const part of ["usage:", "--live", "--json", "--avatar"]) assertStringIncludes(engines.out, part);
});

Deno.test("bench, avatars_sheet, golden and bench_engines: a mistake is one line with exit code 2", async () => {
  const cases: readonly [string, string[], RegExp][] = [
    ["bench", ["--jsn"], /no flag is called "--jsn"/],
    ["bench", ["toString"], /no part is called "toString", wanted one of stage, /],
    ["avatars_sheet", ["--prevew", "mia"], /no flag is called "--prevew"/],
    ["avatars_sheet", ["--from"], /--from has no folder/],
    ["avatars_sheet", ["nobody-here"], /avatar "nobody-here" does not exist, wanted one of: /],
    ["golden", [], /"no folder" was given, wanted one folder: deno task golden /],
    ["golden", ["a", "b"], /"a b" was given, wanted one folder/],
    ["golden", ["--all"], /"--all" was given, wanted one folder/],
    ["golden", ["nowhere-at-all"], /nowhere-at-all.*wanted /],
    ["bench_engines", ["--jsn"], /"--jsn" cannot be used, wanted deno task bench:engines /],
    ["bench_engines", ["--avatar"], /"--avatar" cannot be used, wanted /],
    ["bench_engines", ["--avatar", "nobody-here"], /avatar "nobody-here" does not exist, wanted /],
    ["bench_engines", ["--neural-threads", "many"], /--neural-threads is "many", wanted /],
  ];
  for (const [script, args, line] of cases) {
    const { code, out, err, all } = await call(script, ...args);
    assertEquals(code, 2, all);
    assertEquals(out, "");
    assertEquals(err.length, 1, all);
    assertMatch(err[0]!, line);
    assertEquals(/\n\s+at /.test(all), false, "a stack");
  }
});
