/**
 * `deno task bench [NAME ...] [--json]`: what the programme costs, as a table beside the targets.
 *
 * Each part is a file in scripts/bench/ and can be named alone. With --json one object a line. Figures are of this
 * machine, now; compare runs made side by side. Exit code 0 whatever was measured: a benchmark is not a test.
 */
import { parseArgs } from "@std/cli";
import { type Figure, table } from "./bench/figure.ts";

const PARTS: Readonly<Record<string, () => Promise<Figure[]>>> = {
  stage: async () => (await import("./bench/stage.ts")).benchStage(),
  tick: async () => (await import("./bench/tick.ts")).benchTick(),
  speech: async () => (await import("./bench/speech.ts")).benchSpeech(),
  interrupt: async () => (await import("./bench/interrupt.ts")).benchInterrupt(),
  recording: async () => (await import("./bench/recording.ts")).benchRecording(),
  render: async () => (await import("./bench/render.ts")).benchRender(),
  idle: async () => (await import("./bench/idle.ts")).benchIdle(),
  memory: async () => (await import("./bench/memory.ts")).benchMemory(),
};

const args = parseArgs(Deno.args, { boolean: ["json"] });
const wanted = args._.length > 0 ? args._.map(String) : Object.keys(PARTS);
const unknown = wanted.find((name) => !(name in PARTS));
if (unknown !== undefined) {
  console.error(`bench: no part is called "${unknown}", wanted one of ${Object.keys(PARTS).join(", ")}`);
  Deno.exit(2);
}

const figures: Figure[] = [];
for (const name of wanted) {
  if (!args.json) console.error(`measuring ${name} ...`);
  const measured = await PARTS[name]!();
  figures.push(...measured);
  if (args.json) { for (const one of measured) console.log(JSON.stringify(one)); }
}
if (!args.json) console.log(table(figures));
Deno.exit(0);
