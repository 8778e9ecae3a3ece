/**
 * What is heavy and serves every programme of a process: one voice engine, one lip-sync worker, one process for video engines.
 *
 * In: the settings of the shared programme. Out: all three, each started by the first who needs it. Main thread. Closed by
 * whoever opened it, after the programmes.
 */
import type { Config, Folders } from "../app/mod.ts";
import { EngineThread, NeuralThread } from "../lipsync/mod.ts";
import type { Tts } from "../speech/mod.ts";
import { engineChoice } from "./settings.ts";
import { openTts } from "./voice.ts";

export class SharedEngines implements AsyncDisposable {
  readonly #config: Config;
  readonly #folders: Folders;
  readonly #opened = new AsyncDisposableStack();
  #tts: Tts | undefined;
  #lips: EngineThread | undefined;
  #video: NeuralThread | undefined;

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

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#opened.disposeAsync();
  }
}
