/** From the settings to how an avatar is shown and what moves its lips: the same for `render` and `live`. */
import type { Config, Folders } from "../app/mod.ts";
import type { FaceOptions } from "../avatar/mod.ts";
import { ENGINE_KINDS, type EngineChoice, type EngineProcessOrder, FAMILIES } from "../lipsync/mod.ts";

export function lookOf({ fps, background, framing, avatar, seed }: Config): FaceOptions {
  return { fps, background, framing, seed: seed > 0 ? seed : hash(avatar) };
}

/** So that two avatars in one call do not blink together: FNV-1a, 31 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) value = Math.imul(value ^ byte, 0x01000193);
  return value >>> 1;
}

/** What answers mouth parameters: beside a video engine it is always the network. */
export function engineChoice(config: Config, folders: Folders): EngineChoice {
  const kind = ENGINE_KINDS.find((one) => one === config.engine) ?? "viseme";
  return { kind, models: modelFolders(config, folders) };
}

/** How a video engine is computed. */
export function engineOrder(
  config: Config,
  folders: Folders,
): Omit<EngineProcessOrder, "avatar" | "families"> {
  const { provider, threads, leadMsMax, model } = config.neural;
  return {
    ...{ provider, leadMsMax, fps: config.fps, models: modelFolders(config, folders) },
    isForced: FAMILIES.some((family) => family === config.engine),
    stamps: `${folders.data}/stamps`,
    threads: threads > 0 ? threads : Math.max(1, navigator.hardwareConcurrency - 1),
    ...(model === undefined ? {} : { model }),
  };
}

/** The user's own models come before the usual ones. */
export function modelFolders({ modelFolders }: Config, { models }: Folders): readonly string[] {
  return [...modelFolders, ...models];
}

/** Whether OBS's virtual camera is the programme's: on systems without a loopback camera of ours it is the usual one. */
export function isObsCamera({ camera }: Config, os: string = Deno.build.os): boolean {
  return camera === "obs" || (camera === "auto" && os !== "linux");
}
