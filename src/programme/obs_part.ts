/**
 * The programme and OBS: the feed that OBS reads, and (obs.connect) the director that steers OBS.
 *
 * In: the programme's units, what is aired of its speech, panic. Out: connections, orders to OBS, wishes from it. Nothing
 * of OBS ever stops the programme: what does not work is a line in the log and in the state. Main thread.
 */
import { type Config, type Environment, type Log } from "../app/mod.ts";
import { letsTwoWrite, listCameras } from "../camera/mod.ts";
import { type ObsOrder, tokenFolder } from "../control/mod.ts";
import { DeviceFault, Fault, InputFault, oneLine } from "../errors/mod.ts";
import {
  type CameraNode,
  Director,
  type DirectorState,
  type FeedPlace,
  type FeedState,
  findPassword,
  type Hotkey,
  isLoopback,
  ObsFeed,
  type Occasion,
  type Wish,
} from "../obs/mod.ts";
import { type Clock, delay, every } from "../time/mod.ts";
import type { Air } from "./air.ts";
import { Decline, type LipState } from "./decline.ts";
import { AiredOccasions } from "./occasions.ts";
import type { ProgrammeMemory } from "./programme_memory.ts";
import { isObsCamera } from "./settings.ts";
import type { CameraState } from "./state.ts";
import type { TextCues } from "./text_cues.ts";

const LIPS_LOOK_MS = 500;
/** For OBS to take it. */
const LAST_WORD_MS = 100;

export interface ObsPartOptions {
  readonly config: Config;
  readonly environment: Environment;
  readonly memory: ProgrammeMemory;
  readonly clock: Clock;
  readonly version: string;
  readonly log: Log;
  /** What texts may hold in brackets. */
  readonly cues: TextCues;
  /** What begins as it is handed over. */
  readonly air: Air;
  /** What moves the lips now. */
  readonly lips: () => LipState;
  readonly onHotkey: (hotkey: Hotkey) => void;
  readonly onWish: (wish: Wish) => void;
  readonly signal: AbortSignal;
}

export interface ObsState {
  /** Absent where nothing is offered to OBS. */
  readonly feed?: FeedState;
  /** Absent where OBS is not steered. */
  readonly director?: DirectorState;
}

export class ObsPart implements AsyncDisposable {
  readonly #options: ObsPartOptions;
  readonly #feed: ObsFeed | undefined;
  readonly #director: Director | undefined;
  readonly #decline: Decline | undefined;
  readonly #watch: Disposable | undefined;
  readonly #following: Disposable;
  /** On show in OBS. */
  #subtitle = "";

  /** Rejects with InputFault where a socket or port that was asked for cannot be had. */
  static async start(options: ObsPartOptions): Promise<ObsPart> {
    const feed = await startFeed(options);
    try {
      return new ObsPart(options, feed);
    } catch (error) {
      await feed?.[Symbol.asyncDispose]();
      throw error;
    }
  }

  private constructor(options: ObsPartOptions, feed: ObsFeed | undefined) {
    this.#options = options;
    this.#feed = feed;
    const { config: { obs }, config } = options;
    const occasions = new AiredOccasions(options.cues, (occasion) => this.tell(occasion));
    this.#following = options.air.listen((aired) => occasions.take(aired));
    if (!obs.connect && !isObsCamera(config)) return;
    this.#director = direct(options, feed);
    const decline = this.#decline = new Decline((isDegraded, engine) =>
      this.tell({ kind: "degraded", isDegraded, engine })
    );
    this.#watch = every(LIPS_LOOK_MS, () => decline.look(options.lips()));
    if (isObsCamera(config)) {
      this.#director.virtualCamera("start").catch((error) => {
        // What comes first: OBS is not connected yet, and starts its camera when it is.
        options.log.debug(`OBS's virtual camera: ${oneLine(error)}`);
      });
    }
  }

  /** Another avatar is shown. */
  avatarChanged(): void {
    this.#decline?.reset();
  }

  /** Returns at once. */
  tell(occasion: Occasion): void {
    this.#director?.tell(occasion);
    if (occasion.kind === "subtitle") this.#subtitle = occasion.text;
    // Cues that nobody takes: the text was written for a programme with OBS.
    if (this.#director === undefined && occasion.kind === "cue") {
      this.#options.log.warn(`[${occasion.name}] in a text is for OBS, which is not steered (--obs-connect)`);
    }
  }

  state(): ObsState {
    return {
      ...(this.#feed ? { feed: this.#feed.state() } : {}),
      ...(this.#director ? { director: this.#director.state() } : {}),
    };
  }

  /** The same with the scenes of a connected OBS. */
  async stateAndScenes(): Promise<Record<string, unknown>> {
    const scenes = await this.#director?.scenes().catch(() => undefined); // none while it is not connected
    const { director, ...state } = this.state();
    return {
      ...state,
      director: director ? { ...director, scenes: scenes?.scenes ?? [] } : { state: "off" },
    };
  }

  /** OBS's virtual camera as the programme's own. */
  camera(): CameraState {
    const isOn = this.#director?.state().isVirtualCameraOn === true;
    return { state: isOn ? "open" : "waiting", path: "OBS", card: "OBS Virtual Camera" };
  }

  /** Rejects with InputFault for what OBS does not have, DeviceFault where it is not there or refuses. */
  async order(order: ObsOrder): Promise<void> {
    const director = this.#director;
    if (director === undefined) {
      throw new DeviceFault(
        "OBS is not steered by this programme, wanted it to be started with --obs-connect",
        { code: "obs_off" },
      );
    }
    try {
      if ("scene" in order) await director.scene(order.scene);
      else if ("record" in order) await director.record(order.record);
      else if ("stream" in order) await director.stream(order.stream);
      else if ("virtualCamera" in order) await director.virtualCamera(order.virtualCamera);
      else director.retry();
    } catch (error) {
      if (error instanceof InputFault || error instanceof DeviceFault || !(error instanceof Fault)) {
        throw error;
      }
      throw new DeviceFault(error.message, { code: error.code, retryable: error.retryable, cause: error });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#watch?.[Symbol.dispose]();
    this.#following[Symbol.dispose]();
    if (this.#subtitle !== "" && this.#director?.state().state === "connected") {
      this.#director.tell({ kind: "subtitle", text: "" }); // nobody says it any more
      await delay(LAST_WORD_MS);
    }
    await this.#director?.[Symbol.asyncDispose]();
    await this.#feed?.[Symbol.asyncDispose]();
  }
}

function direct(options: ObsPartOptions, feed: ObsFeed | undefined): Director {
  const { config: { obs }, config, environment, clock, log, onWish } = options;
  const { url, passwordFile: file, rules, reactions, scenes, panic, subtitles } = obs;
  const place = (kind: "plugin" | "media") => feed?.places.find((one) => one.kind === kind);
  return new Director({
    ...{ url, clock, rules, reactions, scenes, panic, subtitles, onWish },
    password: () => findPassword({ environment, file, url }),
    random: Math.random,
    told: { note: (line) => log.info(line), warn: (line) => log.warn(line) },
    avatar: {
      feed: obs.feed,
      socket: place("plugin")?.path,
      mediaUrl: place("media")?.url,
      isMade: isObsCamera(config),
    },
    ...(isLoopback(url) && Deno.build.os === "linux" ? { cameraNodes } : {}),
  });
}

function cameraNodes(): CameraNode[] {
  const isShared = letsTwoWrite();
  return listCameras().map((camera) => {
    const isOurs = camera.holders.some(({ pid }) => pid === Deno.pid);
    return { ...camera, isOursToSpoil: isOurs && isShared };
  });
}

async function startFeed(options: ObsPartOptions): Promise<ObsFeed | undefined> {
  const { config, environment, memory: { units }, version, log, onHotkey, signal } = options;
  if (!config.obs.serve) return undefined;
  try {
    return await ObsFeed.start({
      units: { shape: units.shape, buffer: units.buffer },
      places: feedPlaces(config, environment),
      about: { programme: config.avatar, lipcam: version },
      onHotkey: (hotkey) => onHotkey(hotkey),
      onTrouble: (line) => log.warn(line),
      signal,
    });
  } catch (error) {
    // What was asked for by name must work; what is only offered may be missing.
    const isAsked = config.obs.socket !== undefined || config.obs.mediaPort > 0;
    if (isAsked || !(error instanceof InputFault)) throw error;
    log.warn(`OBS cannot show the programme: ${oneLine(error)}`);
    return undefined;
  }
}

/** Where OBS's source of ours and its media source find the programme. */
export function feedPlaces({ obs }: Config, environment: Environment): FeedPlace[] {
  const port = { kind: "media", port: obs.mediaPort } as const;
  if (Deno.build.os === "windows") return [port];
  const path = obs.socket ?? `${tokenFolder((name) => environment[name])}/obs.sock`;
  const isFixed = obs.socket !== undefined;
  const beside = { kind: "media", path: path.replace(/(\.[^./]*)?$/, "-feed$1"), isFixed } as const;
  return [{ kind: "plugin", path, isFixed }, obs.mediaPort > 0 ? port : beside];
}
