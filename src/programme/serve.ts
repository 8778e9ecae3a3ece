/**
 * The page and the API of one programme. The server is opened before the programme's devices are: a taken port or an
 * unwritable token file ends a start before anything else has happened.
 */
import {
  type Acts,
  type Interrupted,
  type ObsOrder,
  type PrepareRequest,
  type ProgrammeControl,
  type ProgrammeEvent,
  type ProgrammeSnapshot,
  type SayRequest,
  startControl,
} from "../control/mod.ts";
import type { Environment, Log } from "../app/mod.ts";
import { Fault, oneLine } from "../errors/mod.ts";
import { MjpegPreview } from "../preview/mod.ts";
import type { Programme } from "./programme.ts";

export interface ServeOptions {
  readonly port: number;
  readonly environment: Environment;
  readonly log: Log;
  /** Called when a client asks the programme to end. */
  readonly onStop: () => void;
}

export interface PageServer extends AsyncDisposable {
  readonly url: string;
  /** From now on requests are answered by this programme. */
  attach(programme: Programme): void;
}

/** Rejects with InputFault `port_in_use`, `bad_runtime_folder`, `token_unwritable`. */
export async function serve(options: ServeOptions): Promise<PageServer> {
  const { port, environment, log, onStop } = options;
  const door = new ProgrammeDoor(onStop);
  const server = await startControl({
    port,
    programme: door,
    onError: (error) => log.error(`answering a request: ${oneLine(error)}`),
    env: (name) => environment[name],
  });
  return {
    url: server.url,
    attach: (programme) => door.open(programme),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await door[Symbol.asyncDispose]();
    },
  };
}

/** What the API sees of a programme that may not be there yet. */
class ProgrammeDoor implements ProgrammeControl, AsyncDisposable {
  readonly #onStop: () => void;
  #programme: Programme | undefined;
  #preview: MjpegPreview | undefined;

  constructor(onStop: () => void) {
    this.#onStop = onStop;
  }

  open(programme: Programme): void {
    const { units } = programme.memory;
    this.#programme = programme;
    this.#preview = new MjpegPreview({ units: { shape: units.shape, buffer: units.buffer } });
  }

  get #opened(): Programme {
    if (this.#programme) return this.#programme;
    throw new Fault("the programme is still starting", { code: "starting", retryable: true });
  }

  say(request: SayRequest): { utterance: number } {
    const { text, ...options } = request;
    return { utterance: this.#opened.say(text, options).id };
  }
  act(name: string): void {
    this.#opened.act(name);
  }
  acts(): Acts {
    return this.#opened.acts();
  }
  async showAvatar(name: string): Promise<void> {
    await this.#opened.showAvatar(name);
  }
  avatars(): ProgrammeSnapshot {
    return this.#opened.avatars();
  }
  prepare(request: PrepareRequest): ProgrammeSnapshot {
    return { ...this.#opened.jobs.start(request) };
  }
  jobs(): ProgrammeSnapshot[] {
    return this.#opened.jobs.list().map((job) => ({ ...job }));
  }
  async stopJob(job: number): Promise<ProgrammeSnapshot> {
    return { ...await this.#opened.jobs.stop(job) };
  }
  engines(): ProgrammeSnapshot {
    return this.#opened.engines();
  }
  interrupt(): Interrupted {
    return this.#opened.interrupt();
  }
  hold(isOn?: boolean): ProgrammeSnapshot {
    return { ...this.#opened.hold(isOn) };
  }
  panic(isOn?: boolean): ProgrammeSnapshot {
    return { ...this.#opened.panic(isOn) };
  }
  obs(): Promise<ProgrammeSnapshot> {
    return this.#opened.obs();
  }
  async orderObs(order: ObsOrder): Promise<ProgrammeSnapshot> {
    await this.#opened.orderObs(order);
    return await this.obs();
  }
  state(): ProgrammeSnapshot {
    return { ...this.#opened.state() };
  }
  stop(): void {
    this.#onStop();
  }
  watch(signal: AbortSignal): ReadableStream<Uint8Array<ArrayBuffer>> {
    if (this.#preview) return this.#preview.subscribe(signal);
    throw new Fault("the programme is still starting", { code: "starting", retryable: true });
  }
  events(signal: AbortSignal): ReadableStream<ProgrammeEvent> {
    return this.#opened.events.listen(signal);
  }
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#preview?.[Symbol.asyncDispose]();
  }
}
