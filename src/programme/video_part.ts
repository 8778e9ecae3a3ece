/**
 * What a film avatar brings into a programme beside its face: a video engine that speaks on it, and actions by name.
 *
 * In: the avatar's source, the settings. Out: the engine while it is wanted, names for cues. Main thread. What cannot be
 * is said before anything starts where it was asked for by name, and is no error where the choice was left to us.
 */
import { describeFilm, type FilmDescription } from "../avatar/mod.ts";
import type { Config, Folders, Log } from "../app/mod.ts";
import { InputFault } from "../errors/mod.ts";
import { FAMILIES, type Family, type NeuralState, RunningNeural } from "../lipsync/mod.ts";
import { listModels, type NeuralKind } from "../model/mod.ts";
import { clipCueCode, type CueNames, STAGE_CUE_NAMES } from "../speech/mod.ts";
import type { ProgrammeMemory } from "./programme_memory.ts";
import { engineOrder, modelFolders } from "./settings.ts";
import type { SharedEngines } from "./shared_engines.ts";

/** Which families may speak, and on what. */
export interface VideoPlan {
  readonly film: FilmDescription;
  /** To be tried in this order; empty: visemes move the film's mouth. */
  readonly families: readonly Family[];
  /** Why there are none, where that was not asked for. */
  readonly reason?: string;
}

/**
 * What can speak on avatar `source` by these settings. Undefined for an avatar that is no film. Throws InputFault
 * `bad_engine` where a video engine was asked for by name that this avatar or the installed models do not allow.
 */
export async function planVideo(
  source: string,
  config: Config,
  folders: Folders,
): Promise<VideoPlan | undefined> {
  const film = describeFilm(source);
  const wanted = FAMILIES.find((family) => family === config.engine);
  if (film === undefined) {
    if (wanted === undefined) return undefined;
    throw badEngine(
      `engine ${wanted} speaks on video avatars only and ${config.avatar} is none, wanted one made by deno task prepare CLIP.mp4, or --engine auto`,
    );
  }
  if (wanted === undefined && config.engine !== "auto") return { film, families: [] };
  const installed = new Set<NeuralKind>();
  for (const model of await listModels(modelFolders(config, folders))) {
    const isIt = config.neural.model === undefined || model.name === config.neural.model;
    const kind = FAMILIES.find((family) => family === model.kind);
    if (kind && isIt && model.trouble === undefined) installed.add(kind);
    else if (kind && isIt && kind === wanted) throw badEngine(`${model.trouble}`);
  }
  if (wanted !== undefined && !film.families.includes(wanted)) {
    throw badEngine(
      `avatar ${config.avatar} was not prepared for ${wanted}, wanted deno task prepare CLIP.mp4 --id ${config.avatar} --engine ${wanted} --force`,
    );
  }
  if (wanted !== undefined && !installed.has(wanted)) {
    const named = config.neural.model === undefined ? "" : ` called "${config.neural.model}"`;
    throw badEngine(
      `no ${wanted} model${named} is installed, wanted a folder with a model.json in ${
        modelFolders(config, folders).join(" or ")
      } (see scripts/export/README.md)`,
    );
  }
  const families = film.families.filter((family) => installed.has(family));
  if (wanted !== undefined) return { film, families: [wanted] };
  return families.length > 0 ? { film, families } : { film, families, reason: whyNone(film, [...installed]) };
}

function whyNone(film: FilmDescription, installed: readonly NeuralKind[]): string {
  if (installed.length === 0) return "no model of a video engine is installed";
  const prepared = film.families.length > 0 ? film.families.join(", ") : "none";
  return `models are installed for ${installed.join(", ")}, the avatar was prepared for ${prepared}`;
}

function badEngine(message: string): InputFault {
  return new InputFault(message, { code: "bad_engine" });
}

/** Cues of the avatar shown: its own actions, then what every stage does. Changed in place when the avatar is. */
export class AvatarCues implements CueNames {
  plain: readonly string[] = STAGE_CUE_NAMES.plain;
  readonly withArgument = STAGE_CUE_NAMES.withArgument;
  codes: ReadonlyMap<string, number> = new Map();
  #sounds: ReadonlyMap<string, string> = new Map();

  show(film: FilmDescription | undefined): void {
    const actions =
      film?.clips.map((clip, at) => ({ ...clip, at })).filter(({ role }) => role === "action") ?? [];
    this.codes = new Map(actions.map(({ name, at }) => [name, clipCueCode(at)]));
    this.#sounds = new Map(actions.flatMap(({ name, sound }) => sound === undefined ? [] : [[name, sound]]));
    // One that brings its own sound cannot be done in the middle of a sentence.
    const silent = actions.filter(({ hasSound }) => !hasSound).map(({ name }) => name);
    this.plain = [...new Set([...silent, ...STAGE_CUE_NAMES.plain])];
  }

  /** Names of the avatar's own actions. */
  get actions(): readonly string[] {
    return [...this.codes.keys()];
  }

  /** Path of the sound that an action brings. */
  soundOf(name: string): string | undefined {
    return this.#sounds.get(name);
  }
}

export interface VideoPartOptions {
  readonly config: Config;
  readonly folders: Folders;
  readonly memory: ProgrammeMemory;
  readonly log: Log;
  readonly engines: SharedEngines;
  /** Another programme's avatar decides which families are opened. */
  readonly isSecond: boolean;
}

export class VideoPart implements AsyncDisposable {
  readonly #options: VideoPartOptions;
  #running: RunningNeural | undefined;
  /** Why nothing but visemes moves a film's mouth, once that is known. */
  reason: string | undefined;

  constructor(options: VideoPartOptions) {
    this.#options = options;
  }

  /** The avatar number `number` is about to be shown. Returns at once. */
  show(plan: VideoPlan | undefined, number: number): void {
    const { config, folders, memory, log, engines, isSecond } = this.#options;
    this.reason = plan?.reason;
    if (plan === undefined) return this.#running?.rest();
    const avatar = { folder: plan.film.folder, number };
    if (this.#running !== undefined) return this.#running.show(avatar, plan.families);
    if (plan.families.length === 0) return;
    this.#running = new RunningNeural({
      ...{ thread: engines.video, isSecond },
      order: { ...engineOrder(config, folders), avatar, families: plan.families },
      speech: memory.neuralSpeech,
      patches: memory.patches,
      epoch: memory.epoch,
      board: memory.board,
      gauges: memory.neuralGauges,
      onTrouble: (line) => log.warn(line),
      onReady: ({ rungs, family }) => {
        const used = rungs.find((rung) => rung.family === family);
        if (used) {
          return log.info(
            `${used.family}: ${used.model} on ${used.provider}, ${used.frameMs} ms a frame${
              used.trouble ? `, too slow for every frame (${used.trouble})` : ""
            }`,
          );
        }
        this.reason = rungs.map((rung) => `${rung.family}: ${rung.trouble}`).join("; ");
        log.info(`visemes move the mouth (${this.reason})`);
      },
    });
  }

  state(): NeuralState {
    return this.#running?.state() ?? {};
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#running?.[Symbol.asyncDispose]();
  }
}
