/**
 * One viewer: its connection, its two RTP streams, its sync channel, its place on the ladder of rungs.
 *
 * In: an offer, candidates, pictures and sound of its source. Out: an answer, packets. Preview isolate. Limits: an offer
 * that does not become a connection within CONNECT_MS_MAX is dropped, a viewer that says nothing for SILENT_MS_MAX is
 * gone.
 */
import type { Buffer } from "node:buffer";
import type { RTCPeerConnection, RTCRtpTransceiver } from "werift";
import { InputFault } from "../../errors/mod.ts";
import { CANDIDATES_MAX, usableCandidate } from "./candidate.ts";
import { noPort, openConnection, withPublicAddress } from "./connection.ts";
import { FrameCount } from "./frame_count.ts";
import { DatagramGate } from "./gate.ts";
import { agentOf, askOnlyNamed } from "./ice_agent.ts";
import { Ladder } from "./ladder.ts";
import { LineReports } from "./line_report.ts";
import type { IceCandidateInit, NetworkOrder, Take, ViewerReport } from "./messages.ts";
import { type PlainOffer, plainOffer } from "./offer.ts";
import { type RtpPayload, RtpStream } from "./rtp_stream.ts";
import type { SinglePort } from "./single_port.ts";
import type { Source } from "./source.ts";
import { SyncChannel } from "./sync_channel.ts";
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
  readonly #channel: SyncChannel;
  readonly #frames: FrameCount;
  #state: "connecting" | "connected" | "closed" = "connecting";
  #sinceMs: number;
  #heardMs: number;
  #silentMsMax = SILENT_MS_MAX;
  #candidates = 0;
  #isWaitingForKey = true;
  #pictureLosses = 0;
  #bytesBefore = 0;
  #bitsPerSecond = 0;

  /** Throws InputFault for an offer that cannot be answered. */
  constructor(sdp: string, options: PeerOptions) {
    this.#options = options;
    this.#offer = plainOffer(sdp);
    this.codec = this.#offer.video;
    this.#frames = new FrameCount(options.frame);
    this.#sinceMs = this.#heardMs = options.nowMs();
    this.#ladder = new Ladder(options.source.rungs.length);
    this.#line = new LineReports(() => (this.#picture ?? this.#sound)?.ssrc ?? 0);
    this.#connection = openConnection(this.#offer, options.network, options.port !== undefined);
    this.#channel = new SyncChannel(
      this.#connection,
      this.#offer.messageBytesMax,
      (reason) => this.end(reason),
    );
  }

  /** The answer, with all candidates unless they are to follow by `onCandidate` (null: that was the last). */
  async answer(onCandidate?: (candidate: IceCandidateInit | null) => void): Promise<string> {
    const connection = this.#connection;
    const { network, port, session, wallMs } = this.#options;
    connection.connectionStateChange.subscribe((state) => this.#changed(state));
    const gathered = Promise.withResolvers<void>();
    let found = 0;
    connection.onIceCandidate.subscribe((candidate) => {
      if (candidate !== undefined) found++;
      else if (found > 0) gathered.resolve();
      else gathered.reject(noPort(network));
      if (onCandidate === undefined) return;
      if (candidate === undefined) return onCandidate(null);
      const { candidate: text, sdpMid, sdpMLineIndex } = candidate.toJSON();
      onCandidate({
        candidate: withPublicAddress(text, network),
        sdpMid: sdpMid ?? null,
        sdpMLineIndex: sdpMLineIndex ?? null,
      });
    });
    const stream = `lipcam-${session.slice(0, 8)}`;
    const { video, hasAudio } = this.#offer;
    const picture = video === undefined ? undefined : this.#transceiver("video", stream);
    const sound = hasAudio ? this.#transceiver("audio", stream) : undefined;
    await connection.setRemoteDescription({ type: "offer", sdp: this.#offer.sdp });
    for (const agent of connection.iceTransports.map(agentOf)) {
      this.#gate.guardIce(agent);
      port?.serve(agent);
      askOnlyNamed(agent, network.iceServers);
    }
    for (const transport of connection.dtlsTransports) this.#gate.guardData(transport);
    await connection.setLocalDescription(await connection.createAnswer());
    const { cname } = connection;
    const onNumbered = (number: number) => this.#line.sent(number, this.#options.nowMs());
    this.#picture = picture && new RtpStream(picture, cname, wallMs, onNumbered);
    this.#sound = sound && new RtpStream(sound, cname, wallMs, onNumbered);
    // a machine with many addresses names them in every section: some will do
    for (const candidate of this.#offer.candidates.slice(0, CANDIDATES_MAX)) await this.add({ candidate });
    if (onCandidate === undefined) await gathered.promise;
    else gathered.promise.catch(({ message }) => this.end(message));
    return withPublicAddress(connection.localDescription!.sdp, network);
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
    if (this.#frames.isSilent) return;
    this.#sound?.send({ bytes: packet, isLast: false }, mediaSample);
  }

  note(note: UnitNote): void {
    const frame = this.#frames.count(note);
    if (!this.#channel.hasRoom()) return;
    const rtp = ((this.#picture?.base ?? 0) + Math.round(note.mediaSample * TICKS_A_SAMPLE)) >>> 0;
    const audioRtp = ((this.#sound?.base ?? 0) + note.mediaSample) >>> 0;
    this.#channel.send(syncMessage(note, frame, this.#options.source.fps, rtp, audioRtp));
  }

  report(mediaSample: number, wallMs: number): void {
    this.#picture?.report(mediaSample * TICKS_A_SAMPLE, wallMs);
    this.#sound?.report(mediaSample, wallMs);
  }

  /** From now on frames are those of one utterance. */
  beginTake(take: Take): void {
    this.#frames.begin(take);
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
    if (this.#channel.isFlooded) this.end("more was sent over data channels than is taken");
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
      frame: this.#frames.newest,
      ...size,
      fps: source.fps / everyFrames,
      bitsPerSecond: this.#bitsPerSecond,
      lossShare: this.#line.lossShare,
      roundTripMs: this.#line.roundTripMs,
      resentPackets: (this.#picture?.resentPackets ?? 0) + (this.#sound?.resentPackets ?? 0),
      forgottenPackets: (this.#picture?.forgottenPackets ?? 0) + (this.#sound?.forgottenPackets ?? 0),
      pictureLosses: this.#pictureLosses,
      droppedNotes: this.#channel.dropped,
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
      for (const ms of KEY_FRAMES_AFTER_MS) {
        this.#options.after(ms, () => {
          if (this.#state === "connected") this.#options.source.wantKeyFrame(this);
        });
      }
      if (this.#offer.hasData) {
        this.#options.after(CHANNEL_MS, () => {
          if (this.#state === "connected") this.#channel.open();
        });
      }
    }
  }

  /** Where the viewer is the one to end the handshake we have its word; else until it is heard under the keys. */
  #sealGate(): void {
    const [transport] = this.#connection.dtlsTransports;
    if (transport?.role === "client") this.#gate.seal();
    else transport?.onRtcp.once(() => this.#gate.seal());
  }
}
