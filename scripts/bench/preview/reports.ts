/**
 * A test peer (werift) that reads RTP and sender reports: which wall-clock time the reports give to the picture of a unit and to
 * the first sample under it. The difference is what a player will be off by.
 */
import { MediaStreamTrack, RTCPeerConnection, RtcpSrPacket, type RtpPacket, useH264, useOPUS } from "werift";
import { WebRtcPreview } from "../../../src/preview/mod.ts";
import { delay } from "../../../src/time/mod.ts";
import { type Figure, figure } from "../figure.ts";
import { CodedUnits } from "./coded_units.ts";

const SECONDS = 12;
const VIDEO_HZ = 90_000;
const AUDIO_HZ = 48_000;

interface Report {
  readonly ntpMs: number;
  readonly rtp: number;
}

export async function benchReports(): Promise<Figure[]> {
  await using units = new CodedUnits(1280, 720);
  using preview = new WebRtcPreview({
    network: { addresses: ["127.0.0.1"], ports: undefined, publicAddress: undefined, iceServers: [] },
    bits720: 2_000_000,
    peersMax: 2,
    onClosed: () => {},
    onTrouble: (line) => console.error(line),
  });
  const source = preview.add({ shape: units.ring.shape, buffer: units.ring.buffer });
  const format = "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f";
  const peer = new RTCPeerConnection({
    codecs: { video: [useH264({ parameters: format })], audio: [useOPUS()] },
    iceAdditionalHostAddresses: ["127.0.0.1"],
    iceServers: [],
  });
  const reports: Record<"video" | "audio", Report[]> = { video: [], audio: [] };
  const notes: { rtp: number; audio_rtp: number }[] = [];
  const arrivedRtp: Record<"video" | "audio", Set<number>> = { video: new Set(), audio: new Set() };
  for (const kind of ["video", "audio"] as const) {
    const transceiver = peer.addTransceiver(kind, { direction: "recvonly" });
    peer.onTrack.subscribe((track: MediaStreamTrack) => {
      if (track.kind !== kind) return;
      track.onReceiveRtp.subscribe((packet: RtpPacket) => void arrivedRtp[kind].add(packet.header.timestamp));
    });
    transceiver.receiver.onRtcp?.subscribe((packet) => {
      if (packet instanceof RtcpSrPacket) {
        const { ntpTimestamp, rtpTimestamp } = packet.senderInfo;
        reports[kind].push({
          ntpMs: Number(ntpTimestamp >> 32n) * 1000 + Number(ntpTimestamp & 0xffffffffn) / 2 ** 32 * 1000,
          rtp: rtpTimestamp,
        });
      }
    });
  }
  const channel = peer.createDataChannel("sync");
  channel.onMessage.subscribe((text) => void notes.push(JSON.parse(String(text))));
  await peer.setLocalDescription(await peer.createOffer());
  await delay(200);
  const answer = await preview.offer(
    { source, sdp: peer.localDescription!.sdp },
    AbortSignal.timeout(10_000),
  );
  await peer.setRemoteDescription({ type: "answer", sdp: answer.sdp });
  await delay(SECONDS * 1000);
  await peer.close();
  const offsetsMs = notes.flatMap(({ rtp, audio_rtp }) => {
    const [seen, heard] = [timeOf(rtp, reports.video, VIDEO_HZ), timeOf(audio_rtp, reports.audio, AUDIO_HZ)];
    return seen === undefined || heard === undefined || !arrivedRtp.video.has(rtp)
      ? []
      : [Math.abs(heard - seen)];
  });
  return [figure("sound against picture by RTP and sender reports", "ms", offsetsMs, {
    target: "p95 <= 2",
    reaches: ({ p99 }) => p99 <= 2,
  })];
}

/** By the report nearest to it. */
function timeOf(rtp: number, reports: readonly Report[], rateHz: number): number | undefined {
  const distance = (report: Report) => (rtp - report.rtp) | 0;
  const near = reports.toSorted((one, other) => Math.abs(distance(one)) - Math.abs(distance(other)))[0];
  return near && near.ntpMs + distance(near) * 1000 / rateHz;
}
