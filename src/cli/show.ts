/** `show`: another avatar in the running programme, dissolving out of the one that is shown. */
import { EXIT, InputFault } from "../errors/mod.ts";
import type { Command } from "./command.ts";
import { JSON_FLAG } from "./flags.ts";
import { findRunning, PORT_FLAG } from "./running.ts";

export const command: Command = {
  name: "show",
  summary: "show another avatar in the running programme",
  usage: "AVATAR [flags]",
  about:
    `Changes the running programme's avatar without ending it: the new one dissolves out of the old one within
half a second, whatever is being said. deno task avatars lists the names; dicebear:STYLE/SEED is one too.`,
  examples: [
    { command: "deno task show theo", does: "another face" },
    { command: "deno task show anna", does: "one that deno task prepare made" },
  ],
  flags: [PORT_FLAG, JSON_FLAG],
  words: "AVATAR",
  async run(context) {
    const { words } = context;
    const [avatar, ...more] = words;
    if (avatar === undefined || more.length > 0) {
      throw new InputFault(`show has ${words.length} avatars, wanted one: show AVATAR`, {
        code: "no_avatar",
      });
    }
    const running = await findRunning(context);
    await running.showAvatar(avatar);
    if (context.flags.isOn("json")) context.out(JSON.stringify({ avatar }));
    return EXIT.ok;
  },
};
