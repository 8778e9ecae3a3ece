/**
 * One viewer: its connection, its two RTP streams, its sync channel, its place on the ladder of rungs.
 *
 * In: an offer, candidates, pictures and sound of its source. Out: an answer, packets. Preview isolate. Limits: an offer
 * that does not become a connection within CONNECT_MS_MAX is dropped, a viewer that says nothing for SILENT_MS_MAX is
 * gone; notes that the data channel does not get rid of are dropped; a viewer that opens more than CHANNELS_MAX channels,
 * or sends over them what never ends, is let go.
 */
import { Buffer } from "node:buffer";
import {
  type RTCDataChannel,
  RTCPeerConnection,
  type RTCRtpTransceiver,
  useAbsSendTime,
  useSdesMid,
  useTransportWideCC,
} from "werift";
import { Fault, InputFault } from "../../errors/mod.ts";
import { CANDIDATES_MAX, usableCandidate } from "./candidate.ts";
import { codecsFor } from "./codecs.ts";
import { DatagramGate } from "./gate.ts";
import { agentOf, askOnlyNamed } from "./ice_agent.ts";
import { Ladder } from "./ladder.ts";
import { LineReports } from "./line_report.ts";
import type { IceCandidateInit, NetworkOrder, Take, ViewerReport } from "./messages.ts";
import { type PlainOffer, plainOffer } from "./offer.ts";
import { type RtpPayload, RtpStream } from "./rtp_stream.ts";
import type { SinglePort } from "./single_port.ts";
import type { Source } from "./source.ts";
import { syncMessage, TICKS_A_SAMPLE, type UnitNote } from "./unit_note.ts";
import type { Viewer } from "./viewer.ts";

const CONNECT_MS_MAX = 15_000;
const SILENT_MS_MAX = 12_000;
/**
 * After a goodbye, which anybody who can reach the port can forge: a viewer that is still there reports meanwhile, on
 * its picture every second, on sound alone every five or so.
 */
const GOODBYE_MS_MAX = 2500;
const SOUND_GOODBYE_MS_MAX = 8000;
/** A page that makes the channel itself has done so by then. */
const CHANNEL_MS = 300;
/** A viewer that was not ready for the first key frame may wait for another one without asking. */
const KEY_FRAMES_AFTER_MS = [400, 1200];
const CHANNEL_BYTES_MAX = 64 * 1024;
const CHANNELS_MAX = 16;
/** Packets out of order that the library holds for one viewer. */
const DISORDER_PACKETS_MAX = 1024;
const SYNC = "sync";

/** Parts of the library that its types keep to themselves. */
interface SctpWindow {
  readonly advertisedRwnd: number;
  readonly sackMisOrdered: ReadonlySet<number>;
}

export interface PeerOptions {
  readonly session: string;
  readonly source: Source;
  readonly network: NetworkOrder;
  /** Shared with the other viewers; without it a port of its own. */
  readonly port?: SinglePort;
  /** One int32: the frame that was told last. */
  readonly frame: SharedArrayBuffer;
  readonly nowMs: () => number;
  readonly wallMs: () => number;
  /** Calls `run` after `ms`, unless the isolate has ended. */
  readonly after: (ms: number, run: () => void) => void;
  readonly onConnected: () => void;
  /** Called once. */
  readonly onClosed: (reason: string) => void;
}

export class Peer implements Viewer {
  readonly codec: PlainOffer["video"];
  rung = 0;
  wantedRung = 0;
  readonly #options: PeerOptions;
  readonly #offer: PlainOffer;
  readonly #connection: RTCPeerConnection;
  readonly #gate = new DatagramGate();
  readonly #ladder: Ladder;
  readonly #line: LineReports;
  #picture: RtpStream | undefined;
  #sound: RtpStream | undefined;
  #channel: RTCDataChannel | undefined;
  #state: "connecting" | "connected" | "closed" = "connecting";
  #sinceMs: number;
  #heardMs: number;
  #silentMsMax = SILENT_MS_MAX;
  #candidates = 0;
  #channels = 0;
  #isWaitingForKey = true;
  #take: Take | undefined;
  #isTakeHeard = false;
  #firstUnit = -1;
  readonly #frame: Int32Array<SharedArrayBuffer>;
  #pictureLosses = 0;
  #droppedNotes = 0;
  #bytesBefore = 0;
  #bitsPerSecond = 0;

  /** Throws InputFault for an offer that cannot be answered. */
  constructor(sdp: string, options: PeerOptions) {
    this.#options = options;
    this.#offer = plainOffer(sdp);
    this.codec = this.#offer.video;
    this.#frame = new Int32Array(options.frame);
    Atomics.store(this.#frame, 0, -1);
    this.#sinceMs = this.#heardMs = options.nowMs();
    this.#ladder = new Ladder(options.source.rungs.length);
    this.#line = new LineReports(() => (this.#picture ?? this.#sound)?.ssrc ?? 0);
    const { addresses, ports, iceServers } = options.network;
    const hasOwnPort = ports !== undefined && options.port === undefined;
    const rate = this.#offer.feedback === "transport" ? useTransportWideCC() : useAbsSendTime();
    const extensions = [useSdesMid(), rate];
    this.#connection = new RTCPeerConnection({
      codecs: codecsFor(this.#offer),
      headerExtensions: { video: extensions, audio: extensions },
      iceServers: iceServers.map((server) => ({ ...server })),
      // Nobody is between us and a viewer on this machine: it checks the way, we need not. Chromium answers checks wrongly
      // from candidates that it gathered ahead (iceCandidatePoolSize), which a full agent waits for in vain.
      iceLite: iceServers.length === 0 && addresses.every(isThisMachine),
      iceUseIpv4: false,
      iceUseIpv6: false,
      iceAdditionalHostAddresses: [...addresses],
      ...(addresses.length === 1 ? { iceInterfaceAddresses: bound(addresses[0]!) } : {}),
      ...(hasOwnPort ? { icePortRange: [...ports] as [number, number] } : {}),
      iceStunGatherTimeout: 2,
      bundlePolicy: "max-bundle",
    });
  }

  /** The answer, with all candidates unless they are to follow by `onCandidate` (null: that was the last). */
  async answer(onCandidate?: (candidate: IceCandidateInit | null) => void): Promise<string> {
    const connection = this.#connection;
    connection.connectionStateChange.subscribe((state) => this.#changed(state));
    connection.onDataChannel.subscribe((channel) => {
      if (++this.#channels > CHANNELS_MAX) this.end(`more than ${CHANNELS_MAX} data channels`);
      else if (channel.label === SYNC) this.#channel = channel;
    });
    const gathered = Promise.withResolvers<void>();
    let found = 0;
    connection.onIceCandidate.subscribe((candidate) => {
      if (candidate !== undefined) found++;
      else if (found > 0) gathered.resolve();
      else gathered.reject(this.#noPort());
      if (onCandidate === undefined) return;
      if (candidate === undefined) return onCandidate(null);
      const { candidate: text, sdpMid, sdpMLineIndex } = candidate.toJSON();
      onCandidate({
        candidate: this.#shown(text),
        sdpMid: sdpMid ?? null,
        sdpMLineIndex: sdpMLineIndex ?? null,
      });
    });
    const stream = `lipcam-${this.#options.session.slice(0, 8)}`;
    const { video, hasAudio } = this.#offer;
    const picture = video === undefined ? undefined : this.#transceiver("video", stream);
    const sound = hasAudio ? this.#transceiver("audio", stream) : undefined;
    await connection.setRemoteDescription({ type: "offer", sdp: this.#offer.sdp });
    for (const agent of connection.iceTransports.map(agentOf)) {
      this.#gate.guardIce(agent);
      this.#options.port?.serve(agent);
      askOnlyNamed(agent, this.#options.network.iceServers);
    }
    for (const transport of connection.dtlsTransports) this.#gate.guardData(transport);
    await connection.setLocalDescription(await connection.createAnswer());
    const { cname } = connection;
    const { wallMs } = this.#options;
    this.#picture = picture && new RtpStream(picture, cname, wallMs);
    this.#sound = sound && new RtpStream(sound, cname, wallMs);
    // a machine with many addresses names them in every section: some will do
    for (const candidate of this.#offer.candidates.slice(0, CANDIDATES_MAX)) await this.add({ candidate });
    if (onCandidate === undefined) await gathered.promise;
    else gathered.promise.catch(({ message }) => this.end(message));
    return this.#shown(connection.localDescription!.sdp);
  }

  /** Null: there are no more. Throws InputFault `bad_candidate`. */
  async add(candidate: IceCandidateInit | null): Promise<void> {
    if (candidate === null || candidate.candidate === "") return;
    const usable = usableCandidate(candidate.candidate);
    if (usable === undefined) return;
    if (++this.#candidates > CANDIDATES_MAX) {
      throw new InputFault(`a viewer named more than ${CANDIDATES_MAX} candidates, wanted fewer`, {
        code: "bad_candidate",
      });
    }
    // Everything is bundled: whatever section it was said for, it is for the first.
    await this.#connection.addIceCandidate({ candidate: usable, sdpMLineIndex: 0 });
  }

  sendPicture(payloads: readonly RtpPayload[], ticks: number, isKey: boolean): void {
    if (this.#picture === undefined || (this.#isWaitingForKey && !isKey)) return;
    this.#isWaitingForKey = false;
    for (const payload of payloads) this.#picture.send(payload, ticks);
  }

  sendSound(packet: Buffer, mediaSample: number): void {
    if (this.#isTakeHeard) return;
    this.#sound?.send({ bytes: packet, isLast: false }, mediaSample);
  }

  note(note: UnitNote): void {
    this.#isTakeHeard = this.#take?.isSilent === true && note.utterance === this.#take.utterance;
    const isBegun = this.#take === undefined || note.utterance === this.#take.utterance;
    if (this.#firstUnit < 0 && isBegun) this.#firstUnit = note.unit;
    // speech that waits in the middle of a take is no part of the file
    if (this.#take?.utterance === note.utterance && !note.isSpeaking) this.#firstUnit++;
    const frame = this.#firstUnit < 0 ? -1 : note.unit - this.#firstUnit;
    Atomics.store(this.#frame, 0, frame);
    if (this.#channel?.readyState !== "open") return;
    if (this.#channel.bufferedAmount > CHANNEL_BYTES_MAX) {
      this.#droppedNotes++;
      return;
    }
    const rtp = ((this.#picture?.base ?? 0) + Math.round(note.mediaSample * TICKS_A_SAMPLE)) >>> 0;
    const audioRtp = ((this.#sound?.base ?? 0) + note.mediaSample) >>> 0;
    const message = syncMessage(note, frame, this.#options.source.fps, rtp, audioRtp);
    if (Buffer.byteLength(message) > this.#offer.messageBytesMax) this.#droppedNotes++;
    else this.#channel.send(message);
  }

  report(mediaSample: number, wallMs: number): void {
    this.#picture?.report(mediaSample * TICKS_A_SAMPLE, wallMs);
    this.#sound?.report(mediaSample, wallMs);
  }

  /** From now on frames are those of one utterance, counted from 0; -1 until it begins. */
  beginTake(take: Take): void {
    this.#take = take;
    this.#firstUnit = -1;
    Atomics.store(this.#frame, 0, -1);
  }

  /** Once a second: measures, changes the rung, ends what is over. */
  look(): ViewerReport {
    const nowMs = this.#options.nowMs();
    if (this.#state === "connecting" && nowMs - this.#sinceMs > CONNECT_MS_MAX) {
      this.end(`no connection within ${CONNECT_MS_MAX / 1000} s`);
    }
    if (this.#state === "connected" && nowMs - this.#heardMs > this.#silentMsMax) {
      this.end(`nothing heard for ${this.#silentMsMax / 1000} s`);
    }
    if (this.#isFlooding()) this.end("more was sent over data channels than is taken");
    const bytes = (this.#picture?.bytes ?? 0) + (this.#sound?.bytes ?? 0);
    this.#bitsPerSecond = (bytes - this.#bytesBefore) * 8;
    this.#bytesBefore = bytes;
    if (this.#state === "connected" && this.codec !== undefined) {
      const rung = this.#ladder.report(this.#line.take(this.#bitsPerSecond));
      if (rung !== this.wantedRung) {
        this.wantedRung = rung;
        this.#options.source.wantKeyFrame(this);
      }
    }
    const { source, session } = this.#options;
    const { size, everyFrames } = source.rungs[this.rung]!;
    return {
      session,
      state: this.#state,
      codec: this.codec ?? "none",
      rung: this.rung,
      frame: Atomics.load(this.#frame, 0),
      ...size,
      fps: source.fps / everyFrames,
      bitsPerSecond: this.#bitsPerSecond,
      lossShare: this.#line.lossShare,
      roundTripMs: this.#line.roundTripMs,
      resentPackets: (this.#picture?.resentPackets ?? 0) + (this.#sound?.resentPackets ?? 0),
      forgottenPackets: (this.#picture?.forgottenPackets ?? 0) + (this.#sound?.forgottenPackets ?? 0),
      pictureLosses: this.#pictureLosses,
      droppedNotes: this.#droppedNotes,
    };
  }

  end(reason: string): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#options.source.leave(this);
    this.#connection.close().catch(() => {}); // half of it may never have been there
    this.#options.onClosed(reason);
  }

  #transceiver(kind: "video" | "audio", stream: string): RTCRtpTransceiver {
    const transceiver = this.#connection.addTransceiver(kind, { direction: "sendonly" });
    transceiver.sender.streamId = stream;
    transceiver.sender.onRtcp.subscribe((packet) => {
      this.#heardMs = this.#options.nowMs();
      this.#line.hear(packet, this.#options.wallMs());
    });
    if (kind === "video") {
      transceiver.sender.onPictureLossIndication.subscribe(() => {
        this.#pictureLosses++;
        this.#options.source.wantKeyFrame(this);
      });
    }
    return transceiver;
  }

  #changed(state: RTCPeerConnection["connectionState"]): void {
    if (this.#state === "closed") return;
    if (state === "failed") this.end("the connection failed");
    else if (state === "closed") this.end("the viewer left");
    else if (state === "connected" && this.#state === "connecting") {
      this.#state = "connected";
      this.#heardMs = this.#options.nowMs();
      this.#sealGate();
      this.#connection.dtlsTransports[0]?.onStateChange.subscribe((dtls) => {
        if (dtls !== "closed") return;
        this.#silentMsMax = this.codec === undefined ? SOUND_GOODBYE_MS_MAX : GOODBYE_MS_MAX;
      });
      this.#options.source.join(this);
      this.#options.onConnected();
      for (const ms of KEY_FRAMES_AFTER_MS) {
        this.#options.after(ms, () => {
          if (this.#state === "connected") this.#options.source.wantKeyFrame(this);
        });
      }
      if (this.#offer.hasData) this.#openChannel();
    }
  }

  /** Where the viewer is the one to end the handshake we have its word; else until it is heard under the keys. */
  #sealGate(): void {
    const [transport] = this.#connection.dtlsTransports;
    if (transport?.role === "client") this.#gate.seal();
    else transport?.onRtcp.once(() => this.#gate.seal());
  }

  /** The library says how much it takes and then takes more. */
  #isFlooding(): boolean {
    const { sctp } = this.#connection.sctpTransport ?? {};
    if (sctp === undefined) return false;
    const { advertisedRwnd, sackMisOrdered } = sctp as unknown as SctpWindow;
    return advertisedRwnd < 0 || sackMisOrdered.size > DISORDER_PACKETS_MAX;
  }

  #noPort(): Fault {
    const range = this.#options.network.ports?.join("-") ?? "any";
    return new Fault(`none of the preview's UDP ports ${range} is free, wanted more --webrtc-ports`, {
      code: "no_udp_port",
      retryable: true,
    });
  }

  #openChannel(): void {
    this.#options.after(CHANNEL_MS, () => {
      if (this.#state !== "connected" || this.#channel !== undefined) return;
      this.#channel = this.#connection.createDataChannel(SYNC, { ordered: false, maxRetransmits: 0 });
    });
  }

  /** With the address that viewers can reach in place of ours. */
  #shown(text: string): string {
    const { publicAddress } = this.#options.network;
    if (publicAddress === undefined) return text;
    return text.replace(
      /(candidate:\S+ \d \w+ \d+ )(\S+)( \d+ typ host)/g,
      (_whole, before, _own, after) => `${before}${publicAddress}${after}`,
    );
  }
}

function bound(address: string): { udp4: string } | { udp6: string } {
  return address.includes(":") ? { udp6: address } : { udp4: address };
}

function isThisMachine(address: string): boolean {
  return address === "::1" || address.startsWith("127.");
}
