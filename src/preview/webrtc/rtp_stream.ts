/**
 * One outgoing RTP stream of one viewer: numbers the packets, sends them again when they are asked for, and says by
 * sender reports which wall-clock time its timestamps mean.
 *
 * In: payloads shared by all viewers, with media times. Out: SRTP packets by the viewer's transport, never waited for.
 * The library's own reports take the time of sending for the time of the media, which is off by the encoder's delay and
 * differs between picture and sound; here both come from the programme's clock. Limits: HISTORY_PACKETS kept for
 * repair, at most RESEND_SHARE of what is sent is sent again.
 */
import { Buffer } from "node:buffer";
import {
  RtcpSenderInfo,
  RtcpSourceDescriptionPacket,
  RtcpSrPacket,
  type RTCRtpTransceiver,
  RtpHeader,
  SourceDescriptionChunk,
  SourceDescriptionItem,
} from "werift";
import { ntpTime, sendTime24 } from "./ntp.ts";

/** Two seconds at 2 Mbit/s; a power of two, so that sequence numbers wrap round without a step. */
const HISTORY_PACKETS = 512;
const RESEND_SHARE = 0.5;
/** Packets that may be asked for at once beyond that share. */
const RESEND_BURST = 256;
const MID_URI = "urn:ietf:params:rtp-hdrext:sdes:mid";
const SEND_TIME_URI = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time";
const TRANSPORT_URI = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";
const CNAME = 1;

/** Part of a coded picture or a piece of sound, as one RTP payload. */
export interface RtpPayload {
  readonly bytes: Buffer;
  /** Last of its picture. */
  readonly isLast: boolean;
}

interface Sent {
  readonly sequence: number;
  readonly timestamp: number;
  readonly payload: RtpPayload;
}

export class RtpStream {
  /** RTP timestamp of media time 0. */
  readonly base = crypto.getRandomValues(new Uint32Array(1))[0]!;
  packets = 0;
  bytes = 0;
  resentPackets = 0;
  /** Asked for and no longer known. */
  forgottenPackets = 0;
  readonly #transceiver: RTCRtpTransceiver;
  readonly #cname: string;
  readonly #wallMs: () => number;
  readonly #onNumbered: (number: number) => void;
  readonly #history: (Sent | undefined)[] = new Array(HISTORY_PACKETS);
  readonly #repairType: number | undefined;
  readonly #extensionIds: { mid?: number; sendTime?: number; transport?: number } = {};
  readonly #mid: Buffer;
  #sequence = crypto.getRandomValues(new Uint16Array(1))[0]!;
  #repairSequence = crypto.getRandomValues(new Uint16Array(1))[0]!;
  #resendCredit = RESEND_BURST;

  /** `onNumbered` hears each transport-wide number that goes out. */
  constructor(
    transceiver: RTCRtpTransceiver,
    cname: string,
    wallMs: () => number,
    onNumbered: (number: number) => void = () => {},
  ) {
    this.#onNumbered = onNumbered;
    this.#transceiver = transceiver;
    this.#cname = cname;
    this.#wallMs = wallMs;
    this.#mid = Buffer.from(transceiver.mid ?? "");
    const repair = transceiver.codecs.find(({ name }) => name.toLowerCase() === "rtx");
    this.#repairType = repair?.payloadType;
    for (const { id, uri } of transceiver.headerExtensions) {
      if (uri === MID_URI) this.#extensionIds.mid = id;
      if (uri === SEND_TIME_URI) this.#extensionIds.sendTime = id;
      if (uri === TRANSPORT_URI) this.#extensionIds.transport = id;
    }
    transceiver.sender.onGenericNack.subscribe(({ lost, mediaSourceSsrc }) => {
      if (mediaSourceSsrc === transceiver.sender.ssrc) this.#resend(lost);
    });
  }

  get ssrc(): number {
    return this.#transceiver.sender.ssrc;
  }

  /** `mediaTicks`: media time in units of the stream's clock. */
  send(payload: RtpPayload, mediaTicks: number): void {
    this.#sequence = (this.#sequence + 1) & 0xffff;
    const sent: Sent = { sequence: this.#sequence, timestamp: (this.base + mediaTicks) >>> 0, payload };
    this.#history[this.#sequence % HISTORY_PACKETS] = sent;
    this.packets++;
    this.bytes += payload.bytes.length;
    this.#resendCredit = Math.min(RESEND_BURST, this.#resendCredit + RESEND_SHARE);
    this.#write(payload.bytes, sent, this.#payloadType, this.ssrc, sent.sequence);
  }

  /** Says that media time `mediaTicks` is `wallMs`. */
  report(mediaTicks: number, wallMs: number): void {
    const { sender } = this.#transceiver;
    if (!sender.dtlsTransport?.srtpStarted) return;
    const report = new RtcpSrPacket({
      ssrc: this.ssrc,
      senderInfo: new RtcpSenderInfo({
        ntpTimestamp: ntpTime(wallMs),
        rtpTimestamp: (this.base + Math.round(mediaTicks)) >>> 0,
        packetCount: this.packets,
        octetCount: this.bytes >>> 0,
      }),
    });
    const name = new SourceDescriptionItem({ type: CNAME, text: this.#cname });
    const chunk = new SourceDescriptionChunk({ source: this.ssrc, items: [name] });
    const source = new RtcpSourceDescriptionPacket({ chunks: [chunk] });
    sender.dtlsTransport.sendRtcp([report, source]).catch(() => {}); // a datagram: it may be lost in any case
  }

  get #payloadType(): number {
    return this.#transceiver.sender.codec!.payloadType;
  }

  #resend(lost: readonly number[]): void {
    for (const sequence of lost) {
      const sent = this.#history[sequence % HISTORY_PACKETS];
      if (sent?.sequence !== sequence || !this.#mayRepeat(sequence)) this.forgottenPackets++;
      else if (this.#resendCredit >= 1) this.#repair(sent);
    }
  }

  /**
   * Without a repair stream: the library counts rounds of the 16-bit numbers (RFC 3711, 3.3.1) by the last number it was
   * given, so one from before the last wrap, or the wrap itself, would put the cipher out of step for good.
   */
  #mayRepeat(sequence: number): boolean {
    return this.#repairType !== undefined || (sequence > 0 && sequence <= this.#sequence);
  }

  /** RFC 4588: the same payload behind its old number, in a stream of its own; without such a stream as it was. */
  #repair(sent: Sent): void {
    this.#resendCredit--;
    this.resentPackets++;
    const { bytes } = sent.payload;
    if (this.#repairType === undefined) {
      return this.#write(bytes, sent, this.#payloadType, this.ssrc, sent.sequence);
    }
    this.#repairSequence = (this.#repairSequence + 1) & 0xffff;
    const repaired = Buffer.allocUnsafe(bytes.length + 2);
    repaired.writeUInt16BE(sent.sequence, 0);
    bytes.copy(repaired, 2);
    this.#write(repaired, sent, this.#repairType, this.#transceiver.sender.rtxSsrc, this.#repairSequence);
  }

  #write(bytes: Buffer, sent: Sent, payloadType: number, ssrc: number, sequenceNumber: number): void {
    const transport = this.#transceiver.sender.dtlsTransport;
    if (!transport?.srtpStarted) return;
    const extensions = this.#extensions(transport);
    const header = new RtpHeader({
      ...{ payloadType, ssrc, sequenceNumber, extensions },
      timestamp: sent.timestamp,
      marker: sent.payload.isLast,
      extension: extensions.length > 0,
    });
    transport.sendRtp(bytes, header).catch(() => {}); // a datagram: it may be lost in any case
  }

  #extensions(transport: { transportSequenceNumber: number }) {
    const { mid, sendTime, transport: wide } = this.#extensionIds;
    const extensions = [];
    if (mid !== undefined) extensions.push({ id: mid, payload: this.#mid });
    if (sendTime !== undefined) {
      const time = Buffer.allocUnsafe(3);
      time.writeUIntBE(sendTime24(this.#wallMs()), 0, 3);
      extensions.push({ id: sendTime, payload: time });
    }
    if (wide !== undefined) {
      transport.transportSequenceNumber = (transport.transportSequenceNumber + 1) & 0xffff;
      const number = Buffer.allocUnsafe(2);
      number.writeUInt16BE(transport.transportSequenceNumber, 0);
      extensions.push({ id: wide, payload: number });
      this.#onNumbered(transport.transportSequenceNumber);
    }
    return extensions.sort((one, other) => one.id - other.id);
  }
}
