/** One viewer's packets: numbering, repair, reports; the source's encoders decoded back; sound in time. No network. */
import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { Codec, CodecContext, Frame, Log, Packet } from "node-av/lib";
import { AV_CODEC_ID_H264, AV_CODEC_ID_OPUS, AV_CODEC_ID_VP8, AV_LOG_QUIET } from "node-av/constants";
import { Event, type RtcpPacket, type RTCRtpTransceiver, type RtpHeader } from "werift";
import { LiveSound } from "../../src/preview/webrtc/live_sound.ts";
import { LiveVideo } from "../../src/preview/webrtc/live_video.ts";
import type { VideoCodec } from "../../src/preview/webrtc/offer.ts";
import { type RtpPayload, RtpStream } from "../../src/preview/webrtc/rtp_stream.ts";
import { rungsFor } from "../../src/preview/webrtc/rungs.ts";
import { i420Bytes } from "../../src/time/mod.ts";

Log.setLevel(AV_LOG_QUIET);

interface Sent {
  readonly header: RtpHeader;
  readonly bytes: Buffer;
}

/** A transport that keeps what it is given. */
function stream(hasRepair = true) {
  const sent: Sent[] = [];
  const reports: RtcpPacket[][] = [];
  const onGenericNack = new Event<[{ lost: number[]; mediaSourceSsrc: number }]>();
  const dtlsTransport = {
    srtpStarted: true,
    transportSequenceNumber: 0,
    sendRtp: (
      bytes: Buffer,
      header: RtpHeader,
    ) => (sent.push({ bytes, header }), Promise.resolve(bytes.length)),
    sendRtcp: (packets: RtcpPacket[]) => (reports.push(packets), Promise.resolve(0)),
  };
  const transceiver = {
    mid: "0",
    codecs: [{ name: "H264", payloadType: 98 }, ...(hasRepair ? [{ name: "rtx", payloadType: 99 }] : [])],
    headerExtensions: [
      { id: 9, uri: "urn:ietf:params:rtp-hdrext:sdes:mid" },
      { id: 2, uri: "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time" },
    ],
    sender: { ssrc: 1000, rtxSsrc: 2000, codec: { payloadType: 98 }, onGenericNack, dtlsTransport },
  } as unknown as RTCRtpTransceiver;
  const rtp = new RtpStream(transceiver, "name", () => 1_000_000);
  const ask = (...lost: number[]) => onGenericNack.execute({ lost, mediaSourceSsrc: 1000 });
  return { rtp, sent, reports, ask };
}

const payload = (text: string, isLast = true): RtpPayload => ({ bytes: Buffer.from(text), isLast });

Deno.test("RtpStream: numbers without a hole, times of the media, the marker on the last of a picture", () => {
  const { rtp, sent } = stream();
  rtp.send(payload("a", false), 3600);
  rtp.send(payload("b"), 3600);
  rtp.send(payload("c"), 7200);
  const numbers = sent.map(({ header }) => header.sequenceNumber);
  assertEquals(numbers.map((number) => (number - numbers[0]!) & 0xffff), [0, 1, 2]);
  assertEquals(sent.map(({ header }) => (header.timestamp - rtp.base) >>> 0), [3600, 3600, 7200]);
  assertEquals(sent.map(({ header }) => [header.marker, header.ssrc, header.payloadType]), [
    [false, 1000, 98],
    [true, 1000, 98],
    [true, 1000, 98],
  ]);
  assertEquals(sent[0]!.header.extensions.map(({ id, payload }) => [id, payload.length]), [[2, 3], [9, 1]]);
});

Deno.test("RtpStream: what is asked for comes again behind its old number, in the repair stream", () => {
  const { rtp, sent, ask } = stream();
  for (const text of ["a", "b", "c"]) rtp.send(payload(text), 0);
  const second = sent[1]!.header.sequenceNumber;
  ask(second);
  const again = sent[3]!;
  assertEquals([again.header.ssrc, again.header.payloadType, again.header.timestamp], [
    2000,
    99,
    sent[1]!.header.timestamp,
  ]);
  assertEquals([again.bytes.readUInt16BE(0), again.bytes.subarray(2).toString()], [second, "b"]);
  assertEquals(rtp.resentPackets, 1);
});

Deno.test("RtpStream: without a repair stream the packet itself comes again", () => {
  const { rtp, sent, ask } = stream(false);
  rtp.send(payload("a"), 0);
  ask(sent[0]!.header.sequenceNumber);
  assertEquals([sent[1]!.header.ssrc, sent[1]!.header.sequenceNumber, sent[1]!.bytes.toString()], [
    1000,
    sent[0]!.header.sequenceNumber,
    "a",
  ]);
});

Deno.test("RtpStream: without a repair stream nothing from before a wrap, nor the wrap itself, comes again", () => {
  const { rtp, sent, ask } = stream(false);
  while (sent.at(-1)?.header.sequenceNumber !== 40) rtp.send(payload("a"), 0);
  const before = sent.length;
  ask(65_535, 0);
  assertEquals([sent.length - before, rtp.forgottenPackets], [0, 2]);
  ask(1, 40);
  assertEquals(sent.length - before, 2);
});

Deno.test("RtpStream: whoever asks for everything gets half of what is sent again, and nothing that is forgotten", () => {
  const { rtp, sent, ask } = stream();
  for (let count = 0; count < 3000; count++) {
    rtp.send(payload("x"), 0);
    const { sequenceNumber } = sent.findLast(({ header }) => header.ssrc === 1000)!.header;
    ask(...Array.from({ length: 17 }, (_, back) => (sequenceNumber - back) & 0xffff));
  }
  assert(rtp.resentPackets <= 3000 / 2 + 256, `${rtp.resentPackets} sent again`);
  const before = sent.length;
  ask((sent[0]!.header.sequenceNumber + 10_000) & 0xffff);
  assertEquals(sent.length, before);
  assert(rtp.forgottenPackets >= 1);
});

Deno.test("RtpStream: sender reports of sound and picture give one unit one time", () => {
  const [video, audio] = [stream(), stream()];
  const wallMs = 1_795_000_000_123.5;
  const mediaSample = 1_234_567;
  video.rtp.report(mediaSample * 90 / 48, wallMs);
  audio.rtp.report(mediaSample, wallMs);
  const infoOf = ({ reports }: typeof video) =>
    (reports[0]![0] as unknown as { senderInfo: { ntpTimestamp: bigint; rtpTimestamp: number } }).senderInfo;
  const [seen, heard] = [infoOf(video), infoOf(audio)];
  assertEquals(seen.ntpTimestamp, heard.ntpTimestamp);
  assertEquals((heard.rtpTimestamp - audio.rtp.base) >>> 0, mediaSample);
  assertEquals((seen.rtpTimestamp - video.rtp.base) >>> 0, Math.round(mediaSample * 1.875));
});

const SIZE = { width: 640, height: 360 };

function picture(number: number): Uint8Array {
  const frame = new Uint8Array(i420Bytes(SIZE)).fill(128);
  for (let row = 0; row < SIZE.height; row++) {
    for (let column = 0; column < SIZE.width; column++) {
      frame[row * SIZE.width + column] = 128 +
        80 * Math.sin((column + number * 3) / 37) * Math.cos((row - number) / 29);
    }
  }
  return frame;
}

/** Puts a picture together again from its payloads: RFC 6184 (single, STAP-A, FU-A), RFC 7741 with our four-byte descriptor. */
function assembled(codec: VideoCodec, payloads: readonly RtpPayload[]): Buffer {
  if (codec === "vp8") return Buffer.concat(payloads.map(({ bytes }) => bytes.subarray(4)));
  const start = Buffer.from([0, 0, 0, 1]);
  return Buffer.concat(payloads.flatMap(({ bytes }): Buffer[] => {
    const type = bytes[0]! & 31;
    if (type === 24) {
      const units: Buffer[] = [];
      for (let at = 1; at < bytes.length;) {
        const length = bytes.readUInt16BE(at);
        units.push(start, bytes.subarray(at + 2, at + 2 + length));
        at += 2 + length;
      }
      return units;
    }
    if (type !== 28) return [start, bytes];
    const isFirst = (bytes[1]! & 0x80) !== 0;
    const head = Buffer.from([(bytes[0]! & 0xe0) | (bytes[1]! & 31)]);
    return isFirst ? [start, head, bytes.subarray(2)] : [bytes.subarray(2)];
  }));
}

function psnr(one: Uint8Array, frame: Frame, width: number, height: number): number {
  const [plane, stride] = [frame.data![0]!, frame.linesize[0]!];
  let sum = 0;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      sum += (one[row * width + column]! - plane[row * stride + column]!) ** 2;
    }
  }
  return 10 * Math.log10(65_025 / (sum / (width * height) + 1e-9));
}

for (const codec of ["h264", "vp8"] as const) {
  Deno.test(`LiveVideo: ${codec} payloads decode back, key frames come when they are asked for and not sooner than 300 ms`, async () => {
    const [whole] = rungsFor(SIZE, 25, 2_000_000);
    using video = new LiveVideo(codec, whole!, SIZE, 25);
    using decoder = new CodecContext();
    const found = Codec.findDecoder(codec === "h264" ? AV_CODEC_ID_H264 : AV_CODEC_ID_VP8)!;
    decoder.allocContext3(found);
    decoder.open2Sync(found);
    using packet = new Packet();
    using decoded = new Frame();
    packet.alloc();
    decoded.alloc();
    const keys: number[] = [];
    let worst = Infinity;
    for (let number = 0; number < 40; number++) {
      const atMs = number * 40;
      const frame = picture(number);
      if (number >= 10 && number < 14) video.wantKeyFrame(); // at 400 ms, and again and again
      video.load(frame, atMs);
      const { payloads, isKey } = await video.encode(() => atMs);
      if (isKey) keys.push(number);
      assert(payloads.every(({ bytes }) => bytes.length <= 1180));
      assertEquals(payloads.map(({ isLast }) => isLast), payloads.map((_, at) => at === payloads.length - 1));
      packet.data = assembled(codec, payloads);
      assertEquals(decoder.sendPacketSync(packet), 0);
      if (decoder.receiveFrameSync(decoded) >= 0 && number > 3) {
        worst = Math.min(worst, psnr(picture(Number(number)), decoded, SIZE.width, SIZE.height));
      }
    }
    assertEquals(keys[0], 0);
    assert(keys.length >= 2 && keys.length <= 3, `key frames ${keys}`);
    assert(keys.every((key, at) => at === 0 || key - keys[at - 1]! >= 8), `key frames ${keys}`);
    assert(worst > 30, `${worst} dB`);
  });
}

Deno.test("LiveVideo: smaller rungs are smaller pictures", async () => {
  for (const rung of rungsFor({ width: 1280, height: 720 }, 25, 2_000_000)) {
    using video = new LiveVideo("h264", rung, { width: 1280, height: 720 }, 25);
    video.load(new Uint8Array(i420Bytes({ width: 1280, height: 720 })).fill(90), 0);
    const { payloads, isKey } = await video.encode(() => 0);
    assert(isKey && payloads.length > 0);
    using decoder = new CodecContext();
    const found = Codec.findDecoder(AV_CODEC_ID_H264)!;
    decoder.allocContext3(found);
    decoder.open2Sync(found);
    using packet = new Packet();
    using decoded = new Frame();
    packet.alloc();
    decoded.alloc();
    packet.data = assembled("h264", payloads);
    decoder.sendPacketSync(packet);
    decoder.sendPacketSync(null);
    assert(decoder.receiveFrameSync(decoded) >= 0);
    assertEquals([decoded.width, decoded.height], [rung.size.width, rung.size.height]);
  }
});

Deno.test("LiveSound: a click is heard at its media time, within a millisecond", () => {
  const first = 480_000;
  const clickAt = 24_000;
  const packets: { bytes: Buffer; at: number }[] = [];
  using sound = new LiveSound(first, (bytes, at) => packets.push({ bytes, at }));
  for (let from = 0; from < 96_000; from += 1920) {
    const samples = new Float32Array(1920);
    for (let index = 0; index < 1920; index++) {
      const n = from + index - clickAt;
      if (n >= 0 && n < 480) samples[index] = 0.8 * Math.sin(n * 2 * Math.PI * 1000 / 48_000);
    }
    sound.take(samples);
  }
  using decoder = new CodecContext();
  const found = Codec.findDecoder(AV_CODEC_ID_OPUS)!;
  decoder.allocContext3(found);
  decoder.sampleRate = 48_000;
  decoder.open2Sync(found);
  using packet = new Packet();
  using frame = new Frame();
  packet.alloc();
  frame.alloc();
  let loudAt: number | undefined;
  for (const { bytes, at } of packets) {
    packet.data = bytes;
    decoder.sendPacketSync(packet);
    while (decoder.receiveFrameSync(frame) >= 0) {
      const plane = frame.data![0]!;
      const samples = new Float32Array(plane.buffer, plane.byteOffset, frame.nbSamples);
      const loud = samples.findIndex((sample) => Math.abs(sample) > 0.2);
      if (loudAt === undefined && loud >= 0) loudAt = at + loud;
    }
  }
  const late = (loudAt ?? NaN) - (first + clickAt);
  assert(Math.abs(late) < 96, `the click is ${late / 48} ms late`);
  assertEquals(packets.slice(1).every(({ at }, index) => at - packets[index]!.at === 960), true);
});
