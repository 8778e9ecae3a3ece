/** `prepare`: a portrait into an avatar that speaks. */
import { EXIT, InputFault } from "../errors/mod.ts";
import type { Command } from "./command.ts";
import { JSON_FLAG } from "./flags.ts";
import { StepBar } from "./step_bar.ts";

export const command: Command = {
  name: "prepare",
  summary: "make an avatar of a portrait photo",
  usage: "PICTURE --id ID [flags]",
  about:
    `Finds the face in a JPEG, PNG or WebP photo and writes an avatar that speaks with it into your own avatars.
Nothing leaves this machine. The photo should show one face, at least 80 pixels wide (250 look sharp), seen
from the front, eyes open, the mouth closed or smiling, nothing before it. --background blur, transparent or a
colour needs a plain wall behind the head, or a picture that is cut out already.`,
  examples: [
    { command: "deno task prepare portrait.jpg --id me", does: "then: deno task live --avatar me" },
    {
      command: "deno task prepare portrait.jpg --id me --background transparent --force",
      does: "once more, cut out",
    },
  ],
  flags: [
    { name: "id", kind: "text", value: "ID", doc: "what the avatar is called: a-z, 0-9 and -" },
    {
      name: "background",
      kind: "text",
      value: "B",
      doc: "own (as it is), blur, transparent or a colour like #203040",
    },
    { name: "force", kind: "switch", doc: "replace an avatar of that id" },
    JSON_FLAG,
  ],
  words: "PICTURE",
  async run(context) {
    const { flags, words, folders } = context;
    const [path, ...more] = words;
    if (path === undefined || more.length > 0) {
      throw new InputFault(`prepare has ${words.length} pictures, wanted one: prepare PICTURE --id ID`, {
        code: "no_picture",
      });
    }
    const id = flags.text("id");
    if (id === undefined) {
      throw new InputFault("prepare has no --id, wanted a name for the avatar such as --id me", {
        code: "no_id",
      });
    }
    const { preparePhoto, readBackgroundWish, STEPS } = await import("../prepare/mod.ts");
    const background = readBackgroundWish(flags.text("background") ?? "own");
    const startMs = context.clock.nowMs();
    const bar = new StepBar(STEPS.length, context);
    const { folder, faceWidthPx, advice } = await preparePhoto({
      path,
      parent: folders.avatars[0]!,
      id,
      isForced: flags.isOn("force"),
      background,
      signal: context.stopSignal(),
      onStep: (step) => bar.step(step),
    }).finally(() => bar.clear());
    const tookMs = Math.round(context.clock.nowMs() - startMs);
    for (const line of advice) context.note(`prepare: ${line}`);
    if (flags.isOn("json")) context.out(JSON.stringify({ id, folder, faceWidthPx, tookMs }));
    else context.note(`${folder}: ${(tookMs / 1000).toFixed(1)} s; try: deno task live --avatar ${id}`);
    return EXIT.ok;
  },
};
