/** `voices`: the voices of the speech engine, as --voice wants them named. */
import { EXIT } from "../errors/mod.ts";
import type { Command } from "./command.ts";
import { JSON_FLAG } from "./flags.ts";

export const command: Command = {
  name: "voices",
  summary: "list the voices that speak text",
  usage: "[flags]",
  about: `Lists the voices of the speech engine. The first column is what --voice takes; it takes the second
and the third as well, and with the built-in engine a variant after a plus, such as en-us+f3 (m1 to m8,
f1 to f5, croak).`,
  examples: [
    { command: "deno task voices", does: "every voice, its name and its languages" },
    { command: "deno task voices --json", does: "a list of {id, name, languages} for a program" },
  ],
  flags: [
    { name: "tts-engine", kind: "text", value: "NAME", doc: "espeak or command", setting: "tts.engine" },
    JSON_FLAG,
  ],
  async run(context) {
    const { openTts } = await import("../programme/mod.ts");
    const loaded = await context.loadConfig();
    context.openLog(loaded);
    await using tts = openTts(loaded.config);
    const voices = await tts.voices();
    if (loaded.config.tts.engine === "command") {
      context.note("voices: a command of your own may know more names, --voice gives it any");
    }
    if (context.flags.isOn("json")) {
      context.out(JSON.stringify(voices, null, 2));
      return EXIT.ok;
    }
    const width = (texts: readonly string[]) => Math.max(...texts.map((text) => text.length)) + 2;
    const idWidth = width(voices.map(({ id }) => id));
    const nameWidth = width(voices.map(({ name }) => name));
    for (const { id, name, languages } of voices) {
      context.out(`${id.padEnd(idWidth)}${name.padEnd(nameWidth)}${languages.join(", ")}`.trimEnd());
    }
    return EXIT.ok;
  },
};
