/** What the preview's ICE agents are given: one UDP port for all of them, and no server that nobody named. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { Buffer } from "node:buffer";
import { createSocket, type Socket } from "node:dgram";
import { RTCPeerConnection } from "werift";
import { Fault } from "../../src/errors/mod.ts";
import { agentOf, askOnlyNamed, type IceAgent } from "../../src/preview/webrtc/ice_agent.ts";
import { SinglePort } from "../../src/preview/webrtc/single_port.ts";
import { delay } from "../../src/time/mod.ts";
import { until } from "../system/live_process.ts";
import { freeUdpPort } from "../system/webrtc/free_port.ts";

async function peer(port?: SinglePort) {
  const connection = new RTCPeerConnection({
    iceUseIpv4: false,
    iceUseIpv6: false,
    iceAdditionalHostAddresses: ["127.0.0.1"],
    iceLite: true,
  });
  connection.addTransceiver("audio", { direction: "sendonly" });
  const heard: string[] = [];
  const transport = connection.iceTransports[0]!;
  transport.connection.onData.subscribe((data: Buffer) => heard.push(data.toString("latin1")));
  const agent = agentOf(transport);
  port?.serve(agent);
  askOnlyNamed(agent, []);
  await connection.setLocalDescription(await connection.createOffer());
  return { connection, agent, heard, sdp: connection.localDescription!.sdp };
}

Deno.test("SinglePort: agents offer the same port, and what a signed request came from is its agent's", async () => {
  const number = await freeUdpPort();
  using port = await SinglePort.open(number, ["127.0.0.1"]);
  const peers = [await peer(port), await peer(port)];
  for (const { sdp } of peers) {
    assertEquals([...sdp.matchAll(/candidate:\S+ \d \w+ \d+ (\S+) (\d+)/g)].map(([, ip, at]) => [ip, at]), [
      ["127.0.0.1", `${number}`],
    ]);
  }
  assertEquals(port.viewers, 2);
  const viewers = await Promise.all([0, 1].map(() => udpClient()));
  const answers = [0, 0];
  for (const [at, viewer] of viewers.entries()) {
    viewer.on("message", () => answers[at]!++);
    const { agent } = peers[at]!;
    viewer.send(Buffer.from("\x80before any request", "latin1"), number, "127.0.0.1");
    viewer.send(await bindingRequest(agent.localUsername, "a wrong password of 24 chr"), number, "127.0.0.1");
    await delay(50);
    assertEquals(answers[at], 0, "nobody answers what is not signed");
    viewer.send(await bindingRequest(agent.localUsername, agent.localPassword), number, "127.0.0.1");
    await until("the answer", 2000, () => answers[at] === 1);
    viewer.send(Buffer.from(`\x80of ${at}`, "latin1"), number, "127.0.0.1");
  }
  await until("what they sent", 2000, () => peers.every(({ heard }) => heard.length > 0));
  assertEquals(peers.map(({ heard }) => heard), [["\x80of 0"], ["\x80of 1"]]);

  await peers[0]!.connection.close();
  assertEquals(port.viewers, 1);
  viewers[0]!.send(Buffer.from("\x80late", "latin1"), number, "127.0.0.1");
  viewers[1]!.send(Buffer.from("\x80on", "latin1"), number, "127.0.0.1");
  await until("what came later", 2000, () => peers[1]!.heard.length === 2);
  assertEquals(peers[0]!.heard.length, 1);
  await peers[1]!.connection.close();
  for (const viewer of viewers) viewer.close();
});

Deno.test("SinglePort: a port that somebody has is named", async () => {
  const taken = await udpClient();
  const { port } = taken.address();
  const fault = await assertRejects(() => SinglePort.open(port, ["127.0.0.1"]), Fault, `UDP port ${port}`);
  assert(fault.retryable);
  taken.close();
});

Deno.test("ICE agents ask no STUN server that nobody named", async () => {
  const { connection, agent } = await peer();
  assertEquals(agent.stunServer, undefined);
  await connection.close();
  const named = { stunServer: ["192.0.2.1", 3478] } as unknown as IceAgent;
  askOnlyNamed(named, [{ urls: "stun:192.0.2.1" }]);
  assertEquals(named.stunServer, ["192.0.2.1", 3478]);
});

function udpClient(): Promise<Socket> {
  const socket = createSocket("udp4");
  return new Promise((resolve) => socket.bind(0, "127.0.0.1", () => resolve(socket)));
}

/** RFC 8489: a binding request with USERNAME, MESSAGE-INTEGRITY (HMAC-SHA1) and no FINGERPRINT. */
async function bindingRequest(user: string, password: string): Promise<Buffer> {
  const name = Buffer.from(`${user}:them`);
  const padded = Buffer.concat([name, Buffer.alloc((4 - name.length % 4) % 4)]);
  const head = Buffer.alloc(20);
  head.writeUInt16BE(1, 0);
  head.writeUInt32BE(0x2112_a442, 4);
  crypto.getRandomValues(head.subarray(8));
  const attribute = Buffer.alloc(4);
  attribute.writeUInt16BE(6, 0);
  attribute.writeUInt16BE(name.length, 2);
  const signed = Buffer.concat([head, attribute, padded]);
  signed.writeUInt16BE(signed.length - 20 + 24, 2);
  const key = await crypto.subtle.importKey(
    "raw",
    new TextEncoder().encode(password),
    { name: "HMAC", hash: "SHA-1" },
    false,
    ["sign"],
  );
  const sum = Buffer.from(await crypto.subtle.sign("HMAC", key, new Uint8Array(signed)));
  return Buffer.concat([signed, Buffer.from([0, 8, 0, 20]), sum]);
}
