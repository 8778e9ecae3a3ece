/** Two curves between 0 and 1 that every warp of a face uses. */

export function mix(from: number, to: number, part: number): number {
  return from + (to - from) * part;
}

/** 0 below 0, 1 above 1, and between them without a corner. */
export function smooth(part: number): number {
  const t = part < 0 ? 0 : part > 1 ? 1 : part;
  return t * t * (3 - 2 * t);
}
