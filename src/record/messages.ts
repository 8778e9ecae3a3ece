/** What the recording worker and its owner say to each other. Plain data: it crosses a thread. */
import type { UnitRingShape } from "../unit/mod.ts";
import type { RecordingResult } from "./recorder.ts";

/** Names of the numbers a recording shows; see Gauges. */
export const RECORD_GAUGES = [
  /** Units written, filled places included. */
  "encodedFrames",
  /** Units that were overwritten before they could be read; their place holds the last frame and silence. */
  "lostUnits",
  /** Units published and not yet encoded. */
  "queueUnits",
  /** Time the last unit took, in ms. */
  "encodeMs",
] as const;
export type RecordGauge = typeof RECORD_GAUGES[number];

export interface StartRecord {
  readonly kind: "start";
  readonly path: string;
  readonly shape: UnitRingShape;
  readonly units: SharedArrayBuffer;
  readonly gauges: SharedArrayBuffer;
  readonly firstUnit: number | undefined;
}

/** Record up to but without unit `endUnit`, then close. */
export interface StopRecord {
  readonly kind: "stop";
  readonly endUnit: number;
}

/** A Fault as plain data. */
export interface FaultRecord {
  readonly isInput: boolean;
  readonly code: string;
  readonly message: string;
}

export type RecordReport =
  | { readonly kind: "started"; readonly firstUnit: number }
  | { readonly kind: "refused"; readonly fault: FaultRecord }
  | { readonly kind: "ended"; readonly result: RecordingResult; readonly fault?: FaultRecord };
