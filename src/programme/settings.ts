/** From the settings to how an avatar is shown and what moves its lips: the same for `render` and `live`. */
import type { Config, Folders } from "../app/mod.ts";
import type { FaceOptions } from "../avatar/mod.ts";
import type { EngineChoice } from "../lipsync/mod.ts";

export function lookOf({ fps, background, framing }: Config): FaceOptions {
  return { fps, background, framing };
}

/** The user's own models come before the usual ones. */
export function engineChoice({ engine, modelFolders }: Config, { models }: Folders): EngineChoice {
  return { kind: engine, models: [...modelFolders, ...models] };
}
