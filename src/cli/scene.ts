/** `scene`: has OBS show another scene, through the running programme; without a name lists the scenes. */
import { EXIT, InputFault } from "../errors/mod.ts";
import type { Command } from "./command.ts";
import { JSON_FLAG } from "./flags.ts";
import { findRunning, PORT_FLAG } from "./running.ts";

interface ObsAnswer {
  readonly director?: {
    readonly state: string;
    readonly scene?: string;
    readonly scenes?: readonly string[];
    readonly problem?: string;
  };
}

export const command: Command = {
  name: "scene",
  summary: "have OBS show another scene, or list its scenes",
  usage: "[NAME] [flags]",
  about: `Switches OBS to a scene through the running programme, which must be connected to OBS
(deno task live --obs-connect). Without a name it lists the scenes and says which one is shown. In a
text to say, [scene:NAME] does the same at that place and is not spoken.`,
  examples: [
    { command: "deno task scene", does: "what scenes there are" },
    { command: 'deno task scene "Lipcam be right back"', does: "show that one" },
    { command: 'deno task say "Look at this. [scene:Product] Is it not nice?"', does: "the same in a text" },
  ],
  flags: [PORT_FLAG, JSON_FLAG],
  words: "NAME",
  async run(context) {
    const { words } = context;
    if (words.length > 1) {
      throw new InputFault(
        `scene has ${words.length} names, wanted one, in quotes where it has blanks`,
        { code: "unexpected_word" },
      );
    }
    const running = await findRunning(context);
    const answer = words[0] === undefined ? await running.obs() : await running.orderObs({ scene: words[0] });
    if (context.flags.isOn("json")) {
      context.out(JSON.stringify(answer));
      return EXIT.ok;
    }
    if (words[0] !== undefined) return EXIT.ok;
    const { director } = answer as ObsAnswer;
    if (director?.state !== "connected") {
      const why = director === undefined || director.state === "off"
        ? "wanted the programme to be started with --obs-connect"
        : director.problem || "it is being connected";
      context.note(`lipcam: OBS is not connected: ${why}`);
      return EXIT.failed;
    }
    for (const scene of director.scenes ?? []) {
      context.out(scene === director.scene ? `${scene}, shown` : scene);
    }
    return EXIT.ok;
  },
};
