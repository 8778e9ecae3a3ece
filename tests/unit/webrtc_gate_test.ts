/**
 * What is let through from the network: signed requests, packets that are as long as they say, nothing in plain text
 * once there are keys. Files of tests/regress are what brought the preview down before.
 */
import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { classes, Message, methods, type RTCDtlsTransport, RtcpPacketConverter } from "werift";
import { DatagramGate } from "../../src/preview/webrtc/gate.ts";
import { LineReports } from "../../src/preview/webrtc/line_report.ts";
import { plainOffer } from "../../src/preview/webrtc/offer.ts";
import { rtcpParts } from "../../src/preview/webrtc/rtcp_shape.ts";
import { isSoundSctp } from "../../src/preview/webrtc/sctp_shape.ts";

const PASSWORD = "0123456789abcdef01234567";
const VIEWER = ["192.0.2.7", 50_000] as const;
const STRANGER = ["192.0.2.66", 50_000] as const;

const regress = (name: string) =>
  Buffer.from(Deno.readFileSync(new URL(`../regress/webrtc_${name}`, import.meta.url)));
const text = (name: string) => regress(name).toString("utf8");

function request(password = PASSWORD): Buffer {
  const message = new Message(methods.BINDING, classes.REQUEST);
  message.setAttribute("USERNAME", "abcd:efgh").setAttribute("PRIORITY", 1);
  return message.addMessageIntegrity(Buffer.from(password)).addFingerprint().bytes;
}

function dtls(epoch: number, type = 23): Buffer {
  return Buffer.from([type, 254, 253, 0, epoch, 0, 0, 0, 0, 0, 1, 0, 3, 1, 2, 3]);
}

const rtp = Buffer.alloc(40, 0x80);

Deno.test("DatagramGate: a request must bear the password's signature", () => {
  const gate = new DatagramGate();
  const admits = (data: Buffer) => gate.admits(data, STRANGER, PASSWORD);
  assert(admits(request()));
  assert(!admits(request("0123456789abcdef0123456X")));
  const unsigned = new Message(methods.BINDING, classes.REQUEST).setAttribute("USERNAME", "abcd:efgh");
  assert(!admits((unsigned as Message).bytes));
  const lying = request();
  lying.writeUInt16BE(9, 2);
  assert(!admits(lying));
  const indication = new Message(methods.BINDING, classes.REQUEST).bytes;
  indication[1] = 0x11;
  assert(!admits(indication));
});

Deno.test("DatagramGate: where the viewer has shown itself, nobody else is listened to", () => {
  const gate = new DatagramGate();
  assert(gate.admits(rtp, STRANGER, PASSWORD)); // a viewer that never asks, only answers
  assert(gate.admits(request(), VIEWER, PASSWORD));
  for (const data of [rtp, dtls(0, 22), dtls(1)]) {
    assert(gate.admits(data, VIEWER, PASSWORD));
    assert(!gate.admits(data, STRANGER, PASSWORD));
  }
});

Deno.test("DatagramGate: a viewer may have 32 addresses", () => {
  const gate = new DatagramGate();
  const admitted = Array.from(
    { length: 100 },
    (_, port) => gate.admits(request(), ["192.0.2.7", port + 1], PASSWORD),
  ).filter((is) => is);
  assertEquals(admitted.length, 32);
});

Deno.test("DatagramGate: once sealed, nothing in plain text, wherever it stands in the datagram", () => {
  const gate = new DatagramGate();
  const plain = ["server_hello_done", "fragment_without_end", "hidden_in_second_record"].map((name) =>
    regress(`dtls_${name}.bin`)
  );
  for (const data of plain) assert(gate.admits(data, VIEWER, PASSWORD)); // the handshake is plain text
  gate.seal();
  for (const data of [...plain, dtls(0, 21), Buffer.concat([dtls(1), dtls(1).subarray(0, 5)])]) {
    assert(!gate.admits(data, VIEWER, PASSWORD));
  }
  assert(gate.admits(dtls(1), VIEWER, PASSWORD));
  assert(gate.admits(Buffer.concat([dtls(1), dtls(1)]), VIEWER, PASSWORD));
});

Deno.test("DatagramGate: neither too short nor too long, and of a kind that belongs here", () => {
  const gate = new DatagramGate();
  for (const size of [0, 1, 12, 2049, 65_000]) {
    assert(!gate.admits(Buffer.alloc(size, 0x80), VIEWER, PASSWORD), `${size}`);
  }
  for (const kind of [4, 16, 19, 64, 79, 127, 192, 255]) {
    assert(!gate.admits(Buffer.alloc(40, kind), VIEWER, PASSWORD), `${kind}`);
  }
});

Deno.test("DatagramGate: over data channels comes what has the lengths that it claims", () => {
  const got: Buffer[] = [];
  const transport = { dataReceiver: (data: Buffer) => void got.push(data) } as unknown as RTCDtlsTransport;
  const gate = new DatagramGate();
  gate.guardData(transport);
  const bad = ["chunk_of_nothing", "parameter_of_nothing", "gaps_without_end", "data_of_nothing"];
  for (const name of bad) transport.dataReceiver(regress(`sctp_${name}.bin`));
  for (const size of [0, 3, 11, 12, 15]) transport.dataReceiver(Buffer.alloc(size));
  assertEquals([got.length, gate.refused], [0, bad.length + 5]);
  transport.dataReceiver(sctp([11, 0, 0, 4]));
  assertEquals(got.length, 1);
});

const sctp = (...chunks: number[][]) =>
  Buffer.concat([Buffer.alloc(12), ...chunks.map((bytes) => Buffer.from(bytes))]);

Deno.test("isSoundSctp: takes what peers send", () => {
  const data = [0, 3, 0, 18, 0, 0, 0, 9, 0, 1, 0, 0, 0, 0, 0, 53, 1, 2]; // padding may be missing at the end
  const sack = [3, 0, 0, 24, 0, 0, 0, 9, 0, 1, 0, 0, 0, 1, 0, 1, 0, 2, 0, 9, 0, 0, 0, 7];
  const init = [1, 0, 0, 28, ...Array(16).fill(1), 0x80, 8, 0, 6, 130, 192, 0, 0];
  for (const chunks of [[data], [sack, data], [init], [[11, 0, 0, 4]], [[10, 0, 0, 8, 1, 2, 3, 4]]]) {
    assert(isSoundSctp(sctp(...chunks)), JSON.stringify(chunks));
  }
  for (const chunk of [[3, 0, 0, 16, ...Array(10).fill(0), 0, 9], [1, 0, 0, 8, 1, 2, 3, 4], [0, 3, 1, 0]]) {
    assert(!isSoundSctp(sctp(chunk)), JSON.stringify(chunk));
  }
});

Deno.test("rtcpParts: a small datagram stays little work", () => {
  for (const name of ["rtcp_counts_without_end.bin", "rtcp_parts_without_end.bin"]) {
    const startedMs = performance.now();
    const packets = rtcpParts(regress(name)).flatMap((part) => RtcpPacketConverter.deSerialize(part));
    assertEquals(packets.length, 0);
    assert(performance.now() - startedMs < 20, `${name}: ${performance.now() - startedMs} ms`);
  }
});

Deno.test("rtcpParts: keeps reports, NACKs, key frame and rate requests in their order", () => {
  const part = (first: number, type: number, words: number) => {
    const bytes = Buffer.alloc(4 + words * 4);
    bytes[0] = 0x80 | first;
    bytes[1] = type;
    bytes.writeUInt16BE(words, 2);
    return bytes;
  };
  const parts = [part(1, 201, 7), part(1, 202, 3), part(1, 205, 3), part(1, 206, 2), part(15, 206, 5)];
  const kept = rtcpParts(Buffer.concat(parts));
  assertEquals(kept.map((bytes) => [bytes[1], bytes.length]), [[201, 32], [205, 16], [206, 12], [206, 24]]);
  assertEquals(rtcpParts(Buffer.concat([part(1, 201, 7)]).subarray(0, 20)), []);
});

Deno.test("LineReports: a hundred thousand reports in one second are one number", () => {
  const line = new LineReports(() => 7);
  const block = { ssrc: 7, fractionLost: 64, lsr: 0, dlsr: 0 };
  const bytes = Buffer.alloc(32);
  bytes.writeUInt16BE(7, 2);
  bytes[0] = 0x81;
  bytes[1] = 201;
  bytes.writeUInt32BE(block.ssrc, 8);
  bytes[12] = block.fractionLost;
  const [report] = RtcpPacketConverter.deSerialize(bytes);
  for (let count = 0; count < 200_000; count++) line.hear(report!, 0);
  assertEquals(line.take(0).lossShare, 0.25);
});

Deno.test("plainOffer: real offers of browsers and of aiortc are answered", () => {
  const chromium = plainOffer(text("chromium.sdp"));
  assertEquals([chromium.video, chromium.hasAudio, chromium.hasData], ["h264", true, true]);
  assertEquals(plainOffer(text("aiortc.sdp")).hasAudio, true);
});

Deno.test("plainOffer: a viewer that takes no long messages is not sent any", () => {
  const offer = plainOffer(text("short_messages.sdp"));
  assertEquals(offer.messageBytesMax, 1);
  assertEquals(offer.sdp.match(/a=max-message-size:\d+/g), ["a=max-message-size:1"]);
  const lengths = ["", "a=max-message-size:0\r\n", "a=max-message-size:9x\r\n", "a=max-message-size:500\r\n"]
    .map(
      (line) => plainOffer(text("chromium.sdp").replace(/a=max-message-size:\d+\r\n/, line)).messageBytesMax,
    );
  assertEquals(lengths, [65_536, 65_536, 65_536, 500]);
});

Deno.test("plainOffer: a second, malformed password and types beyond 127 are refused", () => {
  for (const name of ["two_passwords.sdp", "type_beyond_127.sdp"]) {
    let message = "";
    try {
      plainOffer(text(name));
    } catch (error) {
      message = (error as Error).message;
    }
    assert(/wanted one as RFC|payload types from 0 to 127/.test(message), `${name}: ${message}`);
  }
});
