/** What `state`, the live view and the page show: plain data, a snapshot of every station's gauges. */
import { ACTIONS, type Expression, EXPRESSIONS } from "../avatar/mod.ts";
import type { CameraSupervisor } from "../camera/mod.ts";
import { round } from "./round.ts";
import type { ObsState } from "./obs_part.ts";
import type { StillState } from "./stillness.ts";
import type { VideoState } from "./video_state.ts";
import type { Gauges } from "../metrics/mod.ts";
import type { Recording } from "../record/mod.ts";
import type { SoundGauges, SoundState as DeviceState } from "../sound/mod.ts";
import { type Phase, PHASES, type StageGauge } from "../stage/mod.ts";

export interface ProgrammeState {
  readonly avatar: string;
  readonly engine: string;
  readonly video: VideoState;
  readonly size: string;
  readonly uptimeMs: number;
  readonly picture: PictureState;
  readonly speech: SpeechState;
  readonly camera: CameraState;
  readonly sound: SoundState;
  readonly lipsync: Record<string, number>;
  readonly recording?: RecordingState;
  readonly page?: string;
  readonly still: StillState;
  readonly obs: ObsState;
  /** One line each: what is missing on this machine, what works without it, and the mend. */
  readonly notes: readonly string[];
}

export interface PictureState {
  readonly phase: Phase;
  /** Measured over about the last second; 0 before that. */
  readonly fps: number;
  readonly units: number;
  readonly laggedFrames: number;
  readonly repeatedFrames: number;
  readonly reanchors: number;
  readonly skewMs: number;
  readonly skewMsMax: number;
  readonly composeMs: number;
  readonly tickErrorMs: number;
  readonly slewPpm: number;
  readonly holdFrames: number;
  /** Shown or blended to. */
  readonly expression: Expression;
  /** Running right now. */
  readonly action?: string;
}

export interface SpeechState {
  readonly queued: number;
  readonly queuedMs: number;
  readonly capacity: number;
  readonly accepted: number;
  readonly rejected: number;
  readonly starvedPauses: number;
  readonly latePauses: number;
  readonly interrupts: number;
  readonly speaking?: Speaking;
}

/** What is being heard right now. */
export interface Speaking {
  readonly utterance: number;
  readonly text: string;
  readonly word: string;
  readonly metadata?: unknown;
}

export interface CameraState {
  /** "none" where there is no camera device; else as the camera's link says. */
  readonly state: string;
  readonly path?: string;
  readonly card?: string;
  readonly format?: string;
  readonly written?: number;
  readonly dropped?: number;
  readonly lostCount?: number;
}

export interface SoundState {
  readonly kind: string;
  readonly device: string;
  readonly latencyMs: number;
  readonly depthMs: number;
  readonly targetDepthMs: number;
  readonly underruns: number;
  readonly restarts: number;
  readonly isDeviceClock: boolean;
  readonly microphone?: string;
}

export interface RecordingState {
  readonly path: string;
  readonly frames: number;
  readonly lostUnits: number;
}

/** `fps` is measured by the caller. */
export function pictureState(stage: Gauges<StageGauge>, fps: number, clip?: string): PictureState {
  const action = clip ?? ACTIONS[stage.get("action")];
  return {
    phase: PHASES[stage.get("phase")] ?? "idle",
    fps,
    units: stage.get("units"),
    laggedFrames: stage.get("laggedFrames"),
    repeatedFrames: stage.get("repeatedFrames"),
    reanchors: stage.get("reanchors"),
    skewMs: stage.get("skewMs"),
    skewMsMax: stage.get("skewMsMax"),
    composeMs: round(stage.get("composeMs"), 2),
    tickErrorMs: round(stage.get("tickErrorMs"), 3),
    slewPpm: stage.get("slewPpm"),
    holdFrames: stage.get("holdFrames"),
    expression: EXPRESSIONS[stage.get("expression")] ?? "neutral",
    ...(action === undefined ? {} : { action }),
  };
}

export function soundState(gauges: SoundGauges, device: DeviceState, microphone?: string): SoundState {
  return {
    kind: device.kind,
    device: device.deviceName,
    latencyMs: round(gauges.get("latencyMs"), 1),
    depthMs: round(gauges.get("depthMs"), 1),
    targetDepthMs: gauges.get("targetDepthMs"),
    underruns: gauges.get("underruns"),
    restarts: gauges.get("deviceRestarts"),
    isDeviceClock: gauges.get("isDeviceClock") === 1,
    ...(microphone === undefined ? {} : { microphone }),
  };
}

export function cameraState(camera: CameraSupervisor | undefined): CameraState {
  if (camera === undefined) return { state: "none" };
  const { path, card, format, state, written, dropped, lostCount } = camera.state();
  return { path, card, format, state, written, dropped, lostCount };
}

export function recordingState(recording: Recording | undefined): RecordingState | undefined {
  if (recording === undefined) return undefined;
  const { path, encodedFrames, lostUnits } = recording.state();
  return { path, frames: encodedFrames, lostUnits };
}
