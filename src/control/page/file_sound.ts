/**
 * Plays a sound file by itself while the programme speaks it, held to the picture: the stream's sound is left out meanwhile.
 * In: the file, the utterance it became, notes of the sync channel. Out: sound through the page's player. One file at a
 * time; a second one takes the place of the first.
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

/** -54 dB: below it the programme takes sound for silence. */
const AUDIBLE = 0.002;
const FIRSTS_MAX = 16;

export class FileSound {
  /** First notes of the newest utterances: they may come before it is known that one of them is a file. */
  readonly #firsts = new Map<number, SyncNote>();
  #told: ToldFrames | undefined;
  #playing:
    | { readonly utterance: number; readonly audio: HTMLAudioElement; readonly end: () => void }
    | undefined;

  hear(note: SyncNote): void {
    if (note.utterance_frame === 0) this.#firsts.set(note.utterance, note);
    if (this.#firsts.size > FIRSTS_MAX) this.#firsts.delete(this.#firsts.keys().next().value!);
    this.#told?.hear(note);
  }

  async play(file: Blob, utterance: number, place: FileSoundPlace, by: HeldBy, thresholdMs: number) {
    this.stop();
    const { player, fps, leadMs } = place;
    const clock = this.#clock(utterance, place, by);
    const startS = await firstSoundS(file) - leadMs / 1000;
    const address = URL.createObjectURL(file);
    const audio = new Audio(address);
    player.playInstead(audio);
    const sync = new SyncController({ audio, clock, fps, startS, thresholdS: thresholdMs / 1000 });
    const end = () => {
      sync.stop();
      player.goOn();
      URL.revokeObjectURL(address);
    };
    this.#playing = { utterance, audio, end };
  }

  /** Skips so much of the file, or goes back where it is below 0. */
  skip(ms: number): void {
    const audio = this.#playing?.audio;
    if (audio !== undefined) audio.currentTime = Math.max(0, audio.currentTime + ms / 1000);
  }

  get utterance(): number | undefined {
    return this.#playing?.utterance;
  }

  /** Without a number: whatever plays. */
  stop(utterance?: number): void {
    if (this.#playing === undefined || (utterance ?? this.#playing.utterance) !== this.#playing.utterance) {
      return;
    }
    this.#playing.end();
    this.#playing = this.#told = undefined;
  }

  #clock(utterance: number, { video, session, fps }: FileSoundPlace, by: HeldBy): FrameClock {
    const first = () => this.#firsts.get(utterance);
    if (by === "rvfc") return new PresentedFrames(video, () => first()?.rtp, fps);
    if (by === "polling") return new PolledFrames(session, () => first()?.frame_idx);
    return this.#told = new ToldFrames(utterance);
  }
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
