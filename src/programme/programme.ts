/**
 * A programme: clock, epoch, stage, rings and everything that runs on them, as one value. Started in the order of the
 * data's way backwards (what consumes first), closed in reverse.
 *
 * In: text, files, interrupts. Out: a camera, a sound device, a recording, events. What the machine lacks never stops
 * it: each missing part leaves one line in `notes` and a null sink in its place. Main thread.
 */
import { type AvatarEntry, listAvatars } from "../avatar/mod.ts";
import { CameraSupervisor } from "../camera/mod.ts";
import { DeviceFault, InputFault, oneLine } from "../errors/mod.ts";
import { checkEngine, type RunningEngine, startEngine } from "../lipsync/mod.ts";
import { listModels } from "../model/mod.ts";
import { type Recording, startRecording } from "../record/mod.ts";
import {
  openVirtualMicrophone,
  type SoundSink,
  type SoundState,
  startSound,
  type VirtualMicrophone,
} from "../sound/mod.ts";
import {
  type SayOptions,
  Speaker,
  type SpeechEvent,
  type Tts,
  type Utterance,
  type Voice,
} from "../speech/mod.ts";
import type { Clock } from "../time/mod.ts";
import type { Config, Folders, Log } from "../app/mod.ts";
import { AvatarJobs } from "./avatar_jobs.ts";
import { Cast, castAvatar } from "./cast.ts";
import { EventHub } from "./event_hub.ts";
import { round, roundEach } from "./round.ts";
import { engineChoice, modelFolders } from "./settings.ts";
import { runPlayhead } from "./playhead.ts";
import { ProgrammeMemory } from "./programme_memory.ts";
import { RateMeter } from "./rate_meter.ts";
import { cameraState, pictureState, type ProgrammeState, recordingState, soundState } from "./state.ts";
import { Subtitles } from "./subtitles.ts";
import { checkVoice, openTts } from "./voice.ts";

export interface ProgrammeOptions {
  readonly config: Config;
  readonly folders: Folders;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

export class Programme implements AsyncDisposable {
  readonly memory: ProgrammeMemory;
  readonly events = new EventHub();
  readonly #options: ProgrammeOptions;
  readonly #opened = new AsyncDisposableStack();
  readonly #notes: string[] = [];
  readonly #fps = new RateMeter();
  readonly #subtitles = new Subtitles();
  readonly #jobs: AvatarJobs;
  readonly #startedMs: number;
  #isStarted = false;
  #tts!: Tts;
  /** Undefined where the engine could not tell. */
  #voices: readonly Voice[] | undefined;
  #speaker!: Speaker;
  #cast!: Cast;
  #engine!: RunningEngine;
  #sound!: SoundSink;
  #microphone: VirtualMicrophone | undefined;
  #camera: CameraSupervisor | undefined;
  #recording: Recording | undefined;

  /** Rejects with InputFault for an unknown avatar or recording path, DeviceFault for a named device that is not there. */
  static async start(options: ProgrammeOptions): Promise<Programme> {
    const programme = new Programme(options);
    try {
      await programme.#start();
    } catch (error) {
      await programme[Symbol.asyncDispose]().catch((other) => {
        options.log.debug(`closing after a failed start: ${oneLine(other)}`); // the first failure is what counts
      });
      throw error;
    }
    return programme;
  }

  private constructor(options: ProgrammeOptions) {
    this.#options = options;
    this.#startedMs = options.clock.nowMs();
    const { config } = options;
    const settings = config.modelFolders.length > 0 ? ["--model-folders", config.modelFolders.join(",")] : [];
    this.#jobs = this.#opened.use(new AvatarJobs(settings));
    this.memory = new ProgrammeMemory({
      fps: config.fps,
      size: { width: config.width, height: config.height },
      hasAlpha: config.background === "transparent",
      lowWaterMs: config.playback.lowWaterMs,
      highWaterMs: config.playback.highWaterMs,
      soundLatencyMs: config.soundLatencyMs,
    });
  }

  async #start(): Promise<void> {
    const { config, folders, signal } = this.#options;
    // An avatar or a model that is not whole ends a start before it began.
    const [casting] = await Promise.all([
      castAvatar(config, folders),
      checkEngine(engineChoice(config, folders)),
    ]);
    const { memory } = this;
    this.#cast = new Cast({ config, folders, memory, log: this.#options.log, signal }, casting);
    this.#camera = this.#openCamera();
    // All three are waited for even when one fails, so that nothing is opened behind the back of disposing.
    const opening = await Promise.allSettled([this.#openSound(), this.#startEngine(), this.#openVoice()]);
    for (const opened of opening) if (opened.status === "rejected") throw opened.reason;
    this.#opened.use(this.#cast);
    await this.#cast.begin(this.#engine.state().rightContextMs, this.#camera?.link);
    if (config.record !== undefined) this.#recording = await this.#record(config.record);
    this.#followPlayhead();
    // Not before: a start that fails says one thing, why it failed.
    for (const note of this.#allNotes()) this.#options.log.warn(note);
    this.#isStarted = true;
  }

  /** Shows another avatar, which dissolves out of this one, whatever is being said. Rejects with InputFault. */
  showAvatar(name: string): Promise<void> {
    return this.#cast.show(name);
  }

  /** Everything that can be shown, with whom to credit. */
  avatars(): { shown: string; avatars: readonly Omit<AvatarEntry, "folder">[] } {
    const { config, folders } = this.#options;
    const all = listAvatars([...config.avatarFolders, ...folders.avatars]);
    return { shown: this.#cast.avatar, avatars: all.map(({ folder: _folder, ...entry }) => entry) };
  }

  /** What moves the mouth now, and what could. */
  engines(): Record<string, unknown> {
    const { config, folders } = this.#options;
    const models = listModels(modelFolders(config, folders)).map(({ folder: _folder, ...model }) => model);
    return { engine: config.engine, video: this.#cast.videoState(), models };
  }

  /** What act() takes. */
  acts(): { expressions: readonly string[]; actions: readonly string[] } {
    return this.#cast.acts();
  }

  #openCamera(): CameraSupervisor | undefined {
    const { config } = this.#options;
    if (config.camera === "none") return undefined;
    const { width, height, fps, cameraFormat: format } = config;
    try {
      const size = { width, height };
      const camera = this.#opened.use(new CameraSupervisor({ wanted: config.camera, size, fps, format }));
      // By then the stage has ended, or never began: nobody else uses the descriptor.
      this.#opened.defer(() => camera.stageEnded());
      return camera;
    } catch (error) {
      if (config.camera !== "auto" || !(error instanceof DeviceFault)) throw error;
      this.#note(`no camera: ${oneLine(error)}`);
      return undefined;
    }
  }

  async #openSound(): Promise<void> {
    const { config, signal } = this.#options;
    const { memory } = this;
    if (config.mic) {
      try {
        this.#microphone = this.#opened.use(await openVirtualMicrophone({ isMonitored: config.micMonitor }));
      } catch (error) {
        this.#note(`no virtual microphone: ${oneLine(error)}`);
      }
    }
    this.#sound = this.#opened.use(
      await startSound({
        device: config.sound,
        shape: memory.playbackShape,
        buffer: memory.playback.buffer,
        epoch: memory.epoch.buffer,
        gauges: memory.soundGauges.buffer,
        latencyMs: config.soundLatencyMs,
        ...(this.#microphone ? { pulseSink: this.#microphone.sinkName } : {}),
        onState: (state) => this.#onSound(state),
        signal,
      }),
    );
  }

  /** Lost and back again are told once each; what is missing at the start is a note. */
  #onSound({ kind, deviceName, reason }: SoundState): void {
    const { log } = this.#options;
    if (!this.#isStarted) log.debug(`sound: ${kind} ${deviceName}`, { reason });
    else if (kind === "null") log.warn(reason);
    else log.info(`sound: ${kind} ${deviceName}`);
  }

  async #startEngine(): Promise<void> {
    const { config, folders, signal } = this.#options;
    const { memory } = this;
    const engine = await startEngine({
      engine: engineChoice(config, folders),
      speech: memory.engineSpeech,
      mouths: memory.mouths,
      epoch: memory.epoch,
      gauges: memory.engineGauges,
      onTrouble: (message) => this.#trouble(message),
      signal,
    });
    this.#engine = this.#opened.use(engine);
  }

  async #openVoice(): Promise<void> {
    const { config } = this.#options;
    const { memory } = this;
    this.#tts = this.#opened.use(openTts(config));
    this.#speaker = this.#opened.use(
      new Speaker({
        rings: [memory.speech, memory.engineSpeech],
        taps: [memory.neuralSpeech],
        cues: this.#cast.cues,
        epoch: memory.epoch,
        tts: this.#tts,
        samplesPerFrame: memory.rate.samplesPerFrame,
        crossfadeMs: config.crossfadeMs,
        capacity: config.queueCapacity,
        synthesisAhead: config.synthesisAhead,
        onEvent: (event) => this.#onEvent(event),
      }),
    );
    // The first sentence should not wait for a voice that has never spoken.
    try {
      await this.#tts.synthesize("a", this.#voice());
      this.#voices = await this.#tts.voices();
    } catch (error) {
      if (error instanceof InputFault) throw error; // no such voice, no such program
      this.#trouble(`the voice engine failed: ${oneLine(error)}`);
    }
  }

  async #record(path: string): Promise<Recording> {
    const { units } = this.memory;
    const recording = this.#opened.use(
      await startRecording({
        path,
        units: { shape: units.shape, buffer: units.buffer },
        firstUnit: 0,
        signal: this.#options.signal,
      }),
    );
    recording.ended.then(
      ({ result, fault }) => {
        if (fault) this.#trouble(fault.message);
        if (result.frames > 0) {
          this.#options.log.info(`recorded ${result.path}: ${(result.durationMs / 1000).toFixed(1)} s`);
        }
      },
      (error) => this.#trouble(oneLine(error)),
    );
    return recording;
  }

  #followPlayhead(): void {
    const ending = new AbortController();
    const { clock } = this.#options;
    const { units, soundGauges: gauges } = this.memory;
    const playhead = runPlayhead({
      clock,
      units,
      gauges,
      onHeard: (speechFrame) => this.#speaker.heard(speechFrame),
      signal: ending.signal,
    }).catch((error) => this.#trouble(`following what is heard: ${oneLine(error)}`));
    this.#opened.defer(async () => {
      ending.abort();
      units.wake();
      await playhead;
    });
  }

  /** Speaks text; a stream of text is spoken as it comes. Throws InputFault or CapacityFault at once. */
  say(text: string | AsyncIterable<string>, options: SayOptions = {}): Utterance {
    const { voice } = options;
    if (voice !== undefined && this.#voices) checkVoice(this.#options.config, voice, this.#voices);
    return this.#watched(this.#speaker.say(text, { ...this.#voice(), ...options }));
  }

  /** Speaks a sound file of any kind. */
  sayFile(path: string, options: Omit<SayOptions, "voice"> = {}): Utterance {
    return this.#watched(this.#speaker.sayFile(path, options));
  }

  /** What could not be spoken is logged, whoever asked for it. */
  #watched(utterance: Utterance): Utterance {
    utterance.outcome.then((how) => {
      if (how.state === "failed") this.#options.log.error(`could not speak: ${how.error}`);
    });
    return utterance;
  }

  /** Cuts off what is being said and drops what is queued, but for utterances that may not be interrupted. */
  interrupt(): { interrupted: number[]; kept: number[] } {
    return this.#speaker.interrupt();
  }

  /** An expression from now on, or an action once. Throws InputFault `unknown_act`, CapacityFault `acts_full`. */
  act(name: string): void {
    const own = this.#cast.act(name);
    if (own !== undefined) this.sayFile(own.sound, { cue: own.name });
  }

  /** Resolves when everything said so far has been heard. */
  idle(): Promise<void> {
    return this.#speaker.idle;
  }

  /** Rejects when the programme cannot go on. */
  get died(): Promise<never> {
    return this.#cast.died;
  }

  /** Where the page is, once it is served. */
  page: string | undefined;

  /** Avatars that are being prepared meanwhile. */
  get jobs(): AvatarJobs {
    return this.#jobs;
  }

  #voice(): { voice?: string } {
    const { voice } = this.#options.config;
    return voice === undefined ? {} : { voice };
  }

  #onEvent(event: SpeechEvent): void {
    if (event.kind === "warning") this.#trouble(event.text);
    this.#subtitles.hear(event);
    this.events.publish(event);
    this.#options.log.debug("speech", { ...event });
  }

  /** While starting: what is missing here. */
  #note(line: string): void {
    this.#notes.push(line);
  }

  /** What is missing on this machine right now. */
  #allNotes(): string[] {
    const { kind, reason } = this.#sound.state();
    const isMissing = kind === "null" && reason !== "" && this.#options.config.sound !== "none";
    return isMissing ? [...this.#notes, reason] : this.#notes;
  }

  #trouble(line: string): void {
    this.#options.log.warn(line);
  }

  /** A snapshot for people and programs; cheap enough for five times a second. */
  state(): ProgrammeState {
    const { config, clock } = this.#options;
    const { stageGauges: stage, soundGauges: sound } = this.memory;
    const speaker = this.#speaker.state();
    const { speaking } = this.#subtitles;
    const recording = recordingState(this.#recording);
    return {
      avatar: this.#cast.avatar,
      engine: config.engine,
      video: this.#cast.videoState(),
      size: `${config.width}x${config.height}`,
      uptimeMs: Math.round(clock.nowMs() - this.#startedMs),
      picture: pictureState(
        stage,
        round(this.#fps.measure(stage.get("units"), clock.nowMs()), 1),
        this.#cast.action,
      ),
      speech: {
        queued: speaker.queued,
        queuedMs: speaker.queuedMs,
        capacity: speaker.capacity,
        accepted: speaker.accepted,
        rejected: speaker.rejected,
        starvedPauses: stage.get("starvedPauses"),
        latePauses: stage.get("latePauses"),
        interrupts: stage.get("interrupts"),
        ...(speaking ? { speaking } : {}),
      },
      camera: cameraState(this.#camera),
      sound: soundState(sound, this.#sound.state(), this.#microphone?.sourceName),
      lipsync: roundEach(this.#engine.gauges.snapshot(), 3),
      ...(recording ? { recording } : {}),
      ...(this.page ? { page: this.page } : {}),
      notes: this.#allNotes(),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#opened.disposeAsync();
  }
}
