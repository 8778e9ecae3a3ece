/** A viewer's DTLS flight that comes again, as Chromium sends it after 50 ms: heard once, and the keys stay the same. */
import { assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { RTCPeerConnection } from "werift";
import { ServerFlight } from "../../src/preview/webrtc/dtls_flight.ts";
import { DatagramGate } from "../../src/preview/webrtc/gate.ts";
import { agentOf } from "../../src/preview/webrtc/ice_agent.ts";
import { delay, withDeadline } from "../../src/time/mod.ts";

const HANDSHAKE = 22;
const CHANGE_CIPHER_SPEC = 20;
const [HELLO, CERTIFICATE, KEY_EXCHANGE, REQUEST, DONE, CLIENT_KEY] = [2, 11, 12, 13, 14, 16] as const;

function message(type: number, seq: number, body = "body"): Buffer {
  const head = Buffer.alloc(12);
  head[0] = type;
  head.writeUIntBE(body.length, 1, 3);
  head.writeUInt16BE(seq, 4);
  head.writeUIntBE(body.length, 9, 3);
  return Buffer.concat([head, Buffer.from(body)]);
}

function record(type: number, epoch: number, ...bodies: readonly Buffer[]): Buffer {
  const body = Buffer.concat(bodies);
  const head = Buffer.from([type, 254, 253, 0, epoch, 0, 0, 0, 0, 0, 7, 0, 0]);
  head.writeUInt16BE(body.length, 11);
  return Buffer.concat([head, body]);
}

const flight = (seq: number) =>
  [HELLO, CERTIFICATE, KEY_EXCHANGE, REQUEST].map((type, at) =>
    record(HANDSHAKE, 0, message(type, seq + at))
  );

Deno.test("ServerFlight: before it is answered it may come again, but for its end; afterwards nothing of it", () => {
  const heard = new ServerFlight();
  const first = Buffer.concat([...flight(1), record(HANDSHAKE, 0, message(DONE, 5))]);
  assertEquals(heard.heard(first), first);
  assertEquals(heard.heard(first), Buffer.concat(flight(1)));
  const other = record(HANDSHAKE, 0, message(CLIENT_KEY, 1));
  heard.sent(record(HANDSHAKE, 0, message(HELLO, 1)));
  assertEquals(heard.heard(flight(1)[0]!), flight(1)[0]);
  heard.sent(Buffer.concat([record(HANDSHAKE, 0, message(CERTIFICATE, 0)), other]));
  assertEquals(heard.heard(first), undefined);
  const ends = Buffer.concat([
    record(CHANGE_CIPHER_SPEC, 0, Buffer.from([1])),
    record(HANDSHAKE, 1, Buffer.from("xx")),
  ]);
  assertEquals(heard.heard(ends), ends);
  assertEquals(heard.heard(Buffer.concat([...flight(1), ends])), ends);
});

Deno.test("ServerFlight: several messages in one record are told apart, the rest of it is whole", () => {
  const heard = new ServerFlight();
  const both = record(HANDSHAKE, 0, message(CERTIFICATE, 2), message(DONE, 5));
  assertEquals(heard.heard(both), both);
  assertEquals(heard.heard(both), record(HANDSHAKE, 0, message(CERTIFICATE, 2)));
});

Deno.test("ServerFlight: media, hellos and what lies about its length pass as they are", () => {
  const heard = new ServerFlight();
  heard.sent(record(HANDSHAKE, 0, message(CLIENT_KEY, 1)));
  const lies = record(HANDSHAKE, 0, message(HELLO, 0)).subarray(0, 15);
  for (const one of [Buffer.alloc(0), Buffer.from([0x80, 2, 3]), Buffer.from([HANDSHAKE]), lies]) {
    assertEquals(heard.heard(one), one);
  }
});

Deno.test("DatagramGate: whenever a viewer's flight comes again, both sides keep the same keys", async () => {
  for (const againMs of [0, 3, 10, 40, 150]) {
    const offerer = new RTCPeerConnection({ iceAdditionalHostAddresses: ["127.0.0.1"] });
    const answerer = new RTCPeerConnection({ iceAdditionalHostAddresses: ["127.0.0.1"] });
    const heard = Promise.withResolvers<string>();
    const channel = offerer.createDataChannel("sync");
    channel.onMessage.subscribe((text) => heard.resolve(String(text)));
    answerer.onDataChannel.subscribe((theirs) => void delay(300).then(() => theirs.send("the same keys")));
    await offerer.setLocalDescription(await offerer.createOffer());
    for (const agent of offerer.iceTransports.map(agentOf)) {
      const send = agent.send.bind(agent);
      agent.send = async (data) => {
        if (data[0] === HANDSHAKE && data.readUInt16BE(3) === 0) void delay(againMs).then(() => send(data));
        await send(data);
      };
    }
    await answerer.setRemoteDescription(offerer.localDescription!);
    for (const agent of answerer.iceTransports.map(agentOf)) new DatagramGate().guardIce(agent);
    await answerer.setLocalDescription(await answerer.createAnswer());
    await offerer.setRemoteDescription(answerer.localDescription!);
    assertEquals(
      await withDeadline(heard.promise, 8000, `a message, again after ${againMs} ms`),
      "the same keys",
    );
    await Promise.all([offerer.close(), answerer.close()]);
  }
});
