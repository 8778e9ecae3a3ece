/** What the documents name exists: every task, every command's flags, every file in a link. */
import { assertEquals } from "@std/assert";
import { COMMON_FLAGS, spellings } from "../../src/cli/flags.ts";
import { flagName, SETTINGS } from "../../src/app/mod.ts";
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

/** Every `deno task NAME --flag` and every other `--flag` in code that nothing knows. */
function complaints(text: string, tasks: Known, isFile: (path: string) => boolean): string[] {
  const found: string[] = [];
  const code = [...text.matchAll(/```[^\n]*\n([\s\S]*?)```|`([^`\n]+)`/g)].map((match) =>
    match[1] ?? match[2]!
  );
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

function exists(path: string): boolean {
  try {
    Deno.statSync(new URL(path, PROJECT));
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

const tasks = await known();
for (const document of ["README.md", "ARCHITECTURE.md", "CHANGELOG.md"].filter(exists)) {
  Deno.test(`${document} names only tasks, flags and files that exist`, () => {
    assertEquals(complaints(Deno.readTextFileSync(new URL(document, PROJECT)), tasks, exists), []);
  });
}

Deno.test("every command has its task", () => {
  assertEquals(TABLE.map(({ name }) => name).filter((name) => !Object.hasOwn(about.tasks, name)), []);
});

Deno.test("the settings named in README.md's examples of lipcam.json exist", () => {
  if (!exists("README.md")) return;
  const text = Deno.readTextFileSync(new URL("README.md", PROJECT));
  const names = [...text.matchAll(/\bLIPCAM_[A-Z_]+\b/g)].map(([name]) => name);
  const wanted = new Set(["LIPCAM_CONFIG", "LIPCAM_SIZE", "LIPCAM_REQUIRE_SYSTEM"]);
  for (const { key } of SETTINGS) wanted.add(`LIPCAM_${flagName(key).replaceAll("-", "_").toUpperCase()}`);
  assertEquals(names.filter((name) => !wanted.has(name)), []);
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
  assertEquals(look("`deno task live [--say TEXT] [--odd]`"), ["live has no --odd"]);
  assertEquals(look("`--nope 3`"), ["nothing has --nope"]);
  assertEquals(look("see [this](docs/none.md)"), ["no file docs/none.md"]);
});
