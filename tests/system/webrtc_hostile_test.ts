/**
 * Strangers at the preview's UDP port and clients that do not play by the rules, while somebody watches: garbage of every kind,
 * forged goodbyes, candidates that lie, WebSockets that never read. The picture goes on and nothing grows.
 */
import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { createSocket } from "node:dgram";
import type { ProgrammeState } from "../../src/programme/mod.ts";
import { delay } from "../../src/time/mod.ts";
import { LiveProcess, Room, skipWithout, until } from "./live_process.ts";
import { view } from "./webrtc/foreign_viewer.ts";
import { freeUdpPort } from "./webrtc/free_port.ts";
import { randomOf } from "./webrtc/relay.ts";
import { programSocket } from "../fakes/program_socket.ts";
import { browserOffer } from "../fakes/webrtc_offer.ts";

const hasAiortc = await new Deno.Command("/usr/bin/python3", {
  args: ["-c", "import aiortc"],
  stderr: "null",
})
  .output().then(({ success }) => success, () => false);
const ignore = skipWithout(
  "the tests of strangers at the preview",
  ...(hasAiortc ? [] : ["aiortc for python3"]),
);

const FLAGS = ["--preview", "--camera", "none", "--sound", "none", "--no-obs-serve", "--port", "0"];
const STUN_COOKIE = 0x2112_a442;

async function started(room: Room) {
  const udp = await freeUdpPort();
  const live = await LiveProcess.start(room, [...FLAGS, "--webrtc-ports", `${udp}`]);
  const { port, token, pid } = room.tokens()[0]!;
  const base = `http://127.0.0.1:${port}`;
  const headers = { Authorization: `Bearer ${token}` };
  const state = async () => await (await fetch(`${base}/v1/state`, { headers })).json() as ProgrammeState;
  const rssMb = () => Number(/VmRSS:\s+(\d+)/.exec(Deno.readTextFileSync(`/proc/${pid}/status`))![1]) / 1000;
  return { live, udp, base, port, token, headers, state, rssMb };
}

/** Datagrams as strangers send them: noise, and what begins like STUN, DTLS, RTP and RTCP. */
function strangeDatagram(random: () => number): Buffer {
  const size = [0, 1, 12, 20, 28, 100, 1200][Math.floor(random() * 7)]!;
  const bytes = Buffer.from(Array.from({ length: size }, () => Math.floor(random() * 256)));
  const kind = Math.floor(random() * 6);
  if (size < 20) return bytes;
  if (kind === 1) { // a STUN request whose length lies
    bytes.writeUInt16BE(0x0001, 0);
    bytes.writeUInt16BE(Math.floor(random() * 65_536), 2);
    bytes.writeUInt32BE(STUN_COOKIE, 4);
  } else if (kind === 2) { // a STUN answer that nobody asked for
    bytes.writeUInt16BE(0x0101, 0);
    bytes.writeUInt16BE(size - 20, 2);
    bytes.writeUInt32BE(STUN_COOKIE, 4);
  } else if (kind === 3) { // DTLS: a forged goodbye, in plain text
    return Buffer.from([21, 254, 253, 0, 0, 0, 0, 0, 0, 0, Math.floor(random() * 256), 0, 2, 1, 0]);
  } else if (kind === 4) { // a handshake that begins in the middle
    bytes[0] = 22;
    bytes.writeUInt16BE(0xfefd, 1);
  } else if (kind === 5) bytes[0] = 0x80; // RTP or RTCP without a key
  return bytes;
}

Deno.test({
  name: "preview: 30 000 strange datagrams at the port of a viewer cost it nothing",
  ignore,
  async fn() {
    using room = new Room();
    const { live, udp, base, token, state, rssMb } = await started(room);
    await using _live = live;
    const watching = view({ base, token, path: "/whep", seconds: 12 });
    await delay(3500);
    const before = rssMb();
    const random = randomOf(9);
    const socket = createSocket("udp4");
    for (let batch = 0; batch < 300; batch++) {
      for (let count = 0; count < 100; count++) socket.send(strangeDatagram(random), udp, "127.0.0.1");
      await delay(15);
    }
    socket.close();
    const seen = await watching;
    const rate = seen.frameTimes.filter((time) => time > 4 && time < 11).length / 7;
    assert(rate > 20, `${rate} frames a second`);
    const { picture } = await state();
    assert(picture.laggedFrames <= 10, `${picture.laggedFrames} lagged`);
    assert(rssMb() - before < 120, `${before} to ${rssMb()} MB`);
  },
});

Deno.test({
  name:
    "preview: WebSockets that never read, talk nonsense or send too much are cut off, the programme goes on",
  ignore,
  async fn() {
    using room = new Room();
    const { live, port, headers, state, rssMb } = await started(room);
    await using _live = live;
    const open = (path: string) =>
      new Promise<WebSocket>((resolve, reject) => {
        const socket = programSocket(`ws://127.0.0.1:${port}${path}`, headers);
        socket.onopen = () => resolve(socket);
        socket.onerror = () => reject(new Error(`${path} was not opened`));
      });
    const answers: string[] = [];
    const closes: string[] = [];
    const talk = async (messages: readonly (string | Uint8Array)[]) => {
      const socket = await open("/v1/webrtc");
      socket.onmessage = ({ data }) => answers.push(data);
      socket.onclose = ({ code, reason }) => closes.push(`${code} ${reason}`);
      for (const message of messages) socket.send(message);
      return socket;
    };
    const sockets = [
      await talk(["{", "[]", '{"type":"offer"}', '{"type":"ice-candidate","candidate":{"candidate":"x"}}']),
      await talk(["[".repeat(50_000)]),
      await talk(["x".repeat(200_000)]),
      await talk([new Uint8Array(10)]),
      await talk(Array.from({ length: 201 }, () => '{"type":"bye"}')),
      await talk(Array.from({ length: 12 }, () => JSON.stringify({ type: "offer", sdp: browserOffer() }))),
    ];
    await until("the cuts", 10_000, () => closes.length >= 3);
    assert(closes.includes("1009 too large") && closes.includes("1008 too many messages"), closes.join(", "));
    const problems = answers.map((text) => JSON.parse(text)).filter(({ type }) => type === "error");
    assert(
      problems.length >= 5 && problems.every(({ detail }) => detail.length > 5),
      `${problems.length} problems`,
    );
    // A raw client that never reads what it is sent.
    const before = rssMb();
    const deaf = await Promise.all(Array.from({ length: 8 }, async () => {
      const connection = await Deno.connect({ hostname: "127.0.0.1", port });
      const lines = [
        "GET /v1/events?state HTTP/1.1",
        `Host: 127.0.0.1:${port}`,
        `Authorization: ${headers.Authorization}`,
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
      ];
      await connection.write(new TextEncoder().encode(lines.join("\r\n") + "\r\n\r\n"));
      return connection;
    }));
    await delay(4000);
    const { picture } = await state();
    assert(picture.fps > 20 && picture.laggedFrames <= 10, JSON.stringify(picture));
    assert(rssMb() - before < 80, `${before} to ${rssMb()} MB`);
    for (const connection of deaf) connection.close();
    for (const socket of sockets) socket.close();
    await until("all closed", 3000, () => sockets.every(({ readyState }) => readyState === WebSocket.CLOSED));
  },
});

Deno.test({
  name: "preview: candidates that lie are refused or passed over, and the viewer connects all the same",
  ignore,
  async fn() {
    using room = new Room();
    const { live, base, token, headers } = await started(room);
    await using _live = live;
    const offer = await fetch(`${base}/whep`, {
      method: "POST",
      headers: { ...headers, "Content-Type": "application/sdp" },
      body: browserOffer(),
    });
    await offer.body?.cancel();
    const session = offer.headers.get("location")!;
    const patch = async (body: string) => {
      const response = await fetch(base + session, {
        method: "PATCH",
        headers: { ...headers, "Content-Type": "application/trickle-ice-sdpfrag" },
        body,
      });
      await response.body?.cancel();
      return response.status;
    };
    const line = (address: string, port: number) =>
      `a=candidate:1 1 udp 2113937151 ${address} ${port} typ host\r\n`;
    assertEquals(await patch(line("internal.example", 80) + line("x.local", 5000)), 204);
    assertEquals(await patch(line("192.0.2.1", 5000).repeat(150)), 204);
    assertEquals(await patch("GET / HTTP/1.1\r\n"), 400);
    assertEquals(await patch(line("192.0.2.1", 5000).repeat(500)), 400);
    assertEquals((await fetch(base + session, { method: "DELETE", headers })).status, 200);
    await delay(300);
    const seen = await view({ base, token, path: "/whep", seconds: 3 });
    assert(seen.frames > 30, `${seen.frames} frames`);
  },
});
