/**
 * The programme as this page sees and hears it: by WebRTC where there is a preview, else as Motion JPEG; muting, volume,
 * full screen, the state of the connection in words, the measured offset of sound and picture.
 */
/// <reference lib="dom" />
import { AudioPlayer } from "./audio_player.ts";
import { element, press } from "./dom.ts";
import { OffsetMeter, type ShownLevels } from "./offset_meter.ts";
import { type SyncNote, type ViewerNumbers, type ViewerState, WebRtcViewer } from "./webrtc.ts";
import { type Word, word } from "./words.ts";

interface PreviewInfo {
  readonly isOn: boolean;
  readonly iceServers: readonly RTCIceServer[];
}

/** Notes kept until their frame is shown. */
const NOTES_MAX = 100;
const MEASURE_MS = 500;
/** Nearer than this nobody sees it. */
const ALIGNED_MS = 15;
/** The browser takes a while to play later or sooner. */
const ALIGN_MS = 3000;
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
  readonly #meter = new OffsetMeter();
  readonly #onNote: (note: SyncNote) => void;
  #notes = new Map<number, SyncNote>();
  #player: AudioPlayer | undefined;
  #viewer: WebRtcViewer | undefined;
  #state: ViewerState = { kind: "off" };
  #alignAgainMs = 0;

  constructor(onNote: (note: SyncNote) => void) {
    this.#onNote = onNote;
    this.#picture.addEventListener("error", () => this.#showAway("waiting"));
    element("unmute").addEventListener("click", () => this.unmute());
    element("mute").addEventListener("click", () => this.toggleMute());
    element("full").addEventListener("click", () => this.toggleFull());
    const volume = element<HTMLInputElement>("volume");
    volume.addEventListener("input", () => {
      if (this.#player) this.#player.volume = Number(volume.value) / 100;
    });
    setInterval(() => this.#measure(), MEASURE_MS);
  }

  /** The programme is there: connects, or shows its pictures. */
  open({ isOn, iceServers }: PreviewInfo): void {
    this.close();
    for (const id of ["mute", "volume"]) element(id).hidden = !isOn;
    if (!isOn) {
      this.#picture.src = `/preview.mjpeg?${performance.now()}`; // a new address, or the browser keeps the dead stream
      this.#show(this.#picture);
      element("connection").textContent = word("stateOff");
      return;
    }
    this.#player = new AudioPlayer((level) => this.#meter.hear(level));
    this.#viewer = new WebRtcViewer({
      onState: (state) => this.#changed(state),
      onStream: (stream) => this.#play(stream),
      onNote: (note) => this.#take(note),
    }, iceServers);
    this.#viewer.start();
  }

  /** The programme is gone. */
  close(): void {
    this.#viewer?.stop();
    this.#player?.close();
    this.#viewer = this.#player = undefined;
    this.#picture.removeAttribute("src");
    this.#meter.reset();
    this.#showAway("waiting");
  }

  get session(): string | undefined {
    return this.#viewer?.session;
  }

  get video(): HTMLVideoElement {
    return this.#video;
  }

  /** For trying out what a delay looks like, in ms. */
  delaySound(ms: number): void {
    if (this.#player) this.#player.delayMs = ms;
  }

  /** Undefined while nothing can be said. */
  get offsetMs(): number | undefined {
    return this.#meter.measure();
  }

  /** Once a second. */
  async look(): Promise<void> {
    this.numbers = await this.#viewer?.numbers();
    if (this.#state.kind === "connected") this.retell();
  }

  toggleMute(): void {
    if (this.#player === undefined) return;
    if (this.#player.isBlocked) return this.unmute();
    this.#player.mute(!this.#player.isMuted);
    this.#showMute();
  }

  unmute(): void {
    this.#player?.start().then(() => this.#showMute());
    this.#player?.mute(false);
  }

  toggleFull(): void {
    if (document.fullscreenElement) document.exitFullscreen();
    else element("frame").requestFullscreen().catch(() => {}); // a browser may say no
  }

  /** In the language chosen now. */
  retell(): void {
    const state = this.#state;
    const line = element("connection");
    if (state.kind === "connecting") line.textContent = word("stateConnecting");
    else if (state.kind === "waiting") line.textContent = word(WAITING[state.reason]!);
    else if (state.kind === "connected") {
      const { width = 0, height = 0 } = this.numbers ?? {};
      line.textContent = word("stateConnected", { width: width || "…", height: height || "…" });
    }
    this.#showMute();
  }

  #changed(state: ViewerState): void {
    this.#state = state;
    if (state.kind === "waiting") {
      this.#showAway(WAITING[state.reason]!);
      this.#meter.reset();
    }
    this.retell();
  }

  #play(stream: MediaStream): void {
    if (this.#video.srcObject !== stream) {
      this.#video.srcObject = stream;
      this.#video.requestVideoFrameCallback(this.#presented);
    }
    const [track] = stream.getAudioTracks();
    if (track !== undefined) this.#player?.play(track);
    this.#video.play().catch(() => {}); // muted: a browser has no reason to say no
    this.#show(this.#video);
    this.#showMute();
  }

  #take(note: SyncNote): void {
    this.#notes.set(note.rtp, note);
    if (this.#notes.size > NOTES_MAX) this.#notes.delete(this.#notes.keys().next().value!);
    this.#onNote(note);
  }

  readonly #presented = (_now: number, meta: VideoFrameCallbackMetadata) => {
    const note = this.#notes.get(meta.rtpTimestamp ?? -1);
    if (note !== undefined) {
      const shown: ShownLevels = {
        atMs: meta.expectedDisplayTime,
        levels: note.levels,
        frameMs: this.#frameMs(note),
      };
      this.#meter.show(shown);
    }
    this.#video.requestVideoFrameCallback(this.#presented);
  };

  /** From the notes themselves, so that any frame rate will do. */
  #frameMs({ frame_idx, pts }: SyncNote): number {
    return frame_idx > 0 ? pts / frame_idx * 1000 : 40;
  }

  #measure(): void {
    const line = element("offset");
    if (this.#viewer === undefined) {
      line.textContent = "";
      return;
    }
    const offset = this.offsetMs;
    if (offset !== undefined) this.#align(offset);
    line.textContent = offset === undefined
      ? word("offsetUnknown")
      : word("offset", { ms: `${offset > 0 ? "+" : ""}${offset.toFixed(0)}` });
    if (offset !== undefined) line.dataset["offset"] = offset.toFixed(1);
  }

  /**
   * The sound's way through Web Audio to the loudspeaker is longer than the browser knows when it matches the two; what it
   * is too late, the picture is shown later.
   */
  #align(offset: number): void {
    const nowMs = performance.now();
    if (Math.abs(offset) < ALIGNED_MS || nowMs < this.#alignAgainMs) return;
    this.#alignAgainMs = nowMs + ALIGN_MS;
    this.#viewer?.holdPicture(offset);
    this.#meter.reset(); // what was measured before says nothing of what is now
  }

  #showMute(): void {
    const isSilent = this.#player === undefined || this.#player.isBlocked || this.#player.isMuted;
    const mute = element("mute");
    press(mute, isSilent);
    mute.querySelector("[data-words]")!.textContent = word(isSilent ? "unmute" : "mute");
    element("unmute").hidden = !(this.#player?.isBlocked && this.#state.kind === "connected");
  }

  #show(shown: HTMLElement): void {
    for (const one of [this.#video, this.#picture, element("away")]) one.hidden = one !== shown;
  }

  #showAway(why: Word): void {
    element("away").textContent = word(why);
    this.#show(element("away"));
  }
}
