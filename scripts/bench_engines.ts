/**
 * `deno task bench:engines [--json] [--live] [setting flags]`: what the video engines cost here, stage by stage: hearing,
 * network by batch size, pasting, memory; with --live also a running programme: first frame after say(), tick errors.
 *
 * Every installed model is measured on the avatar of --avatar, by default one that is made up. Figures are of this machine,
 * now. Exit code 0 whatever was measured, 2 for a mistake in the flags.
 */
import { EXIT, Fault, oneLine } from "../src/errors/mod.ts";
import { findFolders, loadConfig } from "../src/app/mod.ts";
import { findAvatar } from "../src/avatar/mod.ts";
import { listModels } from "../src/model/mod.ts";
import { engineOrder, modelFolders } from "../src/programme/mod.ts";
import { makeVideoAvatar } from "../tests/fakes/video_avatar.ts";
import { measureHearing, measureModel } from "./bench/engines.ts";
import { benchLiveEngine } from "./bench/engines_live.ts";
import { table } from "./bench/figure.ts";
import { benchStage } from "./bench/stage.ts";

const USAGE =
  `usage: deno task bench:engines [--live] [--json] [--avatar ID] [--model-folders DIR,...] [--neural-provider P] [--neural-threads N]`;

async function main(args: readonly string[]): Promise<number> {
  if (args.includes("--help") || args.includes("-h")) {
    console.log(USAGE);
    return EXIT.ok;
  }
  const isJson = args.includes("--json");
  const isLive = args.includes("--live");
  const rest = args.filter((arg) => arg !== "--json" && arg !== "--live");
  const settings = [];
  for (let at = 0; at < rest.length; at += 2) {
    const name = rest[at]!;
    const key = KEYS[name];
    const value = rest[at + 1];
    if (key === undefined || value === undefined) {
      console.error(`bench:engines: ${JSON.stringify(name)} cannot be used, wanted ${USAGE.slice(7)}`);
      return EXIT.usage;
    }
    settings.push({ name, key, value });
  }
  const environment = Deno.env.toObject();
  const folders = findFolders(environment, Deno.cwd());
  const made = await Deno.makeTempDir({ prefix: "lipcam-engines-" });
  try {
    const { config } = loadConfig({ flags: settings, environment, folders });
    const isOwn = settings.some(({ key }) => key === "avatar");
    const avatar = isOwn
      ? findAvatar(config.avatar, [...config.avatarFolders, ...folders.avatars])
      : await makeVideoAvatar(made, { id: "made-up", size: { width: 1280, height: 720 } });
    const figures = [...measureHearing(), ...benchStage().filter(({ name }) => name.includes("patch"))];
    const models = listModels(modelFolders(config, folders)).filter(({ kind }) => kind !== "viseme");
    if (models.length === 0) {
      console.error("bench:engines: no video engine's model is installed, wanted --model-folders DIR");
    }
    for (const { name, kind, trouble } of models) {
      console.error(`measuring ${name} ...`);
      try {
        if (trouble !== undefined) throw new Error(trouble);
        const order = {
          ...engineOrder(config, folders),
          families: [],
          model: name,
          avatar: { folder: avatar, number: 0 },
        };
        figures.push(...await measureModel(kind as "wav2lip", order));
        if (isLive) figures.push(...await benchLiveEngine(avatar, name, kind!, settings));
      } catch (error) {
        console.error(`bench:engines: ${name} could not be measured: ${oneLine(error)}`);
      }
    }
    if (isJson) { for (const one of figures) console.log(JSON.stringify(one)); }
    else console.log(table(figures));
    return EXIT.ok;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    console.error(`bench:engines: ${oneLine(error)}`);
    return error.exitCode;
  } finally {
    await Deno.remove(made, { recursive: true });
  }
}

const KEYS: Readonly<Record<string, string>> = {
  "--avatar": "avatar",
  "--avatar-folders": "avatarFolders",
  "--model-folders": "modelFolders",
  "--neural-provider": "neural.provider",
  "--neural-threads": "neural.threads",
};

Deno.exit(await main(Deno.args));
