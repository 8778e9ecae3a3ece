/**
 * A test peer (werift) that keeps what arrives: RTP of both streams and the sender reports. Then decodes it, so that what is
 * compared is what a viewer sees and hears, and not what the sender says of itself.
 *
 * In: a function that answers offers. Out: pictures and sound, each with the wall-clock time that the sender reports give it.
 */
import { Buffer } from "node:buffer";
import { Codec, CodecContext, Frame, Packet } from "node-av/lib";
import { AV_CODEC_ID_H264, AV_CODEC_ID_OPUS, AV_CODEC_ID_VP8 } from "node-av/constants";
import {
  dePacketizeRtpPackets,
  type MediaStreamTrack,
  RTCPeerConnection,
  RtcpSrPacket,
  type RtpPacket,
  useH264,
  useOPUS,
  useVP8,
} from "werift";
import { delay } from "../../../src/time/mod.ts";

export type Kind = "video" | "audio";
export type PeerCodec = "h264" | "vp8";

export interface Report {
  readonly ntpMs: number;
  readonly rtp: number;
}

export interface Picture {
  readonly rtp: number;
  readonly luma: (x: number, y: number) => number;
}

export interface Sound {
  readonly rtp: number;
  readonly samples: Float32Array;
}

const RATES_HZ: Readonly<Record<Kind, number>> = { video: 90_000, audio: 48_000 };
const FORMAT = "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f";
const GATHER_MS = 200;

export class TestPeer implements AsyncDisposable {
  readonly reports: Record<Kind, Report[]> = { video: [], audio: [] };
  readonly packets: Record<Kind, RtpPacket[]> = { video: [], audio: [] };
  /** Messages of the channel `sync`. */
  readonly notes: { rtp: number; audio_rtp: number; frame_idx: number }[] = [];
  readonly #codec: PeerCodec;
  readonly #peer: RTCPeerConnection;

  constructor(codec: PeerCodec = "h264") {
    this.#codec = codec;
    const video = codec === "h264" ? useH264({ parameters: FORMAT }) : useVP8();
    this.#peer = new RTCPeerConnection({
      codecs: { video: [video], audio: [useOPUS()] },
      iceAdditionalHostAddresses: ["127.0.0.1"],
      iceServers: [],
    });
    this.#peer.onTrack.subscribe((track: MediaStreamTrack) => {
      const kept = this.packets[track.kind as Kind];
      track.onReceiveRtp.subscribe((packet: RtpPacket) => void kept.push(packet));
    });
    for (const kind of ["video", "audio"] as const) {
      const { receiver } = this.#peer.addTransceiver(kind, { direction: "recvonly" });
      receiver.onRtcp.subscribe((packet) => {
        if (!(packet instanceof RtcpSrPacket)) return;
        const { ntpTimestamp, rtpTimestamp } = packet.senderInfo;
        const [seconds, fraction] = [ntpTimestamp >> 32n, ntpTimestamp & 0xffff_ffffn];
        const ntpMs = (Number(seconds) + Number(fraction) / 2 ** 32) * 1000;
        this.reports[kind].push({ ntpMs, rtp: rtpTimestamp });
      });
    }
    const channel = this.#peer.createDataChannel("sync");
    channel.onMessage.subscribe((text) => void this.notes.push(JSON.parse(String(text))));
  }

  async connect(answerTo: (sdp: string) => Promise<string>): Promise<void> {
    await this.#peer.setLocalDescription(await this.#peer.createOffer());
    await delay(GATHER_MS);
    const sdp = await answerTo(this.#peer.localDescription!.sdp);
    await this.#peer.setRemoteDescription({ type: "answer", sdp });
  }

  /** The wall-clock time of an RTP timestamp, by the report nearest to it; undefined before the first. */
  wallMs(kind: Kind, rtp: number): number | undefined {
    const distance = (report: Report) => (rtp - report.rtp) | 0;
    const nearest = this.reports[kind].reduce<Report | undefined>(
      (best, one) => best && Math.abs(distance(best)) <= Math.abs(distance(one)) ? best : one,
      undefined,
    );
    return nearest && nearest.ntpMs + distance(nearest) * 1000 / RATES_HZ[kind];
  }

  /** Decodes what has arrived, oldest first. `see` gets each picture while its pixels are valid. */
  pictures(see: (picture: Picture) => void): void {
    using decoder = opened(this.#codec === "h264" ? AV_CODEC_ID_H264 : AV_CODEC_ID_VP8);
    const codec = this.#codec === "h264" ? "MPEG4/ISO/AVC" : "VP8";
    let isWhole = false; // from the first key frame on
    for (const [rtp, packets] of byTimestamp(this.packets.video)) {
      const { isKeyframe, data } = dePacketizeRtpPackets(codec, packets);
      isWhole ||= isKeyframe;
      if (!isWhole) continue;
      decode(decoder, data, (frame) => {
        const [plane, stride] = [frame.data![0]!, frame.linesize[0]!];
        see({ rtp, luma: (x, y) => plane[y * stride + x]! });
      });
    }
  }

  sound(): Sound[] {
    using decoder = opened(AV_CODEC_ID_OPUS, RATES_HZ.audio);
    const all: Sound[] = [];
    for (const [rtp, packets] of byTimestamp(this.packets.audio)) {
      decode(decoder, packets[0]!.payload, (frame) => {
        const plane = frame.data![0]!;
        all.push({ rtp, samples: new Float32Array(plane.buffer, plane.byteOffset, frame.nbSamples).slice() });
      });
    }
    return all;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#peer.close();
  }
}

/** Packets of one time together, each once and in the order they were sent in. */
function byTimestamp(packets: readonly RtpPacket[]): Map<number, RtpPacket[]> {
  const first = packets[0]?.header.sequenceNumber ?? 0;
  const place = ({ header }: RtpPacket) => ((header.sequenceNumber - first) << 16) >> 16;
  const groups = new Map<number, RtpPacket[]>();
  const seen = new Set<number>();
  for (const packet of packets.toSorted((one, other) => place(one) - place(other))) {
    if (seen.has(place(packet)) || packet.payload.length === 0) continue;
    seen.add(place(packet));
    const group = groups.get(packet.header.timestamp);
    if (group) group.push(packet);
    else groups.set(packet.header.timestamp, [packet]);
  }
  return groups;
}

function opened(
  id: typeof AV_CODEC_ID_H264 | typeof AV_CODEC_ID_VP8 | typeof AV_CODEC_ID_OPUS,
  rateHz?: number,
) {
  const decoder = new CodecContext();
  const found = Codec.findDecoder(id)!;
  decoder.allocContext3(found);
  if (rateHz !== undefined) decoder.sampleRate = rateHz;
  decoder.threadCount = 1; // threads would hold pictures back
  decoder.open2Sync(found);
  return decoder;
}

function decode(decoder: CodecContext, data: Uint8Array, take: (frame: Frame) => void): void {
  using packet = new Packet();
  using frame = new Frame();
  packet.alloc();
  frame.alloc();
  packet.data = Buffer.from(data);
  decoder.sendPacketSync(packet);
  while (decoder.receiveFrameSync(frame) >= 0) take(frame);
}
