/** Rungs and the walk between them. */
import { assert, assertEquals } from "@std/assert";
import {
  PacketStatus,
  ReceiverEstimatedMaxBitrate,
  RecvDelta,
  RtcpPayloadSpecificFeedback,
  RtcpReceiverInfo,
  RtcpRrPacket,
  RtcpTransportLayerFeedback,
  RunLengthChunk,
  TransportWideCC,
} from "werift";
import { Ladder } from "../../src/preview/webrtc/ladder.ts";
import { LineReports } from "../../src/preview/webrtc/line_report.ts";
import { ntpMiddle, ntpTime, sendTime24 } from "../../src/preview/webrtc/ntp.ts";
import { rungsFor } from "../../src/preview/webrtc/rungs.ts";

const good = { lossShare: 0.01, isNarrowing: false };
const lossy = { lossShare: 0.3, isNarrowing: false };

function seconds(ladder: Ladder, count: number, report: Parameters<Ladder["report"]>[0]): number[] {
  return Array.from({ length: count }, () => ladder.report(report));
}

Deno.test("Ladder: one bad second changes nothing, two in a row step down, never below the last rung", () => {
  const ladder = new Ladder(3);
  assertEquals(seconds(ladder, 1, lossy), [0]);
  assertEquals(seconds(ladder, 1, good), [0]);
  assertEquals(seconds(ladder, 6, lossy), [0, 1, 1, 2, 2, 2]);
});

Deno.test("Ladder: losses that repair copes with are no reason", () => {
  assertEquals(new Set(seconds(new Ladder(3), 30, { ...good, lossShare: 0.06 })), new Set([0]));
});

Deno.test("Ladder: a line that grows narrow for two seconds steps down", () => {
  assertEquals(seconds(new Ladder(3), 2, { ...good, isNarrowing: true }), [0, 1]);
});

Deno.test("Ladder: climbs after a calm time that doubles when the climb failed", () => {
  const ladder = new Ladder(2);
  seconds(ladder, 2, lossy);
  const first = seconds(ladder, 20, good).indexOf(0) + 1;
  assertEquals(first, 8);
  seconds(ladder, 2, lossy);
  const second = seconds(ladder, 40, good).indexOf(0) + 1;
  assertEquals(second, 16);
});

Deno.test("LineReports: an estimate that is low says nothing, one that falls below what is sent does", () => {
  const line = new LineReports(() => 7);
  const estimate = (bits: number) =>
    line.hear(
      new RtcpPayloadSpecificFeedback({
        feedback: new ReceiverEstimatedMaxBitrate({ bitrate: BigInt(bits) }),
      }),
      0,
    );
  estimate(300_000);
  assertEquals(line.take(2_000_000).isNarrowing, false);
  estimate(320_000);
  assertEquals(line.take(2_000_000).isNarrowing, false);
  estimate(200_000);
  assertEquals(line.take(2_000_000).isNarrowing, true);
  estimate(150_000);
  assertEquals(line.take(100_000).isNarrowing, false);
});

Deno.test("LineReports: losses of the stream that counts, and the round trip by its reports", () => {
  const line = new LineReports(() => 7);
  const report = (ssrc: number, fractionLost: number, lsr = 0, dlsr = 0) =>
    line.hear(
      new RtcpRrPacket({
        ssrc: 1,
        reports: [
          new RtcpReceiverInfo({
            ssrc,
            fractionLost,
            packetsLost: 0,
            highestSequence: 0,
            jitter: 0,
            lsr,
            dlsr,
          }),
        ],
      }),
      1000,
    );
  report(7, 64, ntpMiddle(ntpTime(900)), 0);
  report(8, 255);
  assertEquals(line.take(0).lossShare, 0.25);
  assert(Math.abs(line.roundTripMs - 100) < 1, `${line.roundTripMs}`);
});

Deno.test("LineReports: packets that queue on the way say that it grows narrow, a late one and another clock do not", () => {
  const line = new LineReports(() => 7);
  let number = 65_480; // wraps round on its way
  let nowMs = 1000;
  /** A second of 20 packets, each `queueMs(nth)` later than the way and the clocks are apart. */
  const second = (queueMs: (nth: number) => number) => {
    const first = number & 0xffff;
    const cameMs = Array.from({ length: 20 }, (_, nth) => {
      line.sent(number++ & 0xffff, nowMs += 50);
      return nowMs + 7_000_020 + queueMs(nth);
    });
    const referenceTime = Math.floor(cameMs[0]! / 64);
    let beforeMs = referenceTime * 64;
    const recvDeltas = cameMs.map((ms) => {
      const delta = Math.round((ms - beforeMs) * 4) * 250;
      beforeMs += delta / 1000;
      return new RecvDelta({ type: PacketStatus.TypeTCCPacketReceivedLargeDelta, delta });
    });
    const chunk = new RunLengthChunk({
      packetStatus: PacketStatus.TypeTCCPacketReceivedLargeDelta,
      runLength: 20,
    });
    const feedback = new TransportWideCC({
      ...{ senderSsrc: 5, mediaSourceSsrc: 7, baseSequenceNumber: first, packetStatusCount: 20 },
      ...{ referenceTime, fbPktCount: 0, packetChunks: [chunk], recvDeltas },
    });
    line.hear(new RtcpTransportLayerFeedback({ feedback }), 0);
    return line.take(2_000_000).isNarrowing;
  };
  assertEquals([1, 2, 3].map(() => second((nth) => nth % 5)), [false, false, false]);
  assertEquals(second((nth) => nth === 7 ? 400 : 0), false);
  assertEquals([second((nth) => 60 + nth * 5), second(() => 180), second(() => 2)], [false, true, false]);
});

Deno.test("rungsFor: at most three, even, each smaller and cheaper, none too small to show a mouth", () => {
  for (
    const size of [{ width: 1280, height: 720 }, { width: 640, height: 360 }, { width: 720, height: 1280 }]
  ) {
    const rungs = rungsFor(size, 25, 2e6);
    assert(rungs.length >= 2 && rungs.length <= 3);
    assertEquals(rungs[0]!.size, size);
    rungs.forEach((rung, at) => {
      assertEquals([rung.size.width % 2, rung.size.height % 2], [0, 0]);
      if (at > 0) assert(rung.bits < rungs[at - 1]!.bits && rung.size.width < rungs[at - 1]!.size.width);
    });
  }
  assertEquals(rungsFor({ width: 160, height: 120 }, 25, 2e6).length, 1);
});

Deno.test("ntpTime: 1970 is 2 208 988 800 s after 1900, and half a second is half of 2^32", () => {
  assertEquals(ntpTime(0) >> 32n, 2_208_988_800n);
  assertEquals(ntpTime(500) & 0xffff_ffffn, 0x8000_0000n);
  assertEquals(ntpMiddle(0x0001_0002_0003_0004n), 0x0002_0003);
  assertEquals(sendTime24(64_000 + 500), 2 ** 17);
});
