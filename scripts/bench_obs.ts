/**
 * `deno task bench:obs [--json] [--no-plugin]`: what OBS costs and how late it is, against the real OBS without a screen:
 * latency by source and by media source, sound against picture in its recording, writing, lost frames, cues.
 *
 * Needs obs, Xvfb, ffmpeg and, but for --no-plugin, what builds the plugin. Figures are of this machine, now; OBS paints on
 * the processor here. Exit code 0 whatever was measured.
 */
import { buildPlugin } from "../tests/system/obs/plugin.ts";
import { ObsRoom } from "../tests/system/obs/room.ts";
import { oneLine } from "../src/errors/mod.ts";
import { type Figure, table } from "./bench/figure.ts";
import { benchLatency } from "./bench/obs/latency.ts";
import { benchLive } from "./bench/obs/live.ts";
import { benchRecording } from "./bench/obs/recording.ts";

const USAGE = "usage: deno task bench:obs [--json] [--no-plugin]";

async function main(args: readonly string[]): Promise<number> {
  if (args.includes("--help") || args.includes("-h")) {
    console.log(USAGE);
    return 0;
  }
  const odd = args.find((arg) => arg !== "--json" && arg !== "--no-plugin");
  if (odd !== undefined) {
    console.error(`bench:obs: ${JSON.stringify(odd)} cannot be used, wanted ${USAGE.slice(7)}`);
    return 2;
  }
  const figures: Figure[] = [];
  const part = async (what: string, measure: () => Promise<Figure[]>) => {
    console.error(`measuring ${what} ...`);
    try {
      figures.push(...await measure());
    } catch (error) {
      console.error(`bench:obs: ${what}: ${oneLine(error)}`);
    }
  };
  const small = { width: 640, height: 360 };
  const hasPlugin = !args.includes("--no-plugin");
  if (hasPlugin) {
    const plugin = await buildPlugin();
    await using obs = await ObsRoom.start({ plugin });
    await part("the source Lipcam", () => benchLatency(obs, "plugin", small));
    await part("the source Lipcam at 720p", () => benchLatency(obs, "plugin", { width: 1280, height: 720 }));
    await part("recordings by the source Lipcam", () => benchRecording(obs, "plugin"));
    await part("cues and 30 s of speech", () => benchLive(obs, "plugin"));
  }
  {
    await using obs = await ObsRoom.start();
    await part("the media source", () => benchLatency(obs, "media", small));
    await part("recordings by the media source", () => benchRecording(obs, "media"));
    if (!hasPlugin) await part("cues and 30 s of speech", () => benchLive(obs, "media"));
  }
  console.log(args.includes("--json") ? JSON.stringify(figures, null, 2) : table(figures));
  return 0;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
