/** `page`: a link that lets a browser in to the running programme, once. */
import { EXIT } from "../errors/mod.ts";
import type { Command } from "./command.ts";
import { JSON_FLAG } from "./flags.ts";
import { findRunning, PORT_FLAG } from "./running.ts";

export const command: Command = {
  name: "page",
  summary: "a link that opens the running avatar's page in a browser",
  usage: "[flags]",
  about:
    `Prints a link to the page of the running avatar. It works once, within ten minutes: the browser that opens
it is let in from then on. On the machine it runs on the plain address does as well.`,
  examples: [{ command: "deno task page", does: "a link to open in a browser" }],
  flags: [PORT_FLAG, JSON_FLAG],
  async run(context) {
    const url = await (await findRunning(context)).pageLink();
    context.out(context.flags.isOn("json") ? JSON.stringify({ url }) : url);
    return EXIT.ok;
  },
};
