/**
 * What a lip-sync engine of mouth parameters is: 16 kHz speech in, a mouth for every video frame out. An engine runs in
 * a thread of its own, may block there, may be late and may fail; the stage always has an answer without it. Engines
 * that answer pictures are in neural/.
 */

/**
 * Called once for every video frame, in order, with parameters in the order of MOUTH_PARAMETERS, each 0..1; the array
 * may be reused after the call returns.
 */
export type EmitMouth = (mouth: Float32Array) => void;

export interface LipsyncEngine extends Disposable {
  readonly name: string;
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
