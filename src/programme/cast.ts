/**
 * Who is shown: the avatar on stage, its film's video engine and its actions, and the change to another one.
 *
 * In: names of avatars and actions. Out: a stage that runs, cues for texts. Main thread. An avatar that cannot be shown is
 * said before anything is opened or changed; one that can dissolves out of the one before it, whatever is being said.
 */
import { checkAvatar, describeFilm, EXPRESSIONS, findAvatar } from "../avatar/mod.ts";
import type { Config, Folders, Log } from "../app/mod.ts";
import type { CameraLink } from "../camera/mod.ts";
import { FAMILIES } from "../lipsync/mod.ts";
import { ACTION_NAMES, EXPRESSION_NAMES } from "../text/mod.ts";
import { act } from "./manner.ts";
import type { ProgrammeMemory } from "./programme_memory.ts";
import { lookOf } from "./settings.ts";
import type { SharedEngines } from "./shared_engines.ts";
import { StageSeat } from "./stage_seat.ts";
import type { StageSetup } from "./stage_thread.ts";
import { type VideoState, videoState } from "./video_state.ts";
import { AvatarCues, planVideo, VideoPart, type VideoPlan } from "./video_part.ts";

export interface CastOptions {
  readonly config: Config;
  readonly folders: Folders;
  readonly memory: ProgrammeMemory;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly engines: SharedEngines;
  /** Another programme's stage comes first. */
  readonly isSecond: boolean;
}

/** An avatar that was looked at and can be shown. */
export interface Casting {
  readonly name: string;
  readonly source: string;
  readonly plan: VideoPlan | undefined;
}

/** Throws InputFault for an avatar that is not there or not whole, or an engine that cannot speak on it. */
export async function castAvatar(config: Config, folders: Folders): Promise<Casting> {
  const source = findAvatar(config.avatar, [...config.avatarFolders, ...folders.avatars]);
  const [plan] = await Promise.all([planVideo(source, config, folders), checkAvatar(source, lookOf(config))]);
  return { name: config.avatar, source, plan };
}

export class Cast implements AsyncDisposable {
  readonly cues = new AvatarCues();
  readonly #options: CastOptions;
  readonly #video: VideoPart;
  #casting: Casting;
  /** Counts the avatars shown. */
  #number = 0;
  #seat: StageSeat | undefined;
  #setup: Omit<StageSetup, "avatar" | "look" | "avatarNumber"> | undefined;

  constructor(options: CastOptions, casting: Casting) {
    this.#options = options;
    this.#casting = casting;
    this.#video = new VideoPart(options);
    this.cues.show(casting.plan?.film);
  }

  /** Name of the avatar shown. */
  get avatar(): string {
    return this.#casting.name;
  }

  /** Rejects when the programme cannot go on. */
  get died(): Promise<never> {
    return this.#seat!.died;
  }

  /** Resolves when the stage runs. */
  async begin(rightContextMs: number, camera: CameraLink | undefined): Promise<void> {
    const { config, memory, signal, isSecond } = this.#options;
    const { crossfadeMs, syncThresholdMs, avOffsetMs } = config;
    this.#setup = {
      expression: EXPRESSIONS.indexOf(config.expression),
      ...{ crossfadeMs, syncThresholdMs, avOffsetMs, rightContextMs, isSecond },
      preBufferMs: config.playback.preBufferMs,
      ...(camera ? { camera: { shape: camera.shape, buffer: camera.buffer } } : {}),
    };
    this.#seat = await StageSeat.start(memory, this.#order(this.#casting, 0), signal);
    this.#video.show(this.#casting.plan, 0);
  }

  /** Rejects with InputFault for an avatar that cannot be shown, Fault `changing` while a change is under way. */
  async show(name: string): Promise<void> {
    const { config, folders, signal } = this.#options;
    const wanted = { ...config, avatar: name };
    const source = findAvatar(name, [...config.avatarFolders, ...folders.avatars]);
    // A drawn avatar after a film is no fault of the engine that was asked for by name.
    const isVideo = FAMILIES.some((family) => family === config.engine) && describeFilm(source) === undefined;
    const casting = await castAvatar(isVideo ? { ...wanted, engine: "auto" } : wanted, folders);
    const number = this.#number + 1;
    await this.#seat!.show(this.#order(casting, number), signal, () => {
      this.#casting = casting;
      this.#number = number;
      this.cues.show(casting.plan?.film);
      this.#video.show(casting.plan, number);
    });
  }

  /** An expression from now on, or an action; answers the path of the sound that an action brings and begins with. */
  act(typed: string): { name: string; sound: string } | undefined {
    const name = typed.trim().toLowerCase();
    const sound = this.cues.soundOf(name);
    if (sound !== undefined) return { name, sound };
    act(typed, this.#options.memory.cues, this.cues);
    return undefined;
  }

  /** What act() takes, the avatar's own actions first. */
  acts(): { expressions: readonly string[]; actions: readonly string[] } {
    return { expressions: EXPRESSION_NAMES, actions: [...new Set([...this.cues.actions, ...ACTION_NAMES])] };
  }

  videoState(): VideoState {
    if (this.#casting.plan === undefined) return { mouth: "visemes" };
    const { neuralGauges, stageGauges } = this.#options.memory;
    return videoState(neuralGauges, stageGauges, this.#video.state(), this.#video.reason);
  }

  /** The clip that is shown, where it is an action's. */
  get action(): string | undefined {
    const clip = this.#casting.plan?.film.clips[this.#options.memory.stageGauges.get("clip")];
    return clip?.role === "action" ? clip.name : undefined;
  }

  #order({ name, source }: Casting, number: number): StageSetup {
    const { config } = this.#options;
    return {
      ...this.#setup!,
      avatar: source,
      look: lookOf({ ...config, avatar: name }),
      avatarNumber: number,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#video[Symbol.asyncDispose]();
    await this.#seat?.[Symbol.asyncDispose]();
  }
}
