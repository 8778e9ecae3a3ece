/**
 * What a viewer says about its line, from its RTCP packets: losses, round trip, and what it thinks comes through.
 *
 * In: packets as they come (RFC 3550 receiver reports, draft-alvestrand-rmcat-remb, transport-wide feedback). Out: a report
 * once a second. Numbers are taken as they are and bounded: they come from outside.
 */
import {
  ReceiverEstimatedMaxBitrate,
  type RtcpPacket,
  RtcpPayloadSpecificFeedback,
  RtcpRrPacket,
  RtcpSrPacket,
  RtcpTransportLayerFeedback,
  TransportWideCC,
} from "werift";
import { ArrivalDelay } from "./arrival_delay.ts";
import type { LineReport } from "./ladder.ts";
import { ntpMiddle, ntpTime } from "./ntp.ts";

/**
 * A browser's estimate begins low, grows by a few percent a second and never far beyond what is sent: its height says
 * nothing about a line that is hardly used. That it falls does: then packets came later and later.
 */
const FALL_SHARE = 0.95;
/** Packets that wait so long before a narrow place do not wait by chance. */
const QUEUE_MS_MAX = 100;
const ROUND_TRIP_MS_MAX = 10_000;

export class LineReports {
  lossShare = 0;
  roundTripMs = 0;
  #estimateBits: number | undefined;
  /** The highest since the last report. */
  #estimateBefore = 0;
  /** The worst share told since the last report. */
  #worstLoss: number | undefined;
  #arrived = 0;
  #missing = 0;
  readonly #arrivals = new ArrivalDelay();
  readonly #ssrc: () => number;

  /** `ssrc`: of the stream whose losses count. */
  constructor(ssrc: () => number) {
    this.#ssrc = ssrc;
  }

  /** A packet went out with this transport-wide number. */
  sent(number: number, nowMs: number): void {
    this.#arrivals.sent(number, nowMs);
  }

  hear(packet: RtcpPacket, wallMs: number): void {
    if (packet instanceof RtcpRrPacket || packet instanceof RtcpSrPacket) {
      for (const { ssrc, fractionLost, lsr, dlsr } of packet.reports) {
        if (ssrc !== this.#ssrc()) continue;
        this.#worstLoss = Math.max(this.#worstLoss ?? 0, fractionLost / 256);
        if (lsr !== 0) this.#measureRoundTrip(lsr, dlsr, wallMs);
      }
    } else if (packet instanceof RtcpPayloadSpecificFeedback) {
      const { feedback } = packet;
      if (feedback instanceof ReceiverEstimatedMaxBitrate) {
        this.#estimateBefore = Math.max(this.#estimateBefore, this.#estimateBits ?? 0);
        this.#estimateBits = Number(feedback.bitrate);
      }
    } else if (packet instanceof RtcpTransportLayerFeedback && packet.feedback instanceof TransportWideCC) {
      this.#arrivals.hear(packet.feedback);
      for (const { received } of packet.feedback.packetResults) {
        if (received) this.#arrived++;
        else this.#missing++;
      }
    }
  }

  /** Since the last call. `sentBits`: what was sent, bits a second. */
  take(sentBits: number): LineReport {
    const counted = this.#arrived + this.#missing;
    if (counted > 0) this.#worstLoss = Math.max(this.#worstLoss ?? 0, this.#missing / counted);
    this.lossShare = this.#worstLoss ?? this.lossShare;
    this.#worstLoss = undefined;
    this.#arrived = this.#missing = 0;
    const estimate = this.#estimateBits;
    const isFalling = estimate !== undefined && estimate < this.#estimateBefore * FALL_SHARE &&
      estimate < sentBits;
    this.#estimateBefore = estimate ?? 0;
    return { lossShare: this.lossShare, isNarrowing: this.#arrivals.take() > QUEUE_MS_MAX || isFalling };
  }

  /** RFC 3550, section 6.4.1: now, less when our report came and how long it lay there. */
  #measureRoundTrip(lsr: number, dlsr: number, wallMs: number): void {
    const now = ntpMiddle(ntpTime(wallMs));
    const ms = ((now - lsr - dlsr) >>> 0) * 1000 / 65_536;
    if (ms < ROUND_TRIP_MS_MAX) this.roundTripMs = ms;
  }
}
