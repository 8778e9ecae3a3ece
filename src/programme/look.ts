/** From the settings to how an avatar is shown: `render` and `live` look the same. */
import type { Config } from "../app/mod.ts";
import type { FaceOptions } from "../avatar/mod.ts";

export function lookOf({ fps, background, framing }: Config): FaceOptions {
  return { fps, background, framing };
}
