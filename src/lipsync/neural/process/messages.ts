/**
 * What the engine's host and its process say to each other on the two pipes of pipe.ts. Numbers are float64, samples
 * float32, pictures RGB bytes, the rest JSON. Most of it is about one programme, a seat: the frame says which.
 */
import { FAMILIES, type Family } from "../networks/mouth_network.ts";
import type { PatchResult } from "../../patch_ring.ts";
import type { StagePlace } from "../../walk_board.ts";
import type { UtteranceAbout } from "../engine/heard_utterance.ts";
import { bytesOf, pipeFrame } from "./pipe.ts";

export const TO_ENGINE = {
  order: 1,
  speech: 2,
  place: 3,
  interrupt: 4,
  avatar: 5,
  stop: 6,
  leave: 7,
} as const;
export const FROM_ENGINE = {
  ready: 16,
  result: 17,
  busy: 18,
  idle: 19,
  status: 20,
  fault: 21,
  rung: 22,
  seat: 23,
} as const;

/** The first thing a process is told, about the seat whose avatar is in it. Others are shown when it is ready. */
export interface EngineProcessOrder {
  readonly avatar: AvatarOrder;
  /** Folders that hold one folder a model, the first wins. */
  readonly models: readonly string[];
  /** In the order they are tried. */
  readonly families: readonly Family[];
  /** Asked for by name: taken however slow it is, and what keeps it from speaking is a fault. */
  readonly isForced: boolean;
  /** A model folder's name; default the first of the family. */
  readonly model?: string;
  readonly fps: number;
  readonly leadMsMax: number;
  readonly provider: string;
  readonly threads: number;
  /** A folder that remembers which files were hashed. */
  readonly stamps?: string;
}

export interface AvatarOrder {
  readonly folder: string;
  /** Counts the avatars of a programme: results carry it. */
  readonly number: number;
}

/** What was measured of one family here, or why it is not used. */
export interface RungReport {
  readonly family: Family;
  readonly model?: string;
  readonly provider?: string;
  /** In the best batch. */
  readonly frameMs?: number;
  /** In one line, where it is not used. */
  readonly trouble?: string;
}

/** The engine speaks, or says why it cannot. */
export interface ReadyNews {
  readonly rungs: readonly RungReport[];
  /** The family in use; absent where none is good enough. */
  readonly family?: Family;
}

/** Once a second, and with each change. */
export interface StatusNews {
  readonly family?: Family;
  readonly model?: string;
  readonly provider?: string;
  /** Of a frame in a run now. */
  readonly frameMs: number;
  /** Every how many frames one is rendered. */
  readonly stride: number;
  readonly renderedFrames: number;
  readonly skippedFrames: number;
  readonly restFrames: number;
  /** Runs that held frames of several programmes. */
  readonly sharedRuns: number;
  readonly rssBytes: number;
}

/** A seat can be rendered for from now on, or why not. */
export interface SeatNews {
  readonly trouble?: string;
}

export interface FaultNews {
  readonly message: string;
  /** Trying again is of no use: what was given is wrong. */
  readonly isFinal: boolean;
}

const FIRST_BIT = 1;
const LAST_BIT = 2;
const PROTECTED_BIT = 4;

export interface SpeechNews {
  readonly pcm: Float32Array;
  readonly isLast: boolean;
  readonly action: number;
  readonly about?: UtteranceAbout;
}

export function speechFrame({ pcm, isLast, action, about }: SpeechNews): Uint8Array {
  const flags = (about ? FIRST_BIT : 0) | (isLast ? LAST_BIT : 0) | (about?.isProtected ? PROTECTED_BIT : 0);
  const head = Float64Array.of(flags, about?.firstFrame ?? 0, about?.epoch ?? 0, action);
  return pipeFrame(TO_ENGINE.speech, bytesOf(head), bytesOf(pcm));
}

export function speechOf(payload: Uint8Array): SpeechNews {
  const bytes = payload.slice();
  const [flags = 0, firstFrame = 0, epoch = 0, action = -1] = new Float64Array(bytes.buffer, 0, 4);
  const pcm = new Float32Array(bytes.buffer, 32);
  const isProtected = (flags & PROTECTED_BIT) !== 0;
  const about = (flags & FIRST_BIT) !== 0 ? { about: { firstFrame, epoch, isProtected } } : {};
  return { pcm, isLast: (flags & LAST_BIT) !== 0, action, ...about };
}

export function placeFrame({ nextSpeechFrame, avatar, isStarted, walk }: Readonly<StagePlace>): Uint8Array {
  const { action, actionStep, idleStep, speakingStep, isSpeaking } = walk;
  const values = Float64Array.of(
    ...[nextSpeechFrame, avatar, isStarted ? 1 : 0, action, actionStep, idleStep, speakingStep],
    isSpeaking ? 1 : 0,
  );
  return pipeFrame(TO_ENGINE.place, bytesOf(values));
}

export function placeOf(payload: Uint8Array): StagePlace {
  const [
    next = 0,
    avatar = 0,
    started = 0,
    action = -1,
    actionStep = 0,
    idleStep = 0,
    speakingStep = 0,
    speaking = 0,
  ] = new Float64Array(payload.slice().buffer);
  return {
    nextSpeechFrame: next,
    avatar,
    isStarted: started !== 0,
    walk: { action, actionStep, idleStep, speakingStep, isSpeaking: speaking !== 0 },
  };
}

export function numberFrame(kind: number, value: number): Uint8Array {
  return pipeFrame(kind, bytesOf(Float64Array.of(value)));
}

export function numberOf(payload: Uint8Array): number {
  return new Float64Array(payload.slice().buffer)[0]!;
}

const RESULT_WORDS = 8;

export function resultFrame(result: PatchResult): Uint8Array {
  const { speechFrame, epoch, isProtected, family, clip, step, avatar, patch } = result;
  const head = Int32Array.of(
    ...[speechFrame, epoch, isProtected ? 1 : 0, FAMILIES.indexOf(family)],
    ...[clip, step, avatar, patch?.side ?? 0],
  );
  const picture = patch ? patch.rgb.subarray(0, patch.side * patch.side * 3) : new Uint8Array(0);
  return pipeFrame(FROM_ENGINE.result, bytesOf(head), picture);
}

/** The patch lies in `payload` and lives as long. Undefined for what no engine of ours writes. */
export function resultOf(payload: Uint8Array): PatchResult | undefined {
  if (payload.length < RESULT_WORDS * 4) return undefined;
  const [speechFrame, epoch, isProtected, family, clip, step, avatar, side] = new Int32Array(
    payload.slice(0, RESULT_WORDS * 4).buffer,
  );
  const name = FAMILIES[family!];
  if (name === undefined || payload.length !== RESULT_WORDS * 4 + side! * side! * 3) return undefined;
  return {
    ...{ speechFrame: speechFrame!, epoch: epoch!, isProtected: isProtected === 1, family: name },
    ...{ clip: clip!, step: step!, avatar: avatar! },
    ...(side! > 0 ? { patch: { side: side!, rgb: payload.subarray(RESULT_WORDS * 4) } } : {}),
  };
}
