/**
 * What a video engine hears: speech in, for every video frame the values that its network is conditioned on.
 *
 * In: 16 kHz mono of one utterance, in pieces of any length. Out: `valuesPerFrame` numbers for each 25 fps video frame,
 * in order, once enough speech after it is there. Runs in the engine's process. Memory and work per second of speech
 * are bounded: the values of at most `keptFrames` newest frames are kept.
 */
export interface FeatureStream extends Disposable {
  /** How much speech after a frame's beginning is needed before its values can come, in ms. */
  readonly rightContextMs: number;
  /** How much speech before a frame's beginning its values depend on, in ms (what silence must cover). */
  readonly leftContextMs: number;
  readonly valuesPerFrame: number;
  readonly keptFrames: number;
  /** Frames whose values are known: 0..knownFrames-1, of which the newest `keptFrames` can be read. */
  readonly knownFrames: number;
  /** A new utterance begins: forget what was heard. */
  start(): void;
  /** Hears `pcm`, -1..1. A network inside makes it take long; not to be called again before it settles. */
  push(pcm: Float32Array): void | Promise<void>;
  /** The utterance is over: every frame of it becomes known. */
  finish(): void | Promise<void>;
  /** Copies frame `frame`'s values to `into` from `at` on. Throws RangeError for one not known or no longer kept. */
  copyFrame(frame: number, into: Float32Array, at: number): void;
}
