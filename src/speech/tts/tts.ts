/**
 * What a voice engine is: one segment of text in, its sound and word boundaries out.
 *
 * Engines run outside the main thread (a worker, a child process) and may be called several times in parallel. Every
 * call takes an AbortSignal and has a deadline of the engine's own.
 */

/** One voice of an engine. */
export interface Voice {
  /** What `voice` options take. */
  readonly id: string;
  /** For people. */
  readonly name: string;
  /** Language codes as the engine writes them, most specific first, lower case: "en-us", "en". */
  readonly languages: readonly string[];
}

/** A word of the segment and where it sounds. */
export interface SpokenWord {
  readonly text: string;
  /** Where it is written in the segment, UTF-16 units. */
  readonly startChar: number;
  readonly startSample: number;
  readonly endSample: number;
}

export interface Spoken {
  /** 48 kHz mono, within -1..1. */
  readonly samples: Float32Array;
  /** In order, not overlapping, inside `samples`. */
  readonly words: readonly SpokenWord[];
}

export interface SynthesizeOptions {
  /** An id from `voices()`; by default one that fits `language`. */
  readonly voice?: string;
  /** Language code of the text; by default guessed from its letters. */
  readonly language?: string;
  /** Speed, 1 is the voice's own, 0.5..3. */
  readonly rate?: number;
  readonly signal?: AbortSignal;
}

export interface Tts extends AsyncDisposable {
  readonly name: string;
  voices(): Promise<readonly Voice[]>;
  /** `text` is in normal form C. Rejects with InputFault `unknown_voice`, Fault `deadline`, another Fault, or the signal's reason. */
  synthesize(text: string, options: SynthesizeOptions): Promise<Spoken>;
}
