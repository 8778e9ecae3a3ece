/**
 * Holds a sound file that the page plays by itself to the pictures that come over the network: the sound starts with the
 * first frame, waits when it is further than the pictures by more than the threshold, and goes on when they have caught
 * up. Where it is far behind (a page that slept) it jumps. In: an audio element and a count of frames. Knows no browser;
 * whoever uses it gives it both.
 */

/** The part of an HTMLAudioElement that is used. */
export interface Playable {
  /** Seconds. */
  currentTime: number;
  readonly paused: boolean;
  readonly ended: boolean;
  play(): Promise<void>;
  pause(): void;
}

/** Tells how many frames of the file were shown or sent so far. */
export interface FrameClock {
  /** 0 before the first. */
  readonly frames: number;
  stop(): void;
}

export interface SyncOptions {
  readonly audio: Playable;
  readonly clock: FrameClock;
  readonly fps: number;
  /** How far the sound may be ahead of the pictures, in seconds. Default 0.1. */
  readonly thresholdS?: number;
  /** The second of the sound that belongs to the first frame; below 0 the sound begins that much later. Default 0. */
  readonly startS?: number;
  /** Calls `run` every `ms` until the answer is called. Default: the page's timer. */
  readonly every?: (ms: number, run: () => void) => () => void;
  readonly onTrouble?: (error: unknown) => void;
}

const LOOK_MS = 40;
const THRESHOLD_S = 0.1;
/** Sound that is so far behind would never catch up by itself. */
const BEHIND_S_MAX = 0.5;

export class SyncController {
  readonly #options: SyncOptions;
  readonly #stopLooking: () => void;
  #isStopped = false;
  /** The browser is asked to play and has not answered yet. */
  #isStarting = false;
  /** Times that the sound waited for pictures. */
  waits = 0;

  constructor(options: SyncOptions) {
    this.#options = options;
    this.#stopLooking = (options.every ?? byTimer)(LOOK_MS, () => this.look());
  }

  /** Sound against pictures in seconds, positive where the sound is ahead. */
  get skewS(): number {
    return this.#options.audio.currentTime - this.#videoS;
  }

  /** Where the sound should be. */
  get #videoS(): number {
    const { clock, fps, startS = 0 } = this.#options;
    return clock.frames / fps + startS;
  }

  /** May be called at every frame; the timer calls it anyway. */
  look(): void {
    const { audio, clock, thresholdS = THRESHOLD_S } = this.#options;
    if (this.#isStopped || this.#isStarting || audio.ended || clock.frames <= 0) return;
    const videoS = this.#videoS;
    if (audio.currentTime < videoS - BEHIND_S_MAX) audio.currentTime = videoS;
    if (!audio.paused && audio.currentTime > videoS + thresholdS) {
      audio.pause();
      this.waits++;
    } else if (audio.paused && audio.currentTime <= videoS) {
      this.#isStarting = true;
      audio.play().catch((error) => this.#options.onTrouble?.(error)).finally(() => this.#isStarting = false);
    }
  }

  /** Ends timer, frame count and sound. */
  stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#stopLooking();
    this.#options.clock.stop();
    this.#options.audio.pause();
  }
}

function byTimer(ms: number, run: () => void): () => void {
  const timer = setInterval(run, ms);
  return () => clearInterval(timer);
}
