/**
 * The programme's own devices and files: camera, sound device, virtual microphone, recording.
 *
 * In: settings and the programme's memory. Out: open sinks, their states, one line for each that is missing. What the
 * machine lacks never stops the programme: it leaves a note and a null sink in its place. Main thread.
 */
import type { Config, Log } from "../app/mod.ts";
import { CameraSupervisor } from "../camera/mod.ts";
import { DeviceFault, oneLine } from "../errors/mod.ts";
import { type Recording, startRecording } from "../record/mod.ts";
import {
  openVirtualMicrophone,
  type SoundSink,
  type SoundState,
  startSound,
  type VirtualMicrophone,
} from "../sound/mod.ts";
import type { ProgrammeMemory } from "./programme_memory.ts";
import { isObsCamera } from "./settings.ts";
import {
  type CameraState,
  cameraState,
  type RecordingState,
  recordingState,
  type SoundState as SoundReport,
  soundState,
} from "./state.ts";

export interface OutletsOptions {
  readonly config: Config;
  readonly memory: ProgrammeMemory;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Everything opened goes here, to be closed in reverse order. */
  readonly opened: AsyncDisposableStack;
}

export class Outlets {
  readonly #options: OutletsOptions;
  readonly #notes: string[] = [];
  #isStarted = false;
  #toldSound = "";
  #sound!: SoundSink;
  #microphone: VirtualMicrophone | undefined;
  #camera: CameraSupervisor | undefined;
  #recording: Recording | undefined;

  constructor(options: OutletsOptions) {
    this.#options = options;
  }

  /** What the stage writes to; undefined where there is no camera. */
  get cameraLink(): CameraSupervisor["link"] | undefined {
    return this.#camera?.link;
  }

  /** Throws DeviceFault for a camera that was asked for by name and is not there. */
  openCamera(): void {
    const { config, opened } = this.#options;
    if (config.camera === "none" || isObsCamera(config)) return;
    const { width, height, fps, cameraFormat: format } = config;
    try {
      const size = { width, height };
      const camera = opened.use(new CameraSupervisor({ wanted: config.camera, size, fps, format }));
      // By then the stage has ended, or never began: nobody else uses the descriptor.
      opened.defer(() => camera.stageEnded());
      this.#camera = camera;
    } catch (error) {
      if (config.camera !== "auto" || !(error instanceof DeviceFault)) throw error;
      this.#notes.push(`no camera: ${oneLine(error)}`);
    }
  }

  async openSound(): Promise<void> {
    const { config, memory, signal, opened } = this.#options;
    if (config.mic) {
      try {
        this.#microphone = opened.use(await openVirtualMicrophone({ isMonitored: config.micMonitor }));
      } catch (error) {
        this.#notes.push(`no virtual microphone: ${oneLine(error)}`);
      }
    }
    this.#sound = opened.use(
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

  /** Records to the file of the settings, where there is one. Rejects with InputFault for a path that cannot be used. */
  async openRecording(): Promise<void> {
    const { config: { record: path }, memory: { units }, signal, opened, log } = this.#options;
    if (path === undefined) return;
    const ring = { shape: units.shape, buffer: units.buffer };
    const recording = opened.use(await startRecording({ path, units: ring, firstUnit: 0, signal }));
    recording.ended.then(
      ({ result, fault }) => {
        if (fault) log.warn(fault.message);
        if (result.frames > 0) {
          log.info(`recorded ${result.path}: ${(result.durationMs / 1000).toFixed(1)} s`);
        }
      },
      (error) => log.warn(oneLine(error)),
    );
    this.#recording = recording;
  }

  /** From now on what is lost and comes back is told as it happens. */
  started(): void {
    this.#isStarted = true;
  }

  /** Lost and back again are told once each; what is missing at the start is a note. */
  #onSound({ kind, deviceName, reason }: SoundState): void {
    const { log } = this.#options;
    const told = `${kind} ${deviceName} ${reason}`; // it is looked for again and again
    if (told === this.#toldSound) return;
    this.#toldSound = told;
    if (!this.#isStarted) log.debug(`sound: ${kind} ${deviceName}`, { reason });
    else if (kind === "null") log.warn(reason);
    else log.info(`sound: ${kind} ${deviceName}`);
  }

  /** What is missing on this machine right now, one line each. */
  notes(): readonly string[] {
    const { kind, reason } = this.#sound.state();
    const isMissing = kind === "null" && reason !== "" && this.#options.config.sound !== "none";
    return isMissing ? [...this.#notes, reason] : this.#notes;
  }

  state(): { camera: CameraState; sound: SoundReport; recording?: RecordingState } {
    const { soundGauges } = this.#options.memory;
    const recording = recordingState(this.#recording);
    return {
      camera: cameraState(this.#camera),
      sound: soundState(soundGauges, this.#sound.state(), this.#microphone?.sourceName),
      ...(recording ? { recording } : {}),
    };
  }
}
