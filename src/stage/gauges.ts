/** What the stage counts. All written by the stage's thread. */
export const STAGE_GAUGES = [
  /** Units handed over. */
  "units",
  /** Units handed over a whole period late or more: the machine was too slow. */
  "laggedFrames",
  /** Units that showed the last mouth again: the engine was too slow. */
  "repeatedFrames",
  /** How often the deadlines moved because the thread stood still for more than 300 ms. */
  "reanchors",
  /** How often speech paused because mouths were late by more than syncThresholdMs. */
  "latePauses",
  /** How often speech paused because its next samples were not there yet. */
  "starvedPauses",
  /** By how much sound is ahead of the newest mouth right now. */
  "skewMs",
  /** The largest skew so far. */
  "skewMsMax",
  /** Speech frames waiting in the speech buffer, in ms. */
  "speechQueuedMs",
  /** Index into PHASES. */
  "phase",
  /** Interrupts that cut something off. */
  "interrupts",
  /** How long the newest unit took to compose. */
  "composeMs",
  /** Lateness of the newest unit's hand-over, camera write included. */
  "tickErrorMs",
  "tickErrorMsMax",
  /** How far the tick is stretched to follow the sound device, in parts per million. */
  "slewPpm",
  /** Frames the camera is held back so that lips are seen when they are heard. */
  "holdFrames",
  /** Index into EXPRESSIONS of the one shown or blended to, and into ACTIONS of the one that runs (-1: none). */
  "expression",
  "action",
  /** Of a film: number of the clip that is shown. */
  "clip",
  /** Film frames that were not decoded in time: the one before stayed. */
  "filmLate",
  /** Units with a patch of their own, with the nearest one, and with visemes because none was near enough. */
  "patchFrames",
  "repeatedPatches",
  "visemeFrames",
  /** Frames the camera was not given because they came a period late. */
  "cameraSkipped",
] as const;
export type StageGauge = typeof STAGE_GAUGES[number];

export const PHASES = ["idle", "speaking", "paused", "held"] as const;
export type Phase = typeof PHASES[number];
