/**
 * The layout rules of this project, as tests: walks every source file and says what breaks which rule. Each rule is
 * a function over paths and texts, and is first shown to fail on a made-up text.
 */
import { assertEquals } from "@std/assert";

/** Path from the project's folder, with slashes -> text. */
type Sources = ReadonlyMap<string, string>;
type Rule = (sources: Sources) => string[];

const LINES_MAX = 400;
const LINES_USUAL = 150;
const USUAL_SHARE = 0.75;

/** Down the way: a folder imports only from those before it; those in one row not from each other. */
const ORDER: readonly (readonly string[])[] = [
  ["errors"],
  ["time"],
  ["metrics"],
  ["text"],
  ["media"],
  ["speech"],
  ["pickle"],
  ["model"],
  ["features"],
  ["film"],
  ["lipsync"],
  ["avatar"],
  ["prepare"],
  ["unit"],
  ["encode"],
  ["stage"],
  ["camera", "sound", "record", "preview", "obs"],
  ["control"],
  ["doctor"],
  ["app"],
  ["programme"],
  ["cli"],
];

const TOP_LEVEL = new Set(
  [
    ...[".ci", ".git", ".gitattributes", ".gitignore", ".github", "deno.json", "deno.lock", "main.ts"],
    ...["src", "obs", "scripts", "avatars", "models", "tests", "docs"],
    ...["node_modules", "README.md", "ARCHITECTURE.md", "CHANGELOG.md", "LICENSE"],
  ],
);

/** Each line of each file that passes `where` and holds `pattern`, by default in code only. */
function forbid(
  pattern: RegExp,
  says: string,
  where: (path: string) => boolean,
  view: (text: string) => string = codeOnly,
): Rule {
  return (sources) =>
    [...sources].filter(([path]) => where(path)).flatMap(([path, text]) =>
      view(text).split("\n").flatMap((line, index) =>
        pattern.test(line) ? [`${path}:${index + 1} ${says}`] : []
      )
    );
}

const asItIs = (text: string) => text;
const isOurs = (path: string) => !path.startsWith("scripts/stubs/");
const isShipped = (path: string) => isOurs(path) && !path.startsWith("tests/");
const isTest = (path: string) => path.startsWith("tests/");
/** Scripts for a browser, which has no src/time. */
/** What runs in a browser. */
const isPageAsset = (path: string) => /^src\/[a-z]+\/(assets|page)\/|_page\.js$/.test(path);

/** How a file of this language begins where it says first what it is. */
const headerOf = (path: string) =>
  path.endsWith(".py") ? /^(#!.*\n)?"""\S/ : /^(#!.*\n)?\/\*\* ?\S|^(#!.*\n)?\/\*\*\n/;

const RULES: Readonly<Record<string, Rule>> = {
  "no file is longer than 400 lines": (sources) =>
    [...sources].filter(([, text]) => lineCount(text) > LINES_MAX).map(([path, text]) =>
      `${path} has ${lineCount(text)} lines, wanted at most ${LINES_MAX}`
    ),
  "most files of src have at most 150 lines": (sources) => {
    const files = [...sources].filter(([path]) => path.startsWith("src/"));
    const long = files.filter(([, text]) => lineCount(text) > LINES_USUAL);
    if (long.length <= files.length * (1 - USUAL_SHARE)) return [];
    const names = long.map(([path, text]) => `${path} (${lineCount(text)})`).join(", ");
    return [`${long.length} of ${files.length} files have more than ${LINES_USUAL} lines: ${names}`];
  },
  "every file but mod.ts begins with a header": (sources) =>
    [...sources].filter(([path, text]) =>
      isShipped(path) && !path.endsWith("/mod.ts") && !headerOf(path).test(text)
    ).map(([path]) => `${path} has no header comment`),
  "imports point down the way and through mod.ts": (sources) =>
    [...sources].flatMap(([path, text]) => importsOf(text).flatMap((target) => badImport(path, target))),
  "clocks and timers are in src/time only": (sources) => [
    ...forbid(
      /\b(Date\.now|performance\.now|setTimeout|setInterval)\s*\(/,
      "reads a clock or sets a timer outside src/time",
      (path) => isShipped(path) && !path.startsWith("src/time/") && !isPageAsset(path),
    )(sources),
    // main.ts and scripts hand the wall clock in, for the log
    ...forbid(
      /\bnew Date\(\s*\)/,
      "reads the wall clock",
      (path) => path.startsWith("src/") && !isPageAsset(path),
    )(
      sources,
    ),
  ],
  "nothing has the type that switches checking off": forbid(
    /(:|<|\bas|\||,|\btype \w+ =)\s*any\b(?!\s*[(.:=])|\bany\[\]/,
    "uses any",
    isOurs,
  ),
  "nothing switches the compiler off": forbid(
    new RegExp(`@ts-${"(ignore|nocheck|expect-error)"}`),
    "switches the compiler off",
    (path) => path !== "tests/unit/tidy_test.ts",
    asItIs,
  ),
  "no work is left as a note": forbid(
    new RegExp(`\\b(${"TO"}DO|${"FIX"}ME|${"XX"}X)\\b`),
    "leaves work as a note",
    () => true,
    asItIs,
  ),
  "no path of somebody's machine": forbid(
    new RegExp(`(^|["'\`\\s(=])/(${"wo"}rk|${"ro"}ot|${"ho"}me/(?!somebody\\b|a\\b)[a-z]\\w*)(/|\\b)`),
    "names a path of somebody's machine",
    (path) => !path.startsWith("tests/system/vm/"), // a machine of its own, made for the test
    asItIs,
  ),
  "no file is named after nothing": (sources) =>
    [...sources.keys()].filter((path) => /(^|[/_])(utils?|helpers?|managers?|misc)([_.]|$)/.test(path))
      .map((path) => `${path} has a name that says nothing, wanted its noun`),
  "no test is left out or alone": forbid(
    /\bDeno\.test\.(only|ignore)\b|\bonly:\s*true|\bignore:\s*true/,
    "leaves tests out",
    isTest,
  ),
};

function lineCount(text: string): number {
  return text.replace(/\n$/, "").split("\n").length;
}

function badImport(path: string, specifier: string): string[] {
  const says = (what: string) => [`${path} imports ${specifier}: ${what}`];
  if (!specifier.startsWith(".")) {
    return specifier.startsWith("jsr:") ? says("wanted a name of deno.json") : [];
  }
  const target = new URL(specifier, `file:///${path}`).pathname.slice(1);
  const [, folder] = /^src\/([^/]+)\//.exec(path) ?? [];
  const [, other] = /^src\/([^/]+)\//.exec(target) ?? [];
  if (path === "main.ts") {
    return target === "src/cli/mod.ts" ? [] : says("main.ts imports src/cli/mod.ts only");
  }
  if (folder === undefined || folder === other) return []; // tests and scripts may look inside
  if (other === undefined) return target === "deno.json" ? [] : says("leaves src");
  const rank = (name: string) => ORDER.findIndex((row) => row.includes(name));
  if (rank(folder) < 0) return says(`src/${folder} has no place in the order`);
  if (rank(other) >= rank(folder)) return says(`src/${folder} may not import src/${other}`);
  return target === `src/${other}/mod.ts` ? [] : says(`wanted src/${other}/mod.ts`);
}

/** Specifiers of every static and dynamic import and re-export; a worker's entry by `new URL` is none. */
function importsOf(text: string): string[] {
  const code = codeOnly(text, true);
  const pattern = /(?:^|[\s;}])(?:import|export)\b[^"';]*?\bfrom\s*"([^"]+)"|\bimport\s*\(?\s*"([^"]+)"/g;
  return [...code.matchAll(pattern)].map((match) => match[1] ?? match[2]!);
}

/** The text with comments and literals blanked out (plain strings kept on demand), line for line. */
function codeOnly(text: string, areStringsKept = false): string {
  const token =
    /\/\/[^\n]*|\/\*[\s\S]*?\*\/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`|(?<=[(,=:[!&|?{};+\n]\s*|return\s|=>\s)\/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*/g;
  return text.replace(
    token,
    (found) =>
      areStringsKept && found.startsWith('"')
        ? found
        : found.startsWith('"')
        ? '""'
        : found.replace(/[^\n]/g, " "),
  );
}

const PROJECT = new URL("../../", import.meta.url);

function readSources(): Sources {
  const sources = new Map<string, string>();
  const walk = (folder: string) => {
    for (const entry of Deno.readDirSync(new URL(folder, PROJECT))) {
      const path = folder + entry.name;
      if (entry.isDirectory && !["node_modules", "golden", "regress"].includes(entry.name)) walk(`${path}/`);
      else if (/\.(ts|js|mjs|py|c|h|sh)$/.test(entry.name)) {
        sources.set(path, Deno.readTextFileSync(new URL(path, PROJECT)));
      }
    }
  };
  for (const folder of ["src/", "tests/", "scripts/"]) walk(folder);
  return sources.set("main.ts", Deno.readTextFileSync(new URL("main.ts", PROJECT)));
}

function strangers(names: Iterable<string>): string[] {
  return [...names].filter((name) => !TOP_LEVEL.has(name));
}

const sources = readSources();
for (const [name, rule] of Object.entries(RULES)) {
  Deno.test(`tidy: ${name}`, () => assertEquals(rule(sources), []));
}

/** What is committed; a recording or a lipcam.json of the person at work is no part of the layout. */
function topLevel(): Set<string> | undefined {
  try {
    const { success, stdout } = new Deno.Command("git", { args: ["ls-files"], cwd: PROJECT, stderr: "null" })
      .outputSync();
    const paths = new TextDecoder().decode(stdout).split("\n").filter(Boolean);
    return success ? new Set(paths.map((path) => path.split("/")[0]!)) : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined; // no git here: an unpacked archive
    throw error;
  }
}

Deno.test("tidy: the top level holds only what was agreed on", () => {
  const names = topLevel() ?? [...Deno.readDirSync(PROJECT)].map((entry) => entry.name);
  assertEquals(strangers(names), []);
});

/** For each rule texts that break it and texts that only look like it. */
const MADE_UP: Readonly<Record<string, { bad: [string, string][]; good: [string, string][] }>> = {
  "no file is longer than 400 lines": {
    bad: [["src/time/a.ts", "x\n".repeat(401)]],
    good: [["src/time/a.ts", "x\n".repeat(400)]],
  },
  "most files of src have at most 150 lines": {
    bad: [["src/a.ts", "x\n".repeat(151)], ["src/b.ts", "x\n".repeat(200)]],
    good: [["src/a.ts", "x\n".repeat(150)], ["tests/b.ts", "x\n".repeat(200)]],
  },
  "every file but mod.ts begins with a header": {
    bad: [["src/time/a.ts", "export const a = 1;"], ["scripts/b.ts", "// b\n"]],
    good: [["src/time/mod.ts", "export {};"], ["src/time/a.ts", "/** a */"], ["main.ts", "/**\n * a\n */"]],
  },
  "imports point down the way and through mod.ts": {
    bad: [
      ["src/stage/a.ts", 'import { x } from "../control/mod.ts";'],
      ["src/stage/b.ts", 'import type { x } from "../time/clock.ts";'],
      ["src/camera/c.ts", 'export * from "../sound/mod.ts";'],
      ["src/camera/d.ts", 'await import("../app/mod.ts");'],
      ["src/time/e.ts", 'import "../../tests/fakes/f.ts";'],
      ["src/new/f.ts", 'import "../time/mod.ts";'],
      ["main.ts", 'import { x } from "./src/app/mod.ts";'],
      ["src/time/g.ts", 'import {\n  x,\n} from "../metrics/mod.ts";'],
      ["src/cli/h.ts", 'import "jsr:@std/cli";'],
    ],
    good: [
      ["src/stage/a.ts", '// import "../control/mod.ts";\nimport { y } from "./b.ts";'],
      ["src/control/b.ts", 'import { x } from "../time/mod.ts";\nimport { z } from "zod";'],
      ["src/app/c.ts", 'new Worker(new URL("../stage/worker.ts", import.meta.url));'],
      ["src/cli/d.ts", 'import about from "../../deno.json" with { type: "json" };'],
      ["tests/unit/e.ts", 'import { x } from "../../src/time/clock.ts";'],
    ],
  },
  "clocks and timers are in src/time only": {
    bad: [
      ["src/stage/a.ts", "const now = Date.now();"],
      ["src/app/b.ts", "setTimeout(() => {}, 1);"],
      ["src/app/c.ts", "log(new Date());"],
      ["scripts/d.ts", "performance.now()"],
    ],
    good: [
      ["src/time/a.ts", "Date.now()"],
      ["src/app/b.ts", '// Date.now()\nconst a = "setTimeout(";'],
      ["src/control/page/c.js", "setInterval(f, 1000);"],
      ["src/app/d.ts", "const text = /[\"'`]/; // setTimeout(f)\nnew Date(0);"],
    ],
  },
  "nothing has the type that switches checking off": {
    bad: [["src/a.ts", "let a: any;"], ["src/b.ts", "f(x as any)"], ["tests/c.ts", "Map<string, any>"], [
      "tests/d.ts",
      "type Json = any;",
    ]],
    good: [["src/a.ts", "AbortSignal.any([a, b]); // as any other"], [
      "src/b.ts",
      'const a: string = ": any";',
    ]],
  },
  "nothing switches the compiler off": {
    bad: [["src/a.ts", `// @ts-${"ignore"}`], ["tests/b.ts", `// @ts-${"expect-error"}`]],
    good: [["src/a.ts", "// ts"]],
  },
  "no work is left as a note": {
    bad: [["src/a.ts", `// ${"TO"}DO: later`], ["scripts/b.py", `# ${"FIX"}ME`]],
    good: [["src/a.ts", "// to do"]],
  },
  "no path of somebody's machine": {
    bad: [["src/a.ts", `const a = "/${"ho"}me/ann/x";`], ["scripts/b.sh", `cd /${"wo"}rk/main`]],
    good: [["src/a.ts", 'const a = "/v1/work"; // at home, at work'], ["src/b.ts", "`${home}/.config`"]],
  },
  "no file is named after nothing": {
    bad: [["src/time/util.ts", ""], ["src/stage/frame_helpers.ts", ""], ["src/app/manager.ts", ""]],
    good: [["src/app/utility_bill.ts", ""], ["src/time/clock.ts", ""]],
  },
  "no test is left out or alone": {
    bad: [["tests/a_test.ts", `Deno.test.${"only"}("a", f)`], [
      "tests/b_test.ts",
      `Deno.test({ ignore: ${true} })`,
    ]],
    good: [["tests/a_test.ts", "Deno.test({ ignore: !hasCamera })"], ["src/a.ts", "{ ignore: true }"]],
  },
};

for (const [name, rule] of Object.entries(RULES)) {
  Deno.test(`tidy can fail: ${name}`, () => {
    const { bad, good } = MADE_UP[name]!;
    const areTogether = name.startsWith("most ");
    for (const [path, text] of areTogether ? [] : bad) {
      assertEquals(rule(new Map([[path, text]])).length, 1, `${path} passed: ${text.slice(0, 80)}`);
    }
    if (areTogether) assertEquals(rule(new Map(bad)).length, 1);
    assertEquals(rule(new Map(good)), []);
  });
}

Deno.test("tidy can fail: the top level holds only what was agreed on", () => {
  assertEquals(strangers(["src", "main.ts", "notes.txt"]), ["notes.txt"]);
});
