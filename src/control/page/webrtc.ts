/**
 * Watches a programme over WebRTC: connects by WHEP, comes back by itself when the line breaks, tells what it is doing.
 * In: nothing but the server's address. Out: a stream, notes of the sync channel, numbers once a second. Usable without
 * the rest of the page.
 */
/// <reference lib="dom" />

export type ViewerState =
  | { readonly kind: "off" }
  | { readonly kind: "connecting"; readonly attempt: number }
  | { readonly kind: "connected" }
  /** It tries again after `waitMs`. */
  | {
    readonly kind: "waiting";
    readonly waitMs: number;
    readonly reason: "full" | "refused" | "lost" | "away";
  };

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

export interface ViewerNumbers {
  readonly fps: number;
  readonly kilobits: number;
  readonly lostShare: number;
  readonly roundTripMs: number;
  /** Pictures waiting to be shown. */
  readonly bufferMs: number;
  readonly width: number;
  readonly height: number;
}

export interface ViewerEvents {
  onState(state: ViewerState): void;
  onStream(stream: MediaStream): void;
  onNote(note: SyncNote): void;
}

/** A picture is never held longer. */
const HOLD_MS_MAX = 400;
const WAIT_MS_MIN = 500;
const WAIT_MS_MAX = 8000;
const CONNECT_MS_MAX = 12_000;

export class WebRtcViewer {
  readonly #events: ViewerEvents;
  readonly #iceServers: readonly RTCIceServer[];
  #connection: RTCPeerConnection | undefined;
  #location: string | undefined;
  #attempt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isOn = false;
  #holdMs = 0;
  #before: { atMs: number; bytes: number; frames: number; lost: number; received: number } | undefined;

  constructor(events: ViewerEvents, iceServers: readonly RTCIceServer[] = []) {
    this.#events = events;
    this.#iceServers = iceServers;
  }

  /** Names this viewer in the API; undefined while it is not connected. */
  get session(): string | undefined {
    return this.#location?.split("/").at(-1);
  }

  start(): void {
    this.#isOn = true;
    this.#connect();
  }

  /** Shows the picture later than now by so much (or sooner, where it is held already). */
  holdPicture(byMs: number): void {
    const video = this.#connection?.getReceivers().find(({ track }) => track.kind === "video");
    if (video === undefined) return;
    this.#holdMs = Math.max(0, Math.min(HOLD_MS_MAX, this.#holdMs + byMs));
    video.jitterBufferTarget = this.#holdMs;
  }

  stop(): void {
    this.#isOn = false;
    clearTimeout(this.#timer);
    this.#leave();
    this.#events.onState({ kind: "off" });
  }

  async #connect(): Promise<void> {
    this.#leave();
    this.#events.onState({ kind: "connecting", attempt: ++this.#attempt });
    const connection = this.#connection = new RTCPeerConnection({ iceServers: [...this.#iceServers] });
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
      if (connection !== this.#connection) return;
      if (connection.connectionState === "connected") this.#connected();
      if (["failed", "closed"].includes(connection.connectionState)) this.#again("lost");
    };
    this.#timer = setTimeout(() => this.#again("lost"), CONNECT_MS_MAX);
    try {
      await connection.setLocalDescription(await connection.createOffer());
      const response = await fetch("/whep", {
        method: "POST",
        headers: { "Content-Type": "application/sdp" },
        body: connection.localDescription!.sdp,
      });
      if (connection !== this.#connection) return;
      if (response.status === 503) return this.#again("full");
      if (!response.ok) return this.#again("refused");
      this.#location = response.headers.get("Location") ?? undefined;
      await connection.setRemoteDescription({ type: "answer", sdp: await response.text() });
    } catch {
      if (connection === this.#connection) this.#again("away");
    }
  }

  #connected(): void {
    clearTimeout(this.#timer);
    this.#attempt = 0;
    this.#before = undefined;
    this.#events.onState({ kind: "connected" });
  }

  #again(reason: "full" | "refused" | "lost" | "away"): void {
    clearTimeout(this.#timer);
    this.#leave();
    if (!this.#isOn) return;
    const waitMs = Math.min(WAIT_MS_MAX, WAIT_MS_MIN * 2 ** this.#attempt);
    this.#events.onState({ kind: "waiting", waitMs, reason });
    this.#timer = setTimeout(() => this.#connect(), waitMs);
  }

  #leave(): void {
    this.#connection?.close();
    this.#connection = undefined;
    if (this.#location !== undefined) {
      fetch(this.#location, { method: "DELETE", keepalive: true }).catch(() => {}); // it has gone with the programme
    }
    this.#location = undefined;
  }

  /** Since the last call; undefined while it is not connected. */
  async numbers(): Promise<ViewerNumbers | undefined> {
    const connection = this.#connection;
    if (connection?.connectionState !== "connected") return undefined;
    const all = [...(await connection.getStats()).values()];
    const video = all.find(({ type, kind }) => type === "inbound-rtp" && kind === "video");
    const pair = all.find(({ type, nominated }) => type === "candidate-pair" && nominated);
    if (video === undefined) return undefined;
    const now = {
      atMs: video.timestamp,
      bytes: pair?.bytesReceived ?? 0,
      frames: video.framesDecoded ?? 0,
      lost: video.packetsLost ?? 0,
      received: video.packetsReceived ?? 0,
    };
    const before = this.#before ?? now;
    this.#before = now;
    const seconds = Math.max(0.001, (now.atMs - before.atMs) / 1000);
    const packets = now.lost - before.lost + now.received - before.received;
    return {
      fps: (now.frames - before.frames) / seconds,
      kilobits: (now.bytes - before.bytes) * 8 / 1000 / seconds,
      lostShare: packets > 0 ? Math.max(0, now.lost - before.lost) / packets : 0,
      roundTripMs: (pair?.currentRoundTripTime ?? 0) * 1000,
      bufferMs: 1000 * (video.jitterBufferDelay ?? 0) / Math.max(1, video.jitterBufferEmittedCount ?? 0),
      width: video.frameWidth ?? 0,
      height: video.frameHeight ?? 0,
    };
  }
}
