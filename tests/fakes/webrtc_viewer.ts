/**
 * A viewer that may say what it likes: the library's own peer, whose packets a test can make by hand once it is connected.
 * And a programme to be watched: a ring whose units come by the clock.
 */
import { Buffer } from "node:buffer";
import {
  RTCPeerConnection,
  type RtpPacket,
  useAbsSendTime,
  useH264,
  useNACK,
  useOPUS,
  usePLI,
  useREMB,
} from "werift";
import { useSdesMid, useTransportWideCC, useTWCC } from "werift";
import { WebRtcPreview } from "../../src/preview/mod.ts";
import { UnitRing } from "../../src/unit/mod.ts";

/** Hands out the answer to an offer. */
export type Asked = (sdp: string) => Promise<string>;

export interface ViewerWishes {
  /** Of the offer, before it is sent. */
  readonly change?: (sdp: string) => string;
  readonly rate?: "remb" | "transport";
  readonly hasChannel?: boolean;
}

export class WebRtcViewer implements AsyncDisposable {
  readonly connection: RTCPeerConnection;
  /** Pictures that came whole, by their last packets. */
  frames = 0;
  readonly notes: string[] = [];
  readonly videoSsrcs = new Set<number>();
  lastSequence = 0;
  /** RTP times of key frames. */
  readonly keyFrames = new Set<number>();
  packets = 0;
  answer = "";

  constructor({ rate = "remb", hasChannel = true }: ViewerWishes = {}) {
    const feedback = [useNACK(), usePLI(), rate === "remb" ? useREMB() : useTWCC()];
    const extensions = [useSdesMid(), rate === "remb" ? useAbsSendTime() : useTransportWideCC()];
    this.connection = new RTCPeerConnection({
      codecs: { video: [useH264({ rtcpFeedback: feedback })], audio: [useOPUS()] },
      headerExtensions: { video: extensions, audio: extensions },
      iceUseIpv4: false,
      iceUseIpv6: false,
      iceAdditionalHostAddresses: ["127.0.0.1"],
      bundlePolicy: "max-bundle",
    });
    this.connection.addTransceiver("video", { direction: "recvonly" }).onTrack.subscribe((track) =>
      track.onReceiveRtp.subscribe((packet) => this.#take(packet))
    );
    this.connection.addTransceiver("audio", { direction: "recvonly" });
    if (!hasChannel) return;
    const channel = this.connection.createDataChannel("sync");
    channel.onMessage.subscribe((text) => this.notes.push(`${text}`));
  }

  /** Rejects where it is not connected within 8 s. */
  static async connect(ask: Asked, wishes: ViewerWishes = {}): Promise<WebRtcViewer> {
    const viewer = new WebRtcViewer(wishes);
    const { connection } = viewer;
    await connection.setLocalDescription(await connection.createOffer());
    const sdp = connection.localDescription!.sdp;
    viewer.answer = await ask(wishes.change?.(sdp) ?? sdp);
    await connection.setRemoteDescription({ type: "answer", sdp: viewer.answer });
    const deadline = performance.now() + 8000;
    while (connection.connectionState !== "connected") {
      if (performance.now() > deadline) throw new Error(`the viewer is ${connection.connectionState}`);
      await pause(10);
    }
    return viewer;
  }

  #take({ header, payload }: RtpPacket): void {
    this.packets++;
    this.videoSsrcs.add(header.ssrc);
    this.lastSequence = header.sequenceNumber;
    if (header.marker) this.frames++;
    const type = payload[0]! & 31;
    const isStart = type === 28 && (payload[1]! & 0x80) !== 0;
    const isKey = type === 5 || (type === 24 && (payload[3]! & 31) === 7) ||
      (isStart && (payload[1]! & 31) === 5);
    if (isKey) this.keyFrames.add(header.timestamp);
  }

  get videoSsrc(): number {
    return [...this.videoSsrcs][0] ?? 0;
  }

  get dtls() {
    return this.connection.dtlsTransports[0]!;
  }

  /** A datagram as it is. */
  async sendRaw(bytes: Uint8Array): Promise<void> {
    await this.dtls.iceTransport.connection.send(Buffer.from(bytes));
  }

  /** Any bytes as SRTCP: the first eight must look like a header with an SSRC. */
  async sendRtcp(bytes: Uint8Array): Promise<void> {
    await this.sendRaw(this.dtls.srtcp.encrypt(Buffer.from(bytes)));
  }

  /** Any bytes under the keys of the data channels. */
  async sendSctp(bytes: Uint8Array): Promise<void> {
    await this.dtls.sendData(Buffer.from(bytes));
  }

  /** Where the programme is reached. */
  get remotePort(): number {
    return Number(/candidate:\S+ 1 udp \d+ 127\.0\.0\.1 (\d+)/.exec(this.answer)![1]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.connection.close();
  }
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Grey pictures, 25 a second, and silence, watched through a preview of their own. */
export class WatchedUnits implements Disposable {
  readonly preview: WebRtcPreview;
  readonly source: number;
  readonly troubles: string[] = [];
  readonly closed: string[] = [];
  readonly #timer: ReturnType<typeof setInterval>;

  constructor(peersMax = 8) {
    const shape = { width: 320, height: 240, slots: 16, samplesPerFrame: 1920 };
    const ring = new UnitRing(shape);
    this.preview = new WebRtcPreview({
      network: { addresses: ["127.0.0.1"], ports: undefined, publicAddress: undefined, iceServers: [] },
      bits720: 1_000_000,
      peersMax,
      onClosed: (_session, reason) => this.closed.push(reason),
      onTrouble: (line) => this.troubles.push(line),
    });
    this.source = this.preview.add({ shape, buffer: ring.buffer });
    this.#timer = setInterval(() => {
      const slot = ring.begin();
      const unit = ring.published;
      slot.frame.fill(60 + unit % 100);
      slot.mediaSample = unit * shape.samplesPerFrame;
      slot.monotonicMs = performance.now();
      slot.utterance = -1;
      ring.publish();
    }, 40);
  }

  readonly ask: Asked = async (sdp) => {
    const { preview, source } = this;
    return (await preview.offer({ source, sdp }, AbortSignal.timeout(10_000))).sdp;
  };

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.preview[Symbol.dispose]();
  }
}
