/**
 * `deno task ok`: is the tree fit to be handed over? Format, lint, types, the layout rules and the documents; one
 * line each, the first lines of what failed, exit 1 when anything did. A minute at most; the tests proper are `test`.
 */
const PROJECT = new URL("../", import.meta.url);
const LINES_SHOWN_MAX = 40;

const CHECKS: readonly (readonly [name: string, args: readonly string[]])[] = [
  ["format", ["fmt", "--check"]],
  ["lint", ["lint"]],
  ["types", ["check", "main.ts", "src", "scripts", "tests"]],
  ["layout", ["test", "--quiet", "--no-check", "-A", "tests/unit/tidy_test.ts"]],
  ["documents", ["test", "--quiet", "--no-check", "-A", "tests/unit/cli_docs_test.ts"]],
];

let failedCount = 0;
for (const [name, args] of CHECKS) {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: PROJECT,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  console.log(`${success ? "ok    " : "failed"} ${name}`);
  if (success) continue;
  failedCount++;
  const text = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("\n");
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  for (const line of lines.slice(0, LINES_SHOWN_MAX)) console.log(`    ${line}`);
  if (lines.length > LINES_SHOWN_MAX) {
    console.log(`    ... ${lines.length - LINES_SHOWN_MAX} lines more: deno ${args.join(" ")}`);
  }
}
Deno.exit(failedCount === 0 ? 0 : 1);
