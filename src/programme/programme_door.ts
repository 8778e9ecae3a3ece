/**
 * What the API sees of a programme that may not be there yet. Shutting the door ends the streams that were given out
 * through it; the programme stays its owner's. Main thread.
 */
import type {
  Acts,
  Interrupted,
  ObsOrder,
  PcmShape,
  PrepareRequest,
  ProgrammeControl,
  ProgrammeEvent,
  ProgrammeSnapshot,
  Said,
  SayRequest,
  SoundRequest,
} from "../control/mod.ts";
import { Fault } from "../errors/mod.ts";
import type { Metric } from "../metrics/mod.ts";
import { MjpegPreview } from "../preview/mod.ts";
import type { Utterance } from "../speech/mod.ts";
import type { Programme } from "./programme.ts";
import { programmeMetrics } from "./programme_metrics.ts";
import { publicSettings } from "./public_settings.ts";
import { publicJob, publicState } from "./public_state.ts";

export interface DoorOptions {
  /** Called when a client asks the programme to end. */
  readonly onStop: () => void;
  /** Whether only this machine can ask. */
  readonly isLocalOnly: boolean;
  /** Looks what is wrong with this machine. */
  readonly examine: () => Promise<readonly ProgrammeSnapshot[]>;
  /** Numbers of the preview, by name. */
  readonly previewGauges: () => Readonly<Record<string, number>>;
}

export class ProgrammeDoor implements ProgrammeControl, AsyncDisposable {
  readonly #options: DoorOptions;
  readonly #shutting = new AbortController();
  #programme: Programme | undefined;
  #preview: MjpegPreview | undefined;

  constructor(options: DoorOptions) {
    this.#options = options;
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

  say(request: SayRequest): Said {
    const { text, ...options } = request;
    return saidOf(this.#opened.say(text, options));
  }
  sayFile(path: string, request: SoundRequest): Said {
    return saidOf(this.#opened.sayFile(path, request));
  }
  sayPcm(pieces: AsyncIterable<Uint8Array>, shape: PcmShape, request: SoundRequest): Said {
    return saidOf(this.#opened.speech.sayPcm(pieces, shape, request));
  }
  voices(): ProgrammeSnapshot {
    return this.#opened.speech.voices();
  }
  setVoice(voice: string | null): void {
    this.#opened.speech.setVoice(voice);
  }
  async thumbnail(avatar: string): Promise<Uint8Array<ArrayBuffer>> {
    return await this.#opened.thumbnails.of(avatar);
  }
  async startRecording(format: "mp4" | "webm"): Promise<string> {
    return await this.#opened.recordings.start(format);
  }
  async stopRecording(): Promise<string> {
    return await this.#opened.recordings.stop();
  }
  recordings(): { recording: string | null; files: ProgrammeSnapshot[] } {
    const { recordings } = this.#opened;
    return {
      recording: recordings.current?.id ?? null,
      files: recordings.list().map((file) => ({ ...file })),
    };
  }
  recordingPath(id: string): string {
    return this.#opened.recordings.path(id);
  }
  settings(): ProgrammeSnapshot {
    return publicSettings(this.#opened.config);
  }
  findings(): Promise<readonly ProgrammeSnapshot[]> {
    return this.#options.examine();
  }
  metrics(): Metric[] {
    const { memory } = this.#opened;
    const state = this.#opened.state();
    return programmeMetrics(state, {
      stage: memory.stageGauges.snapshot(),
      lipsync: memory.engineGauges.snapshot(),
      neural: memory.neuralGauges.snapshot(),
      sound: memory.soundGauges.snapshot(),
      obs_feed: { ...state.obs.feed },
      preview: this.#options.previewGauges(),
    });
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
  prepare(request: PrepareRequest, onEnded?: () => void): ProgrammeSnapshot {
    return publicJob(this.#opened.jobs.start(request, onEnded));
  }
  jobs(): ProgrammeSnapshot[] {
    return this.#opened.jobs.list().map(publicJob);
  }
  async stopJob(job: number): Promise<ProgrammeSnapshot> {
    return publicJob(await this.#opened.jobs.stop(job));
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
    return publicState(this.#opened.state(), this.#options.isLocalOnly);
  }
  stop(): void {
    this.#options.onStop();
  }
  watch(signal: AbortSignal): ReadableStream<Uint8Array<ArrayBuffer>> {
    if (this.#preview) return this.#preview.subscribe(signal);
    throw new Fault("the programme is still starting", { code: "starting", retryable: true });
  }
  events(signal: AbortSignal): ReadableStream<ProgrammeEvent> {
    return this.#opened.events.listen(AbortSignal.any([signal, this.#shutting.signal]));
  }
  async [Symbol.asyncDispose](): Promise<void> {
    this.#shutting.abort();
    await this.#preview?.[Symbol.asyncDispose]();
  }
}

function saidOf({ id, outcome }: Utterance): Said {
  return { utterance: id, ended: outcome };
}
