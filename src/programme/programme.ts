/**
 * A programme: clock, epoch, stage, rings and everything that runs on them, as one value. Started in the order of the
 * data's way backwards (what consumes first), closed in reverse.
 *
 * In: text, files, interrupts. Out: a camera, a sound device, a recording, events. What the machine lacks never stops
 * it: each missing part leaves one line in `notes` and a null sink in its place. Main thread.
 */
import { type AvatarEntry, listAvatars } from "../avatar/mod.ts";
import type { ObsOrder } from "../control/mod.ts";
import { oneLine } from "../errors/mod.ts";
import { checkEngine, FAMILIES, type RunningEngine, startEngine } from "../lipsync/mod.ts";
import { listModels } from "../model/mod.ts";
import type { SayOptions, SpeechEvent, Utterance } from "../speech/mod.ts";
import type { Clock } from "../time/mod.ts";
import type { Config, Environment, Folders, Log } from "../app/mod.ts";
import { Air } from "./air.ts";
import type { AvatarJobs } from "./avatar_jobs.ts";
import { Cast, castAvatar } from "./cast.ts";
import type { LipState } from "./decline.ts";
import { EventHub } from "./event_hub.ts";
import type { Wish } from "../obs/mod.ts";
import { ObsPart } from "./obs_part.ts";
import { Outlets } from "./outlets.ts";
import { Recordings } from "./recordings.ts";
import { Thumbnails } from "./thumbnails.ts";
import { round, roundEach } from "./round.ts";
import { engineChoice, isObsCamera, modelFolders } from "./settings.ts";
import { SharedEngines } from "./shared_engines.ts";
import { runPlayhead } from "./playhead.ts";
import { ProgrammeMemory } from "./programme_memory.ts";
import { RateMeter } from "./rate_meter.ts";
import { pictureState, type ProgrammeState, type RecordingState, recordingState } from "./state.ts";
import { SpeechPart } from "./speech_part.ts";
import { Stillness, type StillState } from "./stillness.ts";
import { Subtitles } from "./subtitles.ts";
import { ruledCues, TextCues } from "./text_cues.ts";

export interface ProgrammeOptions {
  readonly config: Config;
  readonly folders: Folders;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Where the run-time folder and a password for OBS are looked up. */
  readonly environment: Environment;
  /** Of this program, told to OBS's source. */
  readonly version: string;
  /** Engines that several programmes share, their owner's to close; by default its own. */
  readonly engines?: SharedEngines;
  /** Another programme comes first where the processor is short. Default false. */
  readonly isSecond?: boolean;
}

export class Programme implements AsyncDisposable {
  readonly memory: ProgrammeMemory;
  /** Begun and stopped while it runs. */
  readonly recordings: Recordings;
  readonly thumbnails: Thumbnails;
  readonly events = new EventHub();
  readonly #options: ProgrammeOptions;
  readonly #opened = new AsyncDisposableStack();
  readonly #fps = new RateMeter();
  readonly #subtitles = new Subtitles();
  readonly #outlets: Outlets;
  readonly #engines: SharedEngines;
  readonly #startedMs: number;
  /** Its voice and its queue. */
  speech!: SpeechPart;
  #cast!: Cast;
  #textCues!: TextCues;
  #obs!: ObsPart;
  #air!: Air;
  readonly #stillness: Stillness;
  #engine!: RunningEngine;

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
    const { config, folders } = options;
    this.#engines = options.engines ?? this.#opened.use(new SharedEngines(config, folders));
    this.memory = new ProgrammeMemory({
      fps: config.fps,
      size: { width: config.width, height: config.height },
      hasAlpha: config.background === "transparent",
      lowWaterMs: config.playback.lowWaterMs,
      highWaterMs: config.playback.highWaterMs,
      soundLatencyMs: config.soundLatencyMs,
    });
    this.recordings = this.#opened.use(
      new Recordings({
        folder: config.recordings ?? `${folders.data}/recordings`,
        units: this.memory.units,
        warn: (line) => this.#trouble(line),
      }),
    );
    this.thumbnails = new Thumbnails([...config.avatarFolders, ...folders.avatars]);
    this.#stillness = new Stillness(this.memory.freeze, (isOn) => this.#obs.tell({ kind: "panic", isOn }));
    const { log, signal } = options;
    this.#outlets = new Outlets({ config, memory: this.memory, log, signal, opened: this.#opened });
  }

  async #start(): Promise<void> {
    const { config, folders, signal } = this.#options;
    // An avatar or a model that is not whole ends a start before it began.
    const [casting] = await Promise.all([
      castAvatar(config, folders),
      checkEngine(engineChoice(config, folders)),
    ]);
    const { memory } = this;
    const { log, isSecond = false } = this.#options;
    this.#cast = new Cast(
      { config, folders, memory, log, signal, engines: this.#engines, isSecond },
      casting,
    );
    this.#textCues = new TextCues(this.#cast.cues, ruledCues(config.obs.rules));
    this.#outlets.openCamera();
    // All three are waited for even when one fails, so that nothing is opened behind the back of disposing.
    const opening = await Promise.allSettled([
      this.#outlets.openSound(),
      this.#startEngine(),
      this.#openVoice(),
    ]);
    for (const opened of opening) if (opened.status === "rejected") throw opened.reason;
    this.#opened.use(this.#cast);
    await this.#cast.begin(this.#engine.state().rightContextMs, this.#outlets.cameraLink);
    await this.#outlets.openRecording();
    this.#followPlayhead();
    this.#followAir();
    await this.#startObs();
    // Not before: a start that fails says one thing, why it failed.
    for (const note of this.#outlets.notes()) this.#options.log.warn(note);
    this.#outlets.started();
  }

  /** Shows another avatar, which dissolves out of this one, whatever is being said. Rejects with InputFault. */
  async showAvatar(name: string): Promise<void> {
    await this.#cast.show(name);
    this.#obs.avatarChanged();
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

  async #startEngine(): Promise<void> {
    const { signal } = this.#options;
    const { memory } = this;
    const engine = await startEngine({
      thread: this.#engines.lips,
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
    const { config, log } = this.#options;
    const { memory } = this;
    this.speech = this.#opened.use(
      new SpeechPart({
        ...{ config, memory, log, cues: this.#textCues },
        tts: this.#engines.tts,
        onEvent: (event) => this.#onEvent(event),
      }),
    );
    await this.speech.warmUp();
  }

  async #startObs(): Promise<void> {
    const { config, environment, version, clock, log, signal } = this.#options;
    this.#obs = this.#opened.use(
      await ObsPart.start({
        ...{ config, environment, version, clock, log, signal, memory: this.memory },
        cues: this.#textCues,
        air: this.#air,
        lips: () => this.#lips(),
        onHotkey: (kind) => this.#wish({ kind }),
        onWish: (wish) => this.#wish(wish),
      }),
    );
  }

  #lips(): LipState {
    const { engineGauges, neuralGauges } = this.memory;
    const rung = neuralGauges.get("isActive") === 1 ? neuralGauges.get("family") : undefined;
    const isFallback = engineGauges.get("isFallback") === 1;
    const name = isFallback ? "loudness" : FAMILIES[rung ?? -1] ?? "visemes";
    return { isFallback, rung, name };
  }

  /** What OBS asks for. What cannot be is one line in the log. */
  #wish(wish: Wish): void {
    try {
      if (wish.kind === "say") this.say(wish.text);
      else if (wish.kind === "interrupt") this.interrupt();
      else if (wish.kind === "act") this.act(wish.name);
      else if (wish.kind === "panic") this.panic(wish.isOn);
      else if (wish.kind === "hold") this.hold(wish.isOn);
      else this.showAvatar(wish.name).catch((error) => this.#trouble(`as OBS asks: ${oneLine(error)}`));
    } catch (error) {
      this.#trouble(`as OBS asks: ${oneLine(error)}`);
    }
  }

  /** What is known of OBS. */
  obs(): Promise<Record<string, unknown>> {
    return this.#obs.stateAndScenes();
  }

  /** Rejects with InputFault for what OBS does not have, Fault where it is not connected or refuses. */
  orderObs(order: ObsOrder): Promise<void> {
    return this.#obs.order(order);
  }

  /** Holds the avatar still, or lets it go on; without `isOn` the other way round from now. */
  hold(isOn?: boolean): StillState {
    return this.#stillness.hold(isOn);
  }

  /** Holds the avatar still and switches OBS to another scene, or back; without `isOn` the other way round from now. */
  panic(isOn?: boolean): StillState {
    return this.#stillness.panic(isOn);
  }

  /** What begins as it is handed over, which is before it is heard. */
  get air(): Air {
    return this.#air;
  }

  #followAir(): void {
    const { clock, log } = this.#options;
    const marksOf = (speechFrame: number) => this.speech.aired(speechFrame);
    this.#air = this.#opened.use(new Air({ clock, log, units: this.memory.units, marksOf }));
  }

  #followPlayhead(): void {
    const ending = new AbortController();
    const { clock } = this.#options;
    const { units, soundGauges: gauges } = this.memory;
    const playhead = runPlayhead({
      clock,
      units,
      gauges,
      onHeard: (speechFrame) => this.speech.heard(speechFrame),
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
    return this.speech.say(text, options);
  }

  /** Speaks a sound file of any kind. */
  sayFile(path: string, options: Omit<SayOptions, "voice"> = {}): Utterance {
    return this.speech.sayFile(path, options);
  }

  /** Cuts off what is being said and drops what is queued, but for utterances that may not be interrupted. */
  interrupt(): { interrupted: number[]; kept: number[] } {
    return this.speech.interrupt();
  }

  /** An expression from now on, or an action once. Throws InputFault `unknown_act`, CapacityFault `acts_full`. */
  act(name: string): void {
    const own = this.#cast.act(name);
    // One with a sound of its own is told when that is aired.
    if (own === undefined) this.#obs.tell({ kind: "action", name: name.trim().toLowerCase() });
    if (own !== undefined) this.sayFile(own.sound, { cue: own.name });
  }

  /** Resolves when everything said so far has been heard. */
  idle(): Promise<void> {
    return this.speech.idle;
  }

  /** Rejects when the programme cannot go on. */
  get died(): Promise<never> {
    return this.#cast.died;
  }

  /** Where the page is, once it is served. */
  page: string | undefined;

  /** Avatars that are being prepared meanwhile, for every programme that shares its engines. */
  get jobs(): AvatarJobs {
    return this.#engines.jobs;
  }

  #onEvent(event: SpeechEvent): void {
    if (event.kind === "warning") this.#trouble(event.text);
    this.#subtitles.hear(event);
    this.events.publish(event);
    this.#options.log.debug("speech", { ...event });
  }

  #trouble(line: string): void {
    this.#options.log.warn(line);
  }

  /** A snapshot for people and programs; cheap enough for five times a second. */
  state(): ProgrammeState {
    const { config, clock } = this.#options;
    const { stageGauges: stage } = this.memory;
    const speaker = this.speech.state();
    const { speaking } = this.#subtitles;
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
      ...this.#outlets.state(),
      ...this.#recorded(),
      lipsync: roundEach(this.#engine.gauges.snapshot(), 3),
      ...(this.page ? { page: this.page } : {}),
      still: this.#stillness.state,
      ...(isObsCamera(config) ? { camera: this.#obs.camera() } : {}),
      obs: this.#obs.state(),
      notes: this.#outlets.notes(),
    };
  }

  #recorded(): { recording?: RecordingState } {
    const recording = recordingState(this.recordings.current?.recording);
    return recording === undefined ? {} : { recording };
  }

  /** The settings it was started with. */
  get config(): Config {
    return this.#options.config;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#opened.disposeAsync();
  }
}
