/** Names of the numbers a source of the preview shows; see Gauges. */
export const SOURCE_GAUGES = [
  /** Units whose sound was sent. */
  "units",
  /** Units whose picture was sent on at least one rung. */
  "pictures",
  /** Units that were overwritten before they could be read: silence in their place. */
  "lostUnits",
  /** Units published and not yet read. */
  "queueUnits",
  /** Encoders at work: one a rung and codec that is watched. */
  "encoders",
  /** The last picture's encoding, the slowest rung, in ms. */
  "encodeMs",
  /** From the unit's deadline until its last packet was given to the system, in ms. */
  "sentAfterMs",
] as const;
export type SourceGauge = typeof SOURCE_GAUGES[number];
