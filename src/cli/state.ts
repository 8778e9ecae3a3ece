/** `state`: prints what the running programme does right now. */
import { EXIT } from "../errors/mod.ts";
import type { Command } from "./command.ts";
import { JSON_FLAG } from "./flags.ts";
import { findRunning, PORT_FLAG } from "./running.ts";

export const command: Command = {
  name: "state",
  summary: "show what the running programme does",
  usage: "[flags]",
  about: `Prints the state of the running programme: picture, speech, camera, sound, recording, and what this
machine lacks.`,
  examples: [
    { command: "deno task state", does: "one line a value" },
    { command: "deno task state --json", does: "for a program" },
  ],
  flags: [PORT_FLAG, JSON_FLAG],
  async run(context) {
    const state = await (await findRunning(context)).state();
    if (context.flags.isOn("json")) context.out(JSON.stringify(state, null, 2));
    else for (const [key, value] of leaves(state, "")) context.out(`${key.padEnd(26)}${value}`);
    return EXIT.ok;
  },
};

/** "picture.fps" and its value, for every leaf. */
function leaves(at: unknown, prefix: string): [string, string][] {
  if (typeof at !== "object" || at === null) return [[prefix, String(at)]];
  return Object.entries(at).flatMap(([name, value]) =>
    leaves(value, prefix === "" ? name : `${prefix}.${name}`)
  );
}
