/**
 * What a lip-sync engine is: 16 kHz speech in, for every video frame either mouth parameters or a picture of the
 * mouth region out. An engine runs in a thread or process of its own, may block there, may be late and may fail;
 * the stage always has an answer without it.
 */

/** Called once for every video frame, in order; the arrays may be reused after the call returns. */
export type EmitMouth = (result: MouthResult) => void;

export type MouthResult =
  /** Parameters in the order of MOUTH_PARAMETERS, each 0..1. */
  | { readonly kind: "mouth"; readonly mouth: Float32Array }
  /** RGB, 8 bit, `patchSize` x `patchSize`, rows from the top; pasted by the avatar's box and mask. */
  | { readonly kind: "patch"; readonly rgb: Uint8Array };

export interface LipsyncEngine extends Disposable {
  readonly name: string;
  /** Which kind every result of this engine has. */
  readonly output: "mouth" | "patch";
  /** Side of a square patch in pixels; 0 for an engine that answers parameters. */
  readonly patchSize: number;
  /** How much speech after a frame's end is needed before that frame's result can come, in ms. */
  readonly rightContextMs: number;
  /** An answer that takes longer than this will not come: the engine hangs. Without it, it is waited for. */
  readonly hangMs?: number;
  /** A new utterance begins: forget what was heard. */
  start(): void;
  /** Takes the 16 kHz mono samples under the next video frame; calls `emit` for each frame that is now known. */
  push(pcm: Float32Array, emit: EmitMouth): void | Promise<void>;
  /** The utterance is over: calls `emit` for every frame pushed and not yet answered. */
  finish(emit: EmitMouth): void | Promise<void>;
}
