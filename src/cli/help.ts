/** Help texts: the list of commands, and one command's page. Out: text for stdout, at most 100 columns wide. */
import type { Command, Flag } from "./command.ts";
import { COMMON_FLAGS, spellings } from "./flags.ts";
import { TABLE } from "./table.ts";

export function listHelp(version: string): string {
  const width = Math.max(...TABLE.map(({ name }) => name.length)) + 2;
  return [
    `lipcam ${version}: a talking avatar as your webcam`,
    "",
    "Usage: deno task COMMAND [flags]",
    "",
    ...TABLE.map(({ name, summary }) => `  ${name.padEnd(width)}${summary}`),
    "",
    "COMMAND --help explains one of them. --version prints the version.",
    "Exit codes: 0 done, 1 failed, 2 not understood or bad input, 3 a device is missing or busy.",
  ].join("\n");
}

export function commandHelp(command: Command, settings: readonly Flag[]): string {
  const own = command.flags.length === 0 ? [] : ["Flags:", ...rows(command.flags), ""];
  const more = settings.length === 0 ? [] : ["More settings, here or in lipcam.json:", ...rows(settings), ""];
  return [
    `Usage: deno task ${[command.name, command.usage].join(" ").trim()}`,
    "",
    command.about,
    "",
    ...own,
    ...more,
    "Flags of every command:",
    ...rows(COMMON_FLAGS),
    "",
    "Examples:",
    ...command.examples.flatMap((example) => [`  ${example.command}`, `      ${example.does}`]),
  ].join("\n");
}

const COLUMN = 26;

function rows(flags: readonly Flag[]): string[] {
  return flags.map((flag) => {
    const repeat = flag.kind === "list" && !flag.doc.includes("repeated") ? ", may be repeated" : "";
    const left = `  ${spellings(flag).join(", ")}${flag.value === undefined ? "" : ` ${flag.value}`}`;
    const gap = left.length < COLUMN - 1 ? left.padEnd(COLUMN) : `${left}\n${" ".repeat(COLUMN)}`;
    return `${gap}${flag.doc}${repeat}`;
  });
}
