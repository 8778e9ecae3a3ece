/** Commands that turn something of the running programme on, off or the other way round. */
import type { ControlClient } from "../control/mod.ts";
import { EXIT, InputFault } from "../errors/mod.ts";
import type { Command } from "./command.ts";
import { JSON_FLAG } from "./flags.ts";
import { findRunning, PORT_FLAG } from "./running.ts";

export function switchCommand(
  about: Pick<Command, "name" | "summary" | "about" | "examples">,
  turn: (running: ControlClient, isOn: boolean | undefined) => Promise<unknown>,
): Command {
  return {
    ...about,
    usage: "[on|off] [flags]",
    words: "on|off",
    flags: [PORT_FLAG, JSON_FLAG],
    async run(context) {
      const [word, ...more] = context.words;
      if (more.length > 0 || (word !== undefined && word !== "on" && word !== "off")) {
        const given = context.words.map((one) => JSON.stringify(one.slice(0, 40))).join(" ");
        throw new InputFault(`${about.name} is given ${given}, wanted on, off or nothing`, {
          code: "unexpected_word",
        });
      }
      const answer = await turn(await findRunning(context), word === undefined ? undefined : word === "on");
      if (context.flags.isOn("json")) context.out(JSON.stringify(answer));
      return EXIT.ok;
    },
  };
}
