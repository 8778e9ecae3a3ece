/** What the documents name exists: every task, every command's flags, every setting, every file in a link. */
import { assertEquals } from "@std/assert";
import { COMMON_FLAGS, spellings } from "../../src/cli/flags.ts";
import {
  ConfigSchema,
  environmentName,
  flagName,
  readReactions,
  readRules,
  SETTINGS,
} from "../../src/app/mod.ts";
import { TABLE } from "../../src/cli/table.ts";
import about from "../../deno.json" with { type: "json" };

const PROJECT = new URL("../../", import.meta.url);

/** Flags of each command; undefined for a task that is no command of ours. */
type Known = ReadonlyMap<string, ReadonlySet<string> | undefined>;

async function known(): Promise<Known> {
  const tasks = new Map<string, Set<string> | undefined>(
    Object.keys(about.tasks).map((name) => [name, undefined]),
  );
  for (const entry of TABLE) {
    const { command } = await entry.load();
    const forms = [...command.flags, ...COMMON_FLAGS].flatMap(spellings);
    const settings = command.takesSettings
      ? SETTINGS.flatMap(({ key }) => [`--${flagName(key)}`, `--no-${flagName(key)}`])
      : [];
    tasks.set(entry.name, new Set([...forms, ...settings]));
  }
  return tasks;
}

interface Block {
  readonly code: string;
  /** The paragraph before it. */
  readonly about: string;
}

/** Code between fences and code set in by four spaces, which is how a block begins after an empty line. */
function blocksOf(text: string): Block[] {
  const pattern = /^```[^\n]*\n([\s\S]*?)^```|(?<=\n\n)((?: {4}[^\n]*(?:\n|$)|\n(?= {4}))+)/gm;
  return [...text.matchAll(pattern)].map((match) => ({
    code: match[1] ?? match[2]!.replace(/^ {4}/gm, ""),
    about: text.slice(0, match.index).trimEnd().split(/\n\s*\n/).at(-1)!,
  }));
}

function inlineOf(text: string): string[] {
  return [...text.matchAll(/`([^`\n]+)`/g)].map((match) => match[1]!);
}

/** Examples of the settings file: JSON objects under a paragraph that speaks of settings. */
function settingsExamples(text: string): string[] {
  return blocksOf(text).filter(({ code, about }) =>
    code.trimStart().startsWith("{") && /\bsettings?\b|lipcam\.json/i.test(about)
  ).map(({ code }) => code);
}

/** Every name or value of a setting, in an example, a variable or by itself, that would be refused. */
function settingComplaints(text: string): string[] {
  const variables = new Set(SETTINGS.map(({ key }) => environmentName(key)));
  const others = ["LIPCAM_CONFIG", "LIPCAM_SIZE", "LIPCAM_OBS_PASSWORD", "LIPCAM_REQUIRE_SYSTEM"];
  for (const other of others) variables.add(other);
  const keys = new Set(SETTINGS.map(({ key }) => key));
  const groups = new Set([...keys].filter((key) => key.includes(".")).map((key) => key.split(".")[0]!));
  const named = inlineOf(text).filter((code) => /^[a-z]+\.[a-z]\w*$/i.test(code) && !code.endsWith(".sock"));
  return [
    ...[...text.matchAll(/\bLIPCAM_[A-Z_]+\b/g)].map(([name]) => name).filter((name) => !variables.has(name)),
    ...named.filter((name) => groups.has(name.split(".")[0]!) && !keys.has(name)),
    ...settingsExamples(text).flatMap((example) => {
      let value: unknown;
      try {
        value = JSON.parse(example);
      } catch {
        return [`no JSON: ${example.trim()}`];
      }
      const { error, data } = ConfigSchema.safeParse(value);
      if (error) return error.issues.map(({ message, path }) => `${path.join(".")}: ${message}`);
      try {
        readRules(data.obs.rules);
        readReactions(data.obs.reactions);
      } catch (fault) {
        return [String(fault)];
      }
      return [];
    }),
  ].map((what) => `no such setting: ${what}`);
}

/** Every `deno task NAME --flag` and every other `--flag` in code that nothing knows. */
function complaints(text: string, tasks: Known, isFile: (path: string) => boolean): string[] {
  const found: string[] = [];
  const code = [...blocksOf(text).map(({ code }) => code), ...inlineOf(text)];
  for (const line of code.flatMap((part) => part.replace(/\\\n/g, " ").split("\n"))) {
    for (const part of line.split(/\s(?:\||&&|;)\s/)) {
      const [, name, rest] = /\b(?:deno|deno@2) task ([\w:-]+)(.*)$/.exec(part) ?? [];
      if (name === undefined) continue;
      if (!tasks.has(name)) found.push(`no task ${name}`);
      const flags = tasks.get(name);
      // What is quoted is a text to say, what follows a # is a remark.
      const plain = rest!.replace(/"[^"]*"|'[^']*'/g, "").replace(/\s#.*$/, "").replace(/\s--\s.*$/, "");
      for (const [flag] of plain.matchAll(/(?<=\s|\[)--[a-z][\w-]*/g)) {
        if (flags !== undefined && !flags.has(flag)) found.push(`${name} has no ${flag}`);
      }
    }
    const alone = /^--[a-z][\w-]*/.exec(line)?.[0];
    const isKnown = [...tasks.values()].some((flags) => alone !== undefined && flags?.has(alone));
    if (alone !== undefined && !isKnown) found.push(`nothing has ${alone}`);
  }
  for (const [, target] of text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)[^)]*\)/g)) {
    if (!isFile(target!)) found.push(`no file ${target}`);
  }
  return found;
}

function exists(path: string, from: URL): boolean {
  try {
    Deno.statSync(new URL(path, from));
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

const tasks = await known();
for (
  const document of [
    "README.md",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "docs/obs.md",
    "docs/api.md",
    "docs/compat.md",
  ]
) {
  Deno.test(`${document} names only tasks, flags and files that exist`, () => {
    const at = new URL(document, PROJECT);
    assertEquals(complaints(Deno.readTextFileSync(at), tasks, (path) => exists(path, at)), []);
  });
  Deno.test(`${document} names only settings that exist, with values they take`, () => {
    assertEquals(settingComplaints(Deno.readTextFileSync(new URL(document, PROJECT))), []);
  });
}

Deno.test("every command has its task", () => {
  assertEquals(TABLE.map(({ name }) => name).filter((name) => !Object.hasOwn(about.tasks, name)), []);
});

Deno.test("README.md shows an example of lipcam.json, and it is looked at", () => {
  const examples = settingsExamples(Deno.readTextFileSync(new URL("README.md", PROJECT)));
  assertEquals(examples.length > 0, true, "wanted at least one, under a paragraph that speaks of settings");
});

Deno.test("the documents' rule can fail", () => {
  const made: Known = new Map([["live", new Set(["--say", "--fps"])], ["test", undefined]]);
  const look = (text: string) => complaints(text, made, (path) => path === "LICENSE");
  assertEquals(
    look('`deno task live --say "--x" --fps 3` `npx -y deno@2 task test --any` [l](LICENSE) `--fps`'),
    [],
  );
  assertEquals(look("```sh\ndeno task liv\ndeno task live \\\n  --sya x\n```"), [
    "no task liv",
    "live has no --sya",
  ]);
  assertEquals(
    look(
      "Start:\n\n    npx -y deno@2 task liv  # --x\n    echo a | deno task live --sya\n\n    deno task live \\\n      --fsp 3\n\nEnd.",
    ),
    ["no task liv", "live has no --sya", "live has no --fsp"],
  );
  assertEquals(look("- a list\n    deno task liv\n"), [], "no code: it goes on with the line before");
  assertEquals(look("`deno task live [--say TEXT] [--odd]`"), ["live has no --odd"]);
  assertEquals(look("`--nope 3`"), ["nothing has --nope"]);
  assertEquals(look("see [this](docs/none.md)"), ["no file docs/none.md"]);
});

Deno.test("the documents' rule about settings can fail", () => {
  assertEquals(
    settingComplaints(
      'Settings:\n\n    { "fps": 30,\n      "tts": { "engine": "espeak" } }\n\n`LIPCAM_FPS`, `tts.engine`, `stage.ts`\n\n' +
        'An answer:\n\n    {"text":"Hello."}\n',
    ),
    [],
  );
  const cases: readonly [string, string][] = [
    ['In `lipcam.json`:\n\n    { "fsp": 30 }\n', "fsp"],
    ['Settings\n\n```json\n{ "tts": { "motor": "espeak" } }\n```\n', "motor"],
    ['Settings\n\n    { "fps": 23 }\n', "fps"],
    ["Settings\n\n    { fps: 25 }\n", "no JSON"],
    ["set `LIPCAM_FSP`", "LIPCAM_FSP"],
    ["see `playback.highMs`", "playback.highMs"],
  ];
  for (const [text, wanted] of cases) {
    const found = settingComplaints(text);
    assertEquals([found.length, found[0]?.includes(wanted)], [1, true], `${text}: ${found}`);
  }
});
