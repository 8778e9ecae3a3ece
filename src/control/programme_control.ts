/** What the control API asks of a running programme. The app implements it; this folder knows no more of the programme. */
import type { Metric } from "../metrics/mod.ts";

export interface SayRequest {
  /** A stream is spoken as it comes. */
  readonly text: string | AsyncIterable<string>;
  readonly voice?: string;
  /** The caller's own; comes back with the utterance's events. */
  readonly metadata?: unknown;
  /** Default true. */
  readonly interruptible?: boolean;
}

/** What goes with sound instead of a text. */
export interface SoundRequest extends Pick<SayRequest, "metadata" | "interruptible"> {
  /** An action that begins with its first sample. */
  readonly cue?: string;
  /** Of a file that is played elsewhere too: no silence is cut off its beginning, and none put before it. */
  readonly keepsSilence?: boolean;
}

/** Raw samples, mono. */
export interface PcmShape {
  readonly rateHz: number;
  readonly format: "s16le" | "f32le";
}

export interface Said {
  readonly utterance: number;
  /** Resolves when it was heard, cut off or failed; never rejects. */
  readonly ended: Promise<unknown>;
}

export interface Interrupted {
  /** Numbers of the utterances that were ended. */
  readonly interrupted: readonly number[];
  /** Numbers of those that may not be interrupted and go on. */
  readonly kept: readonly number[];
}

/** What act() takes. */
export interface Acts {
  readonly expressions: readonly string[];
  readonly actions: readonly string[];
}

/** An avatar to be prepared from a file of this machine. */
export interface PrepareRequest {
  /** Absolute. */
  readonly path: string;
  readonly id: string;
  readonly engine?: string;
  readonly force?: boolean;
}

/** What OBS shall do. Exactly one of them. */
export type ObsOrder =
  | { readonly scene: string }
  | { readonly record: "start" | "stop" }
  | { readonly stream: "start" | "stop" }
  | { readonly virtualCamera: "start" | "stop" }
  /** Connect again after a refusal, such as of a password. */
  | { readonly connect: true };

/** A plain JSON object. */
export type ProgrammeSnapshot = Readonly<Record<string, unknown>>;

/** A plain JSON object with a `kind`, e.g. "word". */
export interface ProgrammeEvent {
  readonly kind: string;
}

export interface ProgrammeControl {
  /** Queues an utterance. Throws InputFault for what cannot be said, CapacityFault when the queue is full. */
  say(request: SayRequest): Said;
  /** Speaks a sound file of any kind. Throws InputFault for one that is none, CapacityFault when the queue is full. */
  sayFile(path: string, request: SoundRequest): Said;
  /** Speaks samples as they come. Throws CapacityFault when the queue is full. */
  sayPcm(pieces: AsyncIterable<Uint8Array>, shape: PcmShape, request: SoundRequest): Said;
  interrupt(): Interrupted;
  /** Voices of the speech engine, and which speaks where a text names none. */
  voices(): ProgrammeSnapshot;
  /** From the next text on; null: any that fits the text. Throws InputFault for one that is not there. */
  setVoice(voice: string | null): void;
  /**
   * Shows an expression from now on, or does an action once, over whatever is said. Throws InputFault for a name that
   * is neither, CapacityFault when too many wait.
   */
  act(name: string): void;
  /** What act() takes now. */
  acts(): Acts;
  /** Shows another avatar from the next moment on. Rejects with InputFault for one that is not there or not whole. */
  showAvatar(name: string): Promise<void>;
  /** Every avatar that can be shown, and which one is. */
  avatars(): ProgrammeSnapshot;
  /** A small WebP. Rejects with NotFoundFault for an avatar without one. */
  thumbnail(avatar: string): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * Begins to prepare an avatar; throws CapacityFault while one is being prepared. `onEnded` is called when the file is no
   * longer needed.
   */
  prepare(request: PrepareRequest, onEnded?: () => void): ProgrammeSnapshot;
  jobs(): readonly ProgrammeSnapshot[];
  /** Rejects with InputFault for a job that is not there. */
  stopJob(job: number): Promise<ProgrammeSnapshot>;
  /** Engines, installed models, and what each costs here as far as it was measured. */
  engines(): ProgrammeSnapshot;
  /** Holds the avatar still or lets it go on; without `isOn` the other way round from now. */
  hold(isOn?: boolean): ProgrammeSnapshot;
  /** As hold, and OBS switches to its other scene and back. */
  panic(isOn?: boolean): ProgrammeSnapshot;
  /** What is known of OBS: feed, connection, scenes. */
  obs(): Promise<ProgrammeSnapshot>;
  /** Rejects with InputFault for a scene that is not there, Fault where OBS is not connected or refuses. */
  orderObs(order: ObsOrder): Promise<ProgrammeSnapshot>;
  /** Begins a recording of its own; the name of its file. Rejects with CapacityFault while one runs. */
  startRecording(format: "mp4" | "webm"): Promise<string>;
  /** Resolves when the file is whole. Rejects with InputFault where nothing is recorded. */
  stopRecording(): Promise<string>;
  /** What is being recorded, and what was. */
  recordings(): { readonly recording: string | null; readonly files: readonly ProgrammeSnapshot[] };
  /** Where a finished one lies. Throws NotFoundFault. */
  recordingPath(id: string): string;
  /** The settings, without secrets. */
  settings(): ProgrammeSnapshot;
  /** What is wrong with this machine, and the mends. */
  findings(): Promise<readonly ProgrammeSnapshot[]>;
  /** Every number there is, for a monitor. */
  metrics(): readonly Metric[];
  state(): ProgrammeSnapshot;
  /** Begins to end the programme; returns at once. */
  stop(): void;
  /** The programme as MJPEG, of type MJPEG_CONTENT_TYPE. Throws CapacityFault when too many watch. */
  watch(signal: AbortSignal): ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Speech events from now on, in order. A listener that does not read loses the oldest, not the order. */
  events(signal: AbortSignal): ReadableStream<ProgrammeEvent>;
}
