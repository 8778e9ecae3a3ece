/**
 * The programme as this page sees and hears it: by WebRTC where there is a preview, else as Motion JPEG; muting, volume,
 * full screen, the state of the connection in words, the measured offset of sound and picture.
 */
/// <reference lib="dom" />
import { AudioPlayer } from "./audio_player.ts";
import { element, press, tell } from "./dom.ts";
import { FileSound } from "./file_sound.ts";
import { OffsetKeeper } from "./offset_keeper.ts";
import { OffsetLine } from "./offset_line.ts";
import type { SettingValues } from "./settings.ts";
import { type SyncNote, type ViewerNumbers, type ViewerState, WebRtcViewer } from "./webrtc.ts";
import { type Word, word } from "./words.ts";

interface PreviewInfo {
  readonly isOn: boolean;
  readonly iceServers: readonly RTCIceServer[];
}

/** What the programme does with time. */
export interface Timing {
  readonly fps: number;
  readonly crossfadeMs: number;
}

const MEASURE_MS = 500;
/** Nearer than this nobody sees it. */
const ALIGNED_MS = 15;
/** A skip can be heard, a smaller distance hardly be seen. */
const FILE_ALIGNED_MS = 40;
const WAITING: Readonly<Record<string, Word>> = {
  full: "stateFull",
  refused: "stateRefused",
  lost: "stateLost",
  away: "stateAway",
};

export class ProgrammeView {
  numbers: ViewerNumbers | undefined;
  readonly #video = element<HTMLVideoElement>("video");
  readonly #picture = element<HTMLImageElement>("picture");
  readonly #fileSound = new FileSound(() => this.#keeper.reset());
  readonly #offset = new OffsetLine();
  readonly #keeper = new OffsetKeeper((byMs) => this.#moveTogether(byMs));
  readonly #onNote: (note: SyncNote) => void;
  readonly #settings: () => SettingValues;
  #player: AudioPlayer | undefined;
  #viewer: WebRtcViewer | undefined;
  #info: PreviewInfo | undefined;
  #state: ViewerState = { kind: "off" };
  /** Of the last try, until one succeeds: what is wrong stays in sight while it is tried again. */
  #trouble: Word | undefined;
  #isMuted = false;
  #waiting = 0;
  /** Why nothing is seen. */
  #away: Word = "waiting";

  constructor(settings: () => SettingValues, onNote: (note: SyncNote) => void) {
    this.#settings = settings;
    this.#onNote = onNote;
    this.#picture.addEventListener("error", () => this.#showAway("waiting"));
    this.#video.addEventListener("loadeddata", () => {
      this.#picture.removeAttribute("src");
      this.#show(this.#video); // not before there is a picture
    });
    element("unmute").addEventListener("click", () => this.unmute());
    element("mute").addEventListener("click", () => this.toggleMute());
    element("full").addEventListener("click", () => this.toggleFull());
    setInterval(() => this.#measure(), MEASURE_MS);
  }

  /** The programme is there: connects, or shows its pictures. */
  open(info: PreviewInfo): void {
    this.close("waiting");
    this.#info = info;
    const isOn = info.isOn && WebRtcViewer.isPossible;
    for (const id of ["mute", "volume"]) element(id).hidden = !isOn;
    if (!isOn) {
      this.#showPictures();
      this.retell();
      return;
    }
    this.#player = new AudioPlayer((level) => this.#keeper.hear(level));
    this.#player.mute(this.#isMuted);
    this.applySettings();
    this.#viewer = new WebRtcViewer({
      onState: (state) => this.#changed(state),
      onStream: (stream) => this.#play(stream),
      onNote: (note) => this.#take(note),
    }, { iceServers: info.iceServers, signalling: this.#settings().signalling });
    this.#viewer.start();
  }

  get isOpen(): boolean {
    return this.#info !== undefined;
  }

  /** Connects anew, as after another way of signalling was chosen. */
  reopen(): void {
    if (this.#info !== undefined) this.open(this.#info);
  }

  /** The programme is gone, or not to be reached: `why` is shown in place of its picture. */
  close(why: Word): void {
    this.#fileSound.stop();
    this.#viewer?.stop();
    this.#player?.close();
    this.#viewer = this.#player = this.#info = undefined;
    this.#picture.removeAttribute("src");
    this.#keeper.reset();
    this.numbers = undefined;
    this.#showAway(why);
    this.retell();
  }

  /** Volume and delay. */
  applySettings(): void {
    if (this.#player === undefined) return;
    const { volume, delayMs } = this.#settings();
    this.#player.volume = volume / 100;
    this.#player.delayMs = delayMs;
    this.#keeper.reset();
  }

  /** A sound file is spoken: plays the file itself where that is wished. Rejects where the browser cannot. */
  async speakFile(file: File, utterance: number, { fps, crossfadeMs }: Timing): Promise<void> {
    const { fileSound, thresholdMs } = this.#settings();
    const [player, session] = [this.#player, this.#viewer?.session];
    if (fileSound === "stream" || player === undefined || session === undefined) return;
    const place = { player, session, video: this.#video, fps, leadMs: crossfadeMs };
    await this.#fileSound.play(file, utterance, place, fileSound, thresholdMs);
  }

  /** An utterance is over. */
  ended(utterance: number | undefined): void {
    if (utterance !== undefined) this.#fileSound.over(utterance);
  }

  /** Once a second. */
  async look(): Promise<void> {
    this.numbers = await this.#viewer?.numbers();
    if (this.#state.kind === "connected") this.retell();
  }

  get isMuted(): boolean {
    return this.#isMuted;
  }

  mute(isMuted: boolean): void {
    this.#isMuted = isMuted;
    this.#player?.mute(isMuted);
    this.retell();
  }

  toggleMute(): void {
    if (this.#player === undefined) return;
    if (this.#player.isBlocked) this.unmute();
    else this.mute(!this.isMuted);
  }

  unmute(): void {
    this.#player?.start().then(() => this.retell());
    this.mute(false);
  }

  toggleFull(): void {
    if (document.fullscreenElement) document.exitFullscreen();
    else element("frame").requestFullscreen().catch(() => {}); // a browser may say no
  }

  /** In the language chosen now. */
  retell(): void {
    element("away").textContent = word(this.#away);
    tell(element("connection"), this.#says);
    element("connection").dataset["state"] = this.#trouble === undefined ? this.#state.kind : "waiting";
    const mute = element<HTMLButtonElement>("mute");
    mute.disabled = this.#player === undefined; // the programme is away: it stays as it was
    const isSilent = mute.disabled
      ? mute.ariaPressed === "true"
      : this.#player?.isBlocked === true || this.#isMuted;
    press(mute, isSilent);
    mute.querySelector("[data-words]")!.textContent = word(isSilent ? "unmute" : "mute");
    element("unmute").hidden = !(this.#player?.isBlocked && this.#state.kind === "connected");
  }

  get #says(): string {
    const state = this.#state;
    if (this.#info !== undefined && this.#viewer === undefined) {
      return word(this.#info.isOn ? "stateNoWebRtc" : "stateOff");
    }
    if (state.kind === "connecting" || state.kind === "waiting") {
      return word(this.#trouble ?? "stateConnecting");
    }
    if (state.kind === "off") return word("stopped");
    const { width = 0, height = 0 } = this.numbers ?? {};
    return width === 0 ? word("stateConnecting") : word("stateConnected", { width, height });
  }

  #changed(state: ViewerState): void {
    this.#state = state;
    if (state.kind === "connected" || state.kind === "off") this.#trouble = undefined;
    if (state.kind === "waiting") {
      this.#trouble = WAITING[state.reason];
      this.#fileSound.stop();
      this.#keeper.reset();
      if (state.reason === "away") this.#showAway("stateAway");
      else this.#showPictures(); // better than nothing while it is tried again
    }
    this.retell();
  }

  #play(stream: MediaStream): void {
    if (this.#video.srcObject !== stream) this.#video.srcObject = stream;
    const [track] = stream.getAudioTracks();
    if (track !== undefined) this.#player?.play(track);
    this.#video.play().catch(() => {}); // muted: a browser has no reason to say no
    if (!("requestVideoFrameCallback" in this.#video)) return; // then nothing is measured
    this.#video.cancelVideoFrameCallback(this.#waiting);
    this.#waiting = this.#video.requestVideoFrameCallback(this.#presented);
  }

  readonly #presented = (_now: number, meta: VideoFrameCallbackMetadata) => {
    this.#keeper.present(meta);
    this.#waiting = this.#video.requestVideoFrameCallback(this.#presented);
  };

  #take(note: SyncNote): void {
    this.#keeper.take(note);
    this.#fileSound.hear(note);
    this.#onNote(note);
  }

  #measure(): void {
    const isWatched = this.#viewer !== undefined;
    const offsetMs = isWatched ? this.#keeper.offsetMs : undefined;
    const nearMs = this.#fileSound.utterance === undefined ? ALIGNED_MS : FILE_ALIGNED_MS;
    if (offsetMs !== undefined && this.#settings().isAligned && Math.abs(offsetMs) > nearMs) {
      this.#keeper.align(offsetMs, performance.now());
    }
    this.#offset.show(isWatched, offsetMs);
  }

  /** The sound is late by so much: the picture waits; a file that the page plays itself is put where it belongs. */
  #moveTogether(lateMs: number): void {
    if (this.#fileSound.utterance === undefined) this.#viewer?.holdPicture(lateMs);
    else this.#fileSound.skip(lateMs);
  }

  #showPictures(): void {
    if (!this.#picture.hasAttribute("src")) {
      this.#picture.src = `/preview.mjpeg?${performance.now()}`; // a new address, or the browser keeps the dead stream
    }
    this.#show(this.#picture);
  }

  #show(shown: HTMLElement): void {
    for (const one of [this.#video, this.#picture, element("away")]) one.hidden = one !== shown;
  }

  #showAway(why: Word): void {
    this.#away = why;
    element("away").textContent = word(why);
    this.#show(element("away"));
  }
}
