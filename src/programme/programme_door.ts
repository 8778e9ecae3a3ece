/** What the API sees of a programme that may not be there yet. Main thread. */
import type {
  Acts,
  Interrupted,
  ObsOrder,
  PrepareRequest,
  ProgrammeControl,
  ProgrammeEvent,
  ProgrammeSnapshot,
  SayRequest,
} from "../control/mod.ts";
import { Fault } from "../errors/mod.ts";
import { MjpegPreview } from "../preview/mod.ts";
import type { Programme } from "./programme.ts";

export class ProgrammeDoor implements ProgrammeControl, AsyncDisposable {
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
