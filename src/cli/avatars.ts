/** `avatars`: what can be shown, as --avatar wants it named, with whom to credit. */
import { EXIT } from "../errors/mod.ts";
import type { Command } from "./command.ts";
import { JSON_FLAG } from "./flags.ts";

export const command: Command = {
  name: "avatars",
  summary: "list the avatars that can be shown",
  usage: "[flags]",
  about: `Lists the avatars that come with Lipcam and your own. The first column is what --avatar takes; then
follow kind, name, licence and author. An avatar that cannot be used says why. Any DiceBear character can
be shown without a folder too: --avatar dicebear:STYLE/SEED.`,
  examples: [
    { command: "deno task avatars", does: "every avatar in a line" },
    { command: "deno task live --avatar dicebear:lorelei/Mai", does: "a character of a style, by any seed" },
    { command: "deno task prepare portrait.jpg --id me", does: "make one from a photo" },
  ],
  flags: [JSON_FLAG],
  async run(context) {
    const { listAvatars } = await import("../avatar/mod.ts");
    const loaded = await context.loadConfig();
    context.openLog(loaded);
    const avatars = listAvatars([...loaded.config.avatarFolders, ...context.folders.avatars]);
    if (context.flags.isOn("json")) {
      context.out(JSON.stringify(avatars, null, 2));
      return EXIT.ok;
    }
    const rows = avatars.map(({ id, kind, name, licence, author, trouble }) => [
      id,
      kind ?? "broken",
      ...(trouble === undefined ? [name, licence ?? "", author ?? ""] : [trouble]),
    ]);
    const widths = [0, 1, 2, 3].map((column) =>
      Math.max(0, ...rows.filter((row) => row.length > 3).map((row) => row[column]?.length ?? 0)) + 2
    );
    for (const row of rows) {
      const isBroken = row.length === 3;
      const cells = row.map((cell, at) => isBroken && at === 2 ? cell : cell.padEnd(widths[at] ?? 0));
      context.out(cells.join("").trimEnd());
    }
    return EXIT.ok;
  },
};
