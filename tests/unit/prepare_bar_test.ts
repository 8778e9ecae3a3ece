/** What a person sees of a command's steps, on a terminal and elsewhere. */
import { assertEquals } from "@std/assert";
import { StepBar } from "../../src/cli/step_bar.ts";

function barOf(environment: Record<string, string>) {
  const notes: string[] = [];
  const written: string[] = [];
  const context = { environment, note: (line: string) => void notes.push(line) };
  const terminal = { write: (text: string) => void written.push(text) };
  return { bar: new StepBar(2, context, terminal), notes, written };
}

Deno.test("StepBar draws over one line on a terminal and leaves it empty", () => {
  const { bar, notes, written } = barOf({ TERM: "xterm", NO_COLOR: "1" });
  bar.step("reading");
  bar.step("writing");
  bar.clear();
  const line = (full: number, name: string) => `\r\x1b[2K${"█".repeat(full)}${"░".repeat(24 - full)} ${name}`;
  assertEquals([notes, written], [[], [line(0, "reading"), line(12, "writing"), "\r\x1b[2K"]]);
});

Deno.test("StepBar writes plain lines where the cursor cannot be moved", () => {
  const { bar, notes, written } = barOf({ TERM: "dumb" });
  bar.step("reading");
  bar.step("writing");
  bar.clear();
  assertEquals([notes, written], [["[1/2] reading", "[2/2] writing"], []]);
});
