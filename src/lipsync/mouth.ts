/** Mouth parameters: what a lip-sync engine says about one video frame and a drawn face can show. */

/**
 * The order of the parameters in every array of them; each is 0..1 with 0 = relaxed and closed.
 * `jaw` opens, `spread` widens (as in "ee"), `pucker` rounds (as in "oo"), `press` presses the lips together
 * (m, b, p), `teeth` rests the upper teeth on the lower lip (f, v), `tongue` raises the tongue tip (l, th).
 */
export const MOUTH_PARAMETERS = ["jaw", "spread", "pucker", "press", "teeth", "tongue"] as const;
export type MouthParameter = typeof MOUTH_PARAMETERS[number];
export const MOUTH_LENGTH = MOUTH_PARAMETERS.length;

export const JAW = 0;
export const SPREAD = 1;
export const PUCKER = 2;
export const PRESS = 3;
export const TEETH = 4;
export const TONGUE = 5;

/** The closed, relaxed mouth. */
export const MOUTH_CLOSED: Readonly<Float32Array> = new Float32Array(MOUTH_LENGTH);
