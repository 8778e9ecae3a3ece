/**
 * Programmes that viewers have for themselves: the shared one's settings with another avatar, without camera, sound device,
 * recording and OBS; on the monotonic clock. One voice engine speaks for all.
 *
 * In: names of avatars. Out: running programmes, each closed by whoever opened it. Main thread. Limits: `sessionsMax` at
 * once, those that are starting counted.
 */
import { castAvatar } from "./cast.ts";
import type { Config, Environment, Folders, Log } from "../app/mod.ts";
import { CapacityFault } from "../errors/mod.ts";
import { FAMILIES } from "../lipsync/mod.ts";
import type { Tts } from "../speech/mod.ts";
import type { Clock } from "../time/mod.ts";
import { Programme } from "./programme.ts";
import type { OwnProgramme } from "./webrtc_part.ts";

export interface SessionsOptions {
  readonly config: Config;
  readonly folders: Folders;
  readonly environment: Environment;
  readonly clock: Clock;
  readonly log: Log;
  readonly version: string;
  /** Shared with everybody, and its owner's to close. */
  readonly tts: Tts;
  readonly signal: AbortSignal;
}

export class Sessions {
  readonly #options: SessionsOptions;
  #open = 0;

  constructor(options: SessionsOptions) {
    this.#options = options;
  }

  /** Rejects with CapacityFault `too_many_sessions`, InputFault for an avatar that cannot be shown. */
  async open(avatar: string, signal: AbortSignal): Promise<OwnProgramme> {
    const { folders, environment, clock, log, version, tts } = this.#options;
    const { sessionsMax } = this.#options.config;
    if (this.#open >= sessionsMax) {
      throw new CapacityFault(
        `a programme of its own: ${sessionsMax} are open, which is all that sessionsMax allows, wanted fewer`,
        { code: "too_many_sessions" },
      );
    }
    this.#open++;
    try {
      const config = sessionConfig(this.#options.config, avatar);
      await castAvatar(config, folders); // said before anything is opened
      const programme = await Programme.start({
        ...{ config, folders, environment, clock, log, version, tts },
        signal: AbortSignal.any([this.#options.signal, signal]),
      });
      let isOpen = true;
      return {
        programme,
        died: programme.died,
        [Symbol.asyncDispose]: async () => {
          if (!isOpen) return;
          isOpen = false;
          try {
            await programme[Symbol.asyncDispose]();
          } finally {
            this.#open--;
          }
        },
      };
    } catch (error) {
      this.#open--;
      throw error;
    }
  }
}

function sessionConfig(config: Config, avatar: string): Config {
  const { record: _record, ...rest } = config;
  // A drawn avatar is no fault of a video engine that was asked for by name.
  const isVideo = FAMILIES.some((family) => family === config.engine);
  return {
    ...rest,
    ...{ avatar, camera: "none", sound: "none", mic: false, page: false, preview: false },
    engine: isVideo ? "auto" : config.engine,
    obs: { ...config.obs, serve: false, connect: false },
  };
}
