/** `interrupt`: cuts off what the running programme says and drops what waits. */
import { EXIT } from "../errors/mod.ts";
import type { Command } from "./command.ts";
import { JSON_FLAG } from "./flags.ts";
import { findRunning, PORT_FLAG } from "./running.ts";

export const command: Command = {
  name: "interrupt",
  summary: "cut off what is being said",
  usage: "[flags]",
  about: `Ends what the running programme is saying, and drops what waits to be said. What was given with
say --no-interrupt goes on.`,
  examples: [
    { command: "deno task interrupt", does: "be quiet now" },
    { command: "deno task interrupt --json", does: "print {interrupted, kept}: numbers of utterances" },
  ],
  flags: [PORT_FLAG, JSON_FLAG],
  async run(context) {
    const result = await (await findRunning(context)).interrupt();
    if (context.flags.isOn("json")) context.out(JSON.stringify(result));
    return EXIT.ok;
  },
};
