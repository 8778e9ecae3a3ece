/**
 * How the programme wants a face to carry itself at one frame: expression, a running action, the voice's stress.
 * The stage keeps one and changes it once a frame; faces only read it. Nothing here touches the lips of speech.
 */

import { ACTION_NAMES, EXPRESSION_NAMES } from "../text/mod.ts";

/** Order of the weights in {@linkcode Manner.expressions}. */
export const EXPRESSIONS = EXPRESSION_NAMES;
export type Expression = typeof EXPRESSIONS[number];

/** One-shot movements. */
export const ACTIONS = ACTION_NAMES;
export type Action = typeof ACTIONS[number];

/** How long an action takes from rest to rest, in ms, in the order of ACTIONS. */
export const ACTION_MS: readonly number[] = [900, 1100, 1400, 450];

export interface Manner {
  /** Weight 0..1 of each expression; their sum is 1 (neutral is what the others leave). */
  readonly expressions: Float32Array;
  /** Index into ACTIONS, -1 where none runs. */
  action: number;
  /** How long the action has been running, 0..ACTION_MS. */
  actionMs: number;
  /** Emphasis of the voice, 0 (silence or even speech) .. 1 (a strong accent), already smooth over time. */
  stress: number;
}

/** Neutral, at rest, silent. */
export function calmManner(): Manner {
  const expressions = new Float32Array(EXPRESSIONS.length);
  expressions[0] = 1;
  return { expressions, action: -1, actionMs: 0, stress: 0 };
}
