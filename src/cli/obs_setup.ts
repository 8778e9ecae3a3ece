/** `obs:setup`: scenes for the avatar in a running OBS, through its websocket. */
import type { Config } from "../app/mod.ts";
import { EXIT } from "../errors/mod.ts";
import type { AvatarPlace, SetupReport } from "../obs/mod.ts";
import type { Command, CommandContext } from "./command.ts";
import { JSON_FLAG } from "./flags.ts";

export const command: Command = {
  name: "obs:setup",
  summary: "make scenes for the avatar in a running OBS",
  usage: "[flags]",
  about: `Makes a scene collection "Lipcam" in the OBS that runs: the avatar with background and subtitles, a
scene "be right back" and one with the real camera. What is there already stays as you have it; a second
run changes nothing. OBS must have its websocket switched on (Tools, WebSocket Server Settings).

The password is read from LIPCAM_OBS_PASSWORD, from the file obs.passwordFile, or, for an OBS of this
machine, from OBS's own settings.`,
  examples: [
    { command: "deno task obs:setup", does: "a collection of its own" },
    { command: "deno task obs:setup --here", does: "the scenes into the collection in use" },
  ],
  flags: [
    {
      name: "url",
      kind: "text",
      value: "URL",
      doc: "where OBS's websocket is, such as ws://127.0.0.1:4455",
      setting: "obs.url",
    },
    { name: "here", kind: "switch", doc: "into the scene collection in use" },
    JSON_FLAG,
  ],
  takesSettings: true,
  async run(context) {
    const { config } = await context.loadConfig();
    const { findPassword, setUpObs } = await import("../obs/mod.ts");
    const { environment, flags } = context;
    const { url, passwordFile: file, scenes, subtitles } = config.obs;
    const report = await setUpObs({
      url,
      password: findPassword({ environment, file, url }),
      isHere: flags.isOn("here"),
      signal: context.stopSignal(),
      scenes,
      subtitles,
      avatar: await avatarPlace(config, context),
      background: ["own", "transparent"].includes(config.background) ? undefined : config.background,
    });
    if (flags.isOn("json")) context.out(JSON.stringify(report));
    else tell(report, context);
    return EXIT.ok;
  },
};

/** Where a programme offers itself, or will by these settings. */
async function avatarPlace({ obs, ...config }: Config, context: CommandContext): Promise<AvatarPlace> {
  const { feedPlaces } = await import("../programme/mod.ts");
  const places = feedPlaces({ obs, ...config }, context.environment);
  const media = places.find((place) => place.kind === "media");
  const mediaUrl = media === undefined
    ? undefined
    : "path" in media
    ? `unix:${media.path}`
    : `tcp://127.0.0.1:${media.port}`;
  return { feed: obs.feed, socket: obs.socket, mediaUrl };
}

function tell({ collection, made, mended, notes, isUnchanged }: SetupReport, context: CommandContext): void {
  if (isUnchanged) context.note(`OBS has everything already (collection ${collection}); nothing was changed`);
  if (made.length > 0) context.note(`made in OBS (collection ${collection}): ${made.join(", ")}`);
  if (mended.length > 0) context.note(`set to this programme: ${mended.join(", ")}`);
  for (const note of notes) context.note(note);
}
