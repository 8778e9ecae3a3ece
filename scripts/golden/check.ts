/** What comes of holding the shipped code against one kind of known answers, and how errors are added up. Pure. */

export interface Check {
  readonly kind: string;
  readonly cases: number;
  /** Largest of all cases. */
  readonly error: number;
  readonly limit: number;
}

/** The larger error; what is no number is infinitely wrong. */
export function worse(error: number, mine: number | undefined, wanted: number | undefined): number {
  const apart = mine === undefined || wanted === undefined ? NaN : Math.abs(mine - wanted);
  return Number.isNaN(apart) ? Infinity : Math.max(error, apart);
}
