/** What `state`, the live view and the page show: plain data, a snapshot of every station's gauges. */
import type { Action, Expression } from "../avatar/mod.ts";
import type { Phase } from "../stage/mod.ts";

export interface ProgrammeState {
  readonly avatar: string;
  readonly engine: string;
  readonly size: string;
  readonly uptimeMs: number;
  readonly picture: PictureState;
  readonly speech: SpeechState;
  readonly camera: CameraState;
  readonly sound: SoundState;
  readonly lipsync: Record<string, number>;
  readonly recording?: RecordingState;
  readonly page?: string;
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
  readonly action?: Action;
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

/** Decimals that say something; the rest is noise to a reader. */
export function round(value: number, digits: number): number {
  const scale = 10 ** digits;
  return Math.round(value * scale) / scale;
}

export function roundEach(values: Readonly<Record<string, number>>, digits: number): Record<string, number> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, round(value, digits)]));
}
