/**
 * `deno task bench [NAME ...] [--json] [--help]`: what the programme costs, as a table beside the targets.
 *
 * Each part is a file in scripts/bench/ and can be named alone. With --json one object a line. Figures are of this
 * machine, now; compare runs made side by side. Exit code 0 whatever was measured: a benchmark is not a test.
 */
import { oneLine } from "../src/errors/mod.ts";
import { type Figure, table } from "./bench/figure.ts";

const PARTS: Readonly<Record<string, () => Promise<Figure[]>>> = {
  stage: async () => (await import("./bench/stage.ts")).benchStage(),
  faces: async () => (await import("./bench/faces.ts")).benchFaces(),
  prepare: async () => (await import("./bench/prepare.ts")).benchPrepare(),
  engine: async () => (await import("./bench/engine.ts")).benchEngine(),
  start: async () => (await import("./bench/start.ts")).benchStart(),
  tick: async () => (await import("./bench/tick.ts")).benchTick(),
  speech: async () => (await import("./bench/speech.ts")).benchSpeech(),
  interrupt: async () => (await import("./bench/interrupt.ts")).benchInterrupt(),
  recording: async () => (await import("./bench/recording.ts")).benchRecording(),
  render: async () => (await import("./bench/render.ts")).benchRender(),
  idle: async () => (await import("./bench/idle.ts")).benchIdle(),
  sessions: async () => (await import("./bench/sessions.ts")).benchSessions(),
  memory: async () => (await import("./bench/memory.ts")).benchMemory(),
};

const NAMES = Object.keys(PARTS).join(", ");
const USAGE = `usage: deno task bench [NAME ...] [--json]

What the programme costs on this machine, beside the targets. Without a name every part is measured.

  NAME     ${NAMES}
  --json   one object a line instead of the table
  --help   this text`;

const isFlag = (argument: string) => argument.startsWith("-");
const flags = new Set(Deno.args.filter(isFlag));
const isJson = flags.delete("--json");
if (flags.delete("--help") || flags.delete("-h")) {
  console.log(USAGE);
  Deno.exit(0);
}
for (const flag of flags) {
  console.error(`bench: no flag is called "${flag}", wanted --json or --help`);
  Deno.exit(2);
}
const named = Deno.args.filter((argument) => !isFlag(argument));
const wanted = named.length > 0 ? named : Object.keys(PARTS);
const unknown = wanted.find((name) => !Object.hasOwn(PARTS, name));
if (unknown !== undefined) {
  console.error(`bench: no part is called "${unknown}", wanted one of ${NAMES}`);
  Deno.exit(2);
}

const figures: Figure[] = [];
for (const name of wanted) {
  if (!isJson) console.error(`measuring ${name} ...`);
  try {
    const measured = await PARTS[name]!();
    figures.push(...measured);
    if (isJson) { for (const one of measured) console.log(JSON.stringify(one)); }
  } catch (error) {
    // The other parts are still worth their table.
    console.error(`bench: ${name} could not be measured: ${oneLine(error)}`);
  }
}
if (!isJson) console.log(table(figures));
Deno.exit(0);
