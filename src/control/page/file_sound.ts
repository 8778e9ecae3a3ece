/**
 * Plays sound files by themselves while the programme speaks them, held to the picture: the stream's sound is left out
 * from the first note of a file's utterance to its end, and heard at all other times. In: files with the utterances they
 * became, notes of the sync channel, ends of utterances. Out: sound through the page's player. Files that were queued
 * wait here for their turn.
 */
/// <reference lib="dom" />
import type { AudioPlayer } from "./audio_player.ts";
import { PolledFrames, PresentedFrames, ToldFrames } from "./frame_clocks.ts";
import { type FrameClock, SyncController } from "./sync_controller.ts";
import type { SyncNote } from "./webrtc.ts";

export type HeldBy = "rvfc" | "datachannel" | "polling";

export interface FileSoundPlace {
  readonly player: AudioPlayer;
  readonly video: HTMLVideoElement;
  readonly session: string;
  readonly fps: number;
  /** Silence that the programme puts before a file's first sound. */
  readonly leadMs: number;
}

interface Waiting {
  readonly file: Blob;
  /** The second of the file that belongs to its utterance's first frame. */
  readonly startS: number;
  readonly thresholdS: number;
  readonly place: FileSoundPlace;
  readonly by: HeldBy;
}

interface Playing {
  readonly utterance: number;
  readonly audio: HTMLAudioElement;
  readonly clock: FrameClock;
  readonly end: () => void;
}

/** -54 dB: below it the programme takes sound for silence. */
const AUDIBLE = 0.002;
const TICKS_A_SECOND = 90_000;
/** Utterances of which something is remembered. */
const KEPT_MAX = 64;

export class FileSound {
  readonly #onSwap: () => void;
  /** The first note that came of each of the newest utterances: it may come before it is known that one of them is a file. */
  readonly #firsts = new Map<number, SyncNote>();
  /** The newest that are over: a short one may be before its file is decoded, or the upload answered. */
  readonly #over = new Set<number>();
  readonly #waiting = new Map<number, Waiting>();
  #playing: Playing | undefined;
  /** How often it was stopped: what was begun before is not wanted any more. */
  #stops = 0;

  /** `onSwap`: another sound is heard from now on, a file's or the stream's again. */
  constructor(onSwap: () => void) {
    this.#onSwap = onSwap;
  }

  hear(note: SyncNote): void {
    const { utterance } = note;
    if (utterance < 0) return;
    if (!this.#firsts.has(utterance)) {
      this.#firsts.set(utterance, note);
      forgetOldest(this.#firsts);
    }
    const clock = this.#playing?.clock;
    if (clock instanceof ToldFrames) clock.hear(note);
    this.#beginWhere(utterance);
  }

  /** Resolves when the file is ready for its utterance, or that is over. Rejects where the browser cannot decode it. */
  async play(file: Blob, utterance: number, place: FileSoundPlace, by: HeldBy, thresholdMs: number) {
    if (this.#over.has(utterance)) return;
    const stops = this.#stops;
    const startS = await firstSoundS(file) - place.leadMs / 1000;
    if (stops !== this.#stops || this.#over.has(utterance)) return;
    this.#waiting.set(utterance, { file, startS, thresholdS: thresholdMs / 1000, place, by });
    this.#beginWhere(utterance);
  }

  /** Skips so much of the file, or goes back where it is below 0. */
  skip(ms: number): void {
    const audio = this.#playing?.audio;
    if (audio !== undefined) audio.currentTime = Math.max(0, audio.currentTime + ms / 1000);
  }

  /** The one whose file is heard now. */
  get utterance(): number | undefined {
    return this.#playing?.utterance;
  }

  /** The utterance was spoken or cut off; it may be any. */
  over(utterance: number): void {
    this.#over.add(utterance);
    forgetOldest(this.#over);
    this.#waiting.delete(utterance);
    if (this.#playing?.utterance === utterance) this.#end();
  }

  /** The line broke or the programme is gone: nothing plays or waits, and utterances may be counted anew. */
  stop(): void {
    this.#stops++;
    this.#waiting.clear();
    this.#firsts.clear();
    this.#over.clear();
    this.#end();
  }

  /** Where it is heard already and its file is ready. */
  #beginWhere(utterance: number): void {
    const first = this.#firsts.get(utterance);
    const waiting = this.#waiting.get(utterance);
    if (first === undefined || waiting === undefined) return;
    this.#waiting.delete(utterance);
    this.#end(); // the note may come before the event that the one before is over
    const { file, startS, thresholdS, place, by } = waiting;
    const { player, fps } = place;
    const address = URL.createObjectURL(file);
    const audio = new Audio(address);
    audio.onerror = () => this.over(utterance); // then better the stream than nothing
    player.playInstead(audio);
    const clock = clockOf(first, place, by);
    const sync = new SyncController({ audio, clock, fps, startS, thresholdS });
    const end = () => {
      sync.stop();
      player.goOn();
      URL.revokeObjectURL(address);
    };
    this.#playing = { utterance, audio, clock, end };
    this.#onSwap();
  }

  #end(): void {
    if (this.#playing === undefined) return;
    this.#playing.end();
    this.#playing = undefined;
    this.#onSwap();
  }
}

/** Counts from the utterance's first frame, whose own note may be lost: `first` is the first that came. */
function clockOf(first: SyncNote, { video, session, fps }: FileSoundPlace, by: HeldBy): FrameClock {
  const { utterance, utterance_frame, rtp, frame_idx } = first;
  if (by === "rvfc") {
    const firstRtp = rtp - utterance_frame * TICKS_A_SECOND / fps;
    return new PresentedFrames(video, () => firstRtp, fps);
  }
  if (by === "polling") return new PolledFrames(session, () => frame_idx - utterance_frame);
  const told = new ToldFrames(utterance);
  told.hear(first);
  return told;
}

function forgetOldest(kept: Map<number, unknown> | Set<number>): void {
  if (kept.size > KEPT_MAX) kept.delete(kept.keys().next().value!);
}

/** Where the first sound is that can be heard. */
async function firstSoundS(file: Blob): Promise<number> {
  const context = new OfflineAudioContext(1, 1, 48_000);
  const sound = await context.decodeAudioData(await file.arrayBuffer());
  let first = sound.length;
  for (let channel = 0; channel < sound.numberOfChannels; channel++) {
    const samples = sound.getChannelData(channel);
    const at = samples.findIndex((sample) => sample > AUDIBLE || sample < -AUDIBLE);
    if (at >= 0) first = Math.min(first, at);
  }
  return first / sound.sampleRate;
}
