/**
 * Programmes that viewers have for themselves: the shared one's settings with another avatar, without camera, sound device,
 * microphone, recording and OBS; on the monotonic clock. What is heavy they share with everybody.
 *
 * In: names of avatars. Out: running programmes, each closed by whoever opened it, or by itself when it dies. Main thread.
 * Limits: `sessionsMax` at once, those that are starting or closing counted.
 */
import { castAvatar } from "./cast.ts";
import type { Config, Environment, Folders, Log } from "../app/mod.ts";
import { CapacityFault, oneLine } from "../errors/mod.ts";
import { FAMILIES } from "../lipsync/mod.ts";
import { type Clock, giveBackLargeBlocks } from "../time/mod.ts";
import { Programme } from "./programme.ts";
import type { SharedEngines } from "./shared_engines.ts";
import type { OwnProgramme } from "./webrtc_part.ts";

export interface SessionsOptions {
  readonly config: Config;
  readonly folders: Folders;
  readonly environment: Environment;
  readonly clock: Clock;
  readonly log: Log;
  readonly version: string;
  /** Shared with everybody, and their owner's to close. */
  readonly engines: SharedEngines;
  /** Ends every session. */
  readonly signal: AbortSignal;
}

export class Sessions {
  readonly #options: SessionsOptions;
  #count = 0;

  constructor(options: SessionsOptions) {
    this.#options = options;
    if (options.config.sessionsMax > 0) giveBackLargeBlocks();
  }

  /** Those that are starting or closing counted. */
  get count(): number {
    return this.#count;
  }

  /**
   * `signal` is that of the opening alone. Rejects with CapacityFault `too_many_sessions`, InputFault for an avatar that
   * cannot be shown, before anything is opened.
   */
  async open(avatar: string, signal: AbortSignal): Promise<OwnProgramme> {
    const { sessionsMax } = this.#options.config;
    if (this.#count >= sessionsMax) {
      throw new CapacityFault(
        `a programme of its own: ${this.#count} are open and sessionsMax allows ${sessionsMax}, wanted fewer`,
        { code: "too_many_sessions" },
      );
    }
    this.#count++;
    try {
      return this.#owned(await this.#start(avatar, signal));
    } catch (error) {
      this.#count--;
      throw error;
    }
  }

  async #start(avatar: string, signal: AbortSignal): Promise<Programme> {
    const { config: shared, folders, environment, clock, log, version, engines } = this.#options;
    const config = sessionConfig(shared, avatar);
    await castAvatar(config, folders);
    // The programme keeps its signal for its whole life, and an answered request's may be aborted at any time.
    const ending = new AbortController();
    const end = () => ending.abort(signal.reason);
    signal.throwIfAborted();
    signal.addEventListener("abort", end, { once: true });
    try {
      return await Programme.start({
        ...{ config, folders, environment, clock, log, version, engines, isSecond: true },
        signal: AbortSignal.any([this.#options.signal, ending.signal]),
      });
    } finally {
      signal.removeEventListener("abort", end);
    }
  }

  #owned(programme: Programme): OwnProgramme {
    let closing: Promise<void> | undefined;
    const close = () => closing ??= programme[Symbol.asyncDispose]().finally(() => this.#count--);
    programme.died.catch((error) => {
      this.#options.log.warn(`a viewer's programme died: ${oneLine(error)}`);
      close().catch((other) => this.#options.log.warn(`closing a viewer's programme: ${oneLine(other)}`));
    });
    return { programme, died: programme.died, [Symbol.asyncDispose]: close };
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
