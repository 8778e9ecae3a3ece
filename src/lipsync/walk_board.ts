/**
 * Where the stage is, for whoever renders ahead of it: the next speech frame and the place in the avatar's clips.
 *
 * In: the stage writes once a unit. Out: a snapshot that belongs together, read by the engine's host. Shared memory with
 * one writer: a counter that is odd while the rest changes tells a reader to look again.
 */
import type { WalkState } from "../film/mod.ts";

const SEQUENCE = 0;
const NEXT_SPEECH_FRAME = 1;
const AVATAR = 2;
const FLAGS = 3;
const ACTION = 4;
const INTS = 6;
const SPEAKING_BIT = 1;
const STARTED_BIT = 2;
/** Float64 places after the integers. */
const ACTION_STEP = 0;
const IDLE_STEP = 1;
const SPEAKING_STEP = 2;
const FLOATS = 3;
const LOOKS_MAX = 100;

export interface StagePlace {
  /** Number of the speech frame that the next unit shows, if it shows one. */
  nextSpeechFrame: number;
  /** Counts the avatars that were shown. */
  avatar: number;
  /** Whether the speech that frame belongs to is being heard already. */
  isStarted: boolean;
  /** The place in the clips of the unit just made. */
  readonly walk: WalkState;
}

export function emptyPlace(): StagePlace {
  return {
    nextSpeechFrame: 0,
    avatar: 0,
    isStarted: false,
    walk: { action: -1, actionStep: 0, idleStep: 0, speakingStep: 0, isSpeaking: false },
  };
}

export class WalkBoard {
  readonly #ints: Int32Array<SharedArrayBuffer>;
  readonly #floats: Float64Array<SharedArrayBuffer>;

  constructor(readonly buffer: SharedArrayBuffer = new SharedArrayBuffer(INTS * 4 + FLOATS * 8)) {
    this.#ints = new Int32Array(buffer, 0, INTS);
    this.#floats = new Float64Array(buffer, INTS * 4, FLOATS);
  }

  /** The stage alone. */
  write({ nextSpeechFrame, avatar, isStarted, walk }: Readonly<StagePlace>): void {
    Atomics.add(this.#ints, SEQUENCE, 1);
    this.#ints[NEXT_SPEECH_FRAME] = nextSpeechFrame;
    this.#ints[AVATAR] = avatar;
    this.#ints[FLAGS] = (walk.isSpeaking ? SPEAKING_BIT : 0) | (isStarted ? STARTED_BIT : 0);
    this.#ints[ACTION] = walk.action;
    this.#floats[ACTION_STEP] = walk.actionStep;
    this.#floats[IDLE_STEP] = walk.idleStep;
    this.#floats[SPEAKING_STEP] = walk.speakingStep;
    Atomics.add(this.#ints, SEQUENCE, 1);
  }

  /** False where the stage never stood still long enough: `into` is then not to be used. */
  read(into: StagePlace): boolean {
    for (let look = 0; look < LOOKS_MAX; look++) {
      const before = Atomics.load(this.#ints, SEQUENCE);
      if ((before & 1) !== 0) continue;
      into.nextSpeechFrame = this.#ints[NEXT_SPEECH_FRAME]!;
      into.avatar = this.#ints[AVATAR]!;
      into.isStarted = (this.#ints[FLAGS]! & STARTED_BIT) !== 0;
      into.walk.isSpeaking = (this.#ints[FLAGS]! & SPEAKING_BIT) !== 0;
      into.walk.action = this.#ints[ACTION]!;
      into.walk.actionStep = this.#floats[ACTION_STEP]!;
      into.walk.idleStep = this.#floats[IDLE_STEP]!;
      into.walk.speakingStep = this.#floats[SPEAKING_STEP]!;
      if (Atomics.load(this.#ints, SEQUENCE) === before) return true;
    }
    return false;
  }
}
