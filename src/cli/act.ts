/** `act`: an expression or an action of the running programme's face, over whatever it says. */
import type { ControlClient } from "../control/mod.ts";
import { EXIT, InputFault } from "../errors/mod.ts";
import type { ProgrammeState } from "../programme/mod.ts";
import type { Command } from "./command.ts";
import { JSON_FLAG } from "./flags.ts";
import { findRunning, PORT_FLAG } from "./running.ts";

export const command: Command = {
  name: "act",
  summary: "show an expression, or nod, shake, tilt or wink",
  usage: "[NAME] [flags]",
  about:
    `Asks the running programme's face for an expression, which stays until the next one, or for an action,
which happens once. Neither touches the lips: it goes on speaking. Without a name it lists what there
is and what is shown now. In a text to say, [NAME] does the same at that place and is not spoken.`,
  examples: [
    { command: "deno task act nod", does: "nod once" },
    { command: "deno task act happy", does: "smile until told otherwise; neutral ends it" },
    { command: "deno task act", does: "what there is, and what is shown now" },
    {
      command: 'deno task say "[happy] Good morning. [nod] Shall we begin?"',
      does: "the same within a text",
    },
  ],
  flags: [PORT_FLAG, JSON_FLAG],
  words: "NAME",
  async run(context) {
    const { words } = context;
    const isJson = context.flags.isOn("json");
    if (words.length > 1) {
      throw new InputFault(`act has ${words.length} names, wanted one`, { code: "unexpected_word" });
    }
    const running = await findRunning(context);
    if (words[0] !== undefined) {
      const answer = await running.act(words[0]);
      if (isJson) context.out(JSON.stringify(answer));
      return EXIT.ok;
    }
    const acts = await shown(running);
    if (isJson) {
      context.out(JSON.stringify(acts));
      return EXIT.ok;
    }
    for (const name of acts.expressions) {
      context.out(`${name.padEnd(12)}expression${name === acts.expression ? ", shown" : ""}`);
    }
    for (const name of acts.actions) {
      context.out(`${name.padEnd(12)}action${name === acts.action ? ", running" : ""}`);
    }
    return EXIT.ok;
  },
};

async function shown(running: ControlClient) {
  const [acts, state] = await Promise.all([running.acts(), running.state()]);
  const { expression, action } = (state as unknown as ProgrammeState).picture;
  return { ...acts, expression, ...(action === undefined ? {} : { action }) };
}
