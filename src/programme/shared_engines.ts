/**
 * What is heavy and serves every programme of a process: one voice engine, one lip-sync worker, one process for video engines,
 * and one that prepares avatars.
 *
 * In: the settings of the shared programme. Out: all four, each started by the first who needs it. Main thread. Closed by
 * whoever opened it, after the programmes.
 */
import type { Config, Folders } from "../app/mod.ts";
import { EngineThread, NeuralThread } from "../lipsync/mod.ts";
import type { Tts } from "../speech/mod.ts";
import { AvatarJobs } from "./avatar_jobs.ts";
import { engineChoice } from "./settings.ts";
import { openTts } from "./voice.ts";

export class SharedEngines implements AsyncDisposable {
  readonly #config: Config;
  readonly #folders: Folders;
  readonly #opened = new AsyncDisposableStack();
  #tts: Tts | undefined;
  #lips: EngineThread | undefined;
  #video: NeuralThread | undefined;
  #jobs: AvatarJobs | undefined;

  constructor(config: Config, folders: Folders) {
    this.#config = config;
    this.#folders = folders;
  }

  get tts(): Tts {
    return this.#tts ??= this.#opened.use(openTts(this.#config));
  }

  /** What hears for every mouth, as the shared programme's settings say: sessions differ in their video engine only. */
  get lips(): EngineThread {
    return this.#lips ??= this.#opened.use(new EngineThread(engineChoice(this.#config, this.#folders)));
  }

  /** Costs nothing before an avatar wants it. */
  get video(): NeuralThread {
    return this.#video ??= this.#opened.use(new NeuralThread());
  }

  /** Avatars being prepared: one at a time, whichever programme was asked, and on when that one has ended. */
  get jobs(): AvatarJobs {
    return this.#jobs ??= this.#opened.use(new AvatarJobs(prepareSettings(this.#config)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#opened.disposeAsync();
  }
}

/** What prepare must be told of the running settings. */
function prepareSettings({ modelFolders }: Config): readonly string[] {
  return modelFolders.length > 0 ? ["--model-folders", modelFolders.join(",")] : [];
}
