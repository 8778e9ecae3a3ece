/**
 * Watches a programme over WebRTC: connects, comes back by itself when the line breaks (with a growing pause), tells what it
 * is doing. In: nothing but the server's address. Out: a stream, notes of the sync channel, numbers once a second.
 * Usable without the rest of the page.
 */
/// <reference lib="dom" />
import {
  type Refusal,
  RefusedError,
  type Signalling,
  signallingBy,
  type SignallingKind,
} from "./signalling.ts";
import { type ViewerNumbers, ViewerStatistics } from "./viewer_numbers.ts";

export type { ViewerNumbers } from "./viewer_numbers.ts";

export type ViewerState =
  | { readonly kind: "off" }
  | { readonly kind: "connecting"; readonly attempt: number }
  | { readonly kind: "connected" }
  /** It tries again after `waitMs`. */
  | { readonly kind: "waiting"; readonly waitMs: number; readonly reason: Refusal | "lost" };

/** A message of the channel `sync`. */
export interface SyncNote {
  readonly frame_idx: number;
  readonly pts: number;
  readonly rtp: number;
  readonly audio_rtp: number;
  readonly speaking: boolean;
  readonly utterance: number;
  readonly utterance_frame: number;
  readonly levels: readonly number[];
  readonly events: readonly { readonly kind: string; readonly text?: string }[];
}

export interface ViewerEvents {
  onState(state: ViewerState): void;
  onStream(stream: MediaStream): void;
  onNote(note: SyncNote): void;
}

export interface ViewerOptions {
  readonly iceServers?: readonly RTCIceServer[];
  /** Default "whep". */
  readonly signalling?: SignallingKind;
}

/** A picture is never held longer. */
const HOLD_MS_MAX = 400;
const WAIT_MS_MIN = 500;
const WAIT_MS_MAX = 8000;
const CONNECT_MS_MAX = 12_000;
/** A browser says "disconnected" after some seconds of silence; a short outage mends itself until then and a little longer. */
const SILENT_MS_MAX = 4000;
/** Connected, and yet nothing comes: the other side may think otherwise. */
const EMPTY_MS_MAX = 6000;

export class WebRtcViewer {
  readonly #events: ViewerEvents;
  readonly #options: ViewerOptions;
  #connection: RTCPeerConnection | undefined;
  #signalling: Signalling | undefined;
  #statistics = new ViewerStatistics();
  #session: string | undefined;
  #attempt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isOn = false;
  #holdMs = 0;
  /** When something came last. */
  #fullMs = 0;

  constructor(events: ViewerEvents, options: ViewerOptions = {}) {
    this.#events = events;
    this.#options = options;
  }

  /** Whether this browser can do it at all. */
  static get isPossible(): boolean {
    return "RTCPeerConnection" in globalThis;
  }

  /** Names this viewer in the API; undefined while it is not connected. */
  get session(): string | undefined {
    return this.#session;
  }

  start(): void {
    this.#isOn = true;
    this.#attempt = 0;
    this.#connect();
  }

  stop(): void {
    this.#isOn = false;
    clearTimeout(this.#timer);
    this.#leave();
    this.#events.onState({ kind: "off" });
  }

  /** Shows the picture later than now by so much (or sooner, where it is held already). */
  holdPicture(byMs: number): void {
    const video = this.#connection?.getReceivers().find(({ track }) => track.kind === "video");
    if (video === undefined) return;
    this.#holdMs = Math.max(0, Math.min(HOLD_MS_MAX, this.#holdMs + byMs));
    video.jitterBufferTarget = this.#holdMs;
  }

  /** Since the last call; undefined while it is not connected. To be called every second or so: it finds dead lines too. */
  async numbers(): Promise<ViewerNumbers | undefined> {
    const connection = this.#connection;
    if (connection?.connectionState !== "connected") return undefined;
    const numbers = await this.#statistics.look(connection);
    const nowMs = performance.now();
    if (numbers !== undefined && numbers.kilobits > 0 && numbers.width > 0) this.#fullMs = nowMs;
    else if (connection === this.#connection && nowMs - this.#fullMs > EMPTY_MS_MAX) this.#again("lost");
    return numbers;
  }

  async #connect(): Promise<void> {
    this.#leave();
    this.#events.onState({ kind: "connecting", attempt: ++this.#attempt });
    const connection = this.#connection = this.#open();
    const answered = Promise.withResolvers<void>();
    const signalling = this.#signalling = signallingBy(this.#options.signalling ?? "whep", (candidate) => {
      answered.promise.then(() => connection.addIceCandidate(candidate)).catch(() => {}); // it has left, or it is of no use
    });
    connection.onicecandidate = ({ candidate }) => signalling.candidate(candidate);
    this.#timer = setTimeout(() => this.#again("lost"), CONNECT_MS_MAX);
    try {
      await connection.setLocalDescription(await connection.createOffer());
      const { sdp, session } = await signalling.offer(connection.localDescription!.sdp);
      if (connection !== this.#connection) return;
      this.#session = session;
      await connection.setRemoteDescription({ type: "answer", sdp });
      answered.resolve();
    } catch (error) {
      if (connection === this.#connection) {
        this.#again(error instanceof RefusedError ? error.reason : "refused");
      }
    }
  }

  #open(): RTCPeerConnection {
    const connection = new RTCPeerConnection({ iceServers: [...this.#options.iceServers ?? []] });
    const stream = new MediaStream();
    for (const kind of ["video", "audio"]) connection.addTransceiver(kind, { direction: "recvonly" });
    const channel = connection.createDataChannel("sync", { ordered: false, maxRetransmits: 0 });
    channel.onmessage = ({ data }) => this.#events.onNote(JSON.parse(data));
    connection.ontrack = ({ track, receiver }) => {
      receiver.jitterBufferTarget = track.kind === "video" ? this.#holdMs : 0;
      stream.addTrack(track);
      this.#events.onStream(stream);
    };
    connection.onconnectionstatechange = () => {
      if (connection === this.#connection) this.#changed(connection.connectionState);
    };
    return connection;
  }

  #changed(state: RTCPeerConnectionState): void {
    if (state === "connected") {
      clearTimeout(this.#timer);
      this.#attempt = 0;
      this.#fullMs = performance.now();
      this.#events.onState({ kind: "connected" });
    } else if (state === "disconnected") {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#again("lost"), SILENT_MS_MAX);
    } else if (state === "failed" || state === "closed") this.#again("lost");
  }

  #again(reason: Refusal | "lost"): void {
    clearTimeout(this.#timer);
    this.#leave();
    if (!this.#isOn) return;
    const waitMs = Math.min(WAIT_MS_MAX, WAIT_MS_MIN * 2 ** Math.max(0, this.#attempt - 1));
    this.#events.onState({ kind: "waiting", waitMs, reason });
    this.#timer = setTimeout(() => this.#connect(), waitMs);
  }

  #leave(): void {
    clearTimeout(this.#timer);
    this.#connection?.close();
    this.#signalling?.close();
    this.#connection = this.#signalling = this.#session = undefined;
    this.#statistics = new ViewerStatistics();
  }
}
